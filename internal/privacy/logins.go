package privacy

import (
	"hash/maphash"
	"strings"
	"sync"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// Logins are the accounts that have logged in, as far as they are remembered: a name that is one of them is no password in the wrong place. They live in
// memory only. Several goroutines may use them.
type Logins struct {
	mu       sync.Mutex
	new, old map[uint64]struct{} // when new is full it becomes old: who logs in again and again is always in one of them
}

const mostLogins = 50_000 // of each of the two

var loginSeed = maphash.MakeSeed()

func loginKey(name string) uint64 {
	who, _ := person(name)
	return maphash.String(loginSeed, who)
}

// Add remembers one that succeeded.
func (l *Logins) Add(name string) {
	key := loginKey(name)
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.new[key]; ok {
		return
	}
	if l.new == nil || len(l.new) >= mostLogins {
		l.new, l.old = make(map[uint64]struct{}), l.new
	}
	l.new[key] = struct{}{}
}

// Has says whether an account has logged in before.
func (l *Logins) Has(name string) bool {
	key := loginKey(name)
	l.mu.Lock()
	defer l.mu.Unlock()
	_, isNew := l.new[key]
	_, isOld := l.old[key]
	return isNew || isOld
}

// FailedLogin is what is told of the name that a login failed with; empty: nothing. isLocal says whether mail for a domain is received here.
func (p *Policy) FailedLogin(name string, known *Logins, isLocal func(domain string) bool) string {
	switch {
	case name == "" || strings.Contains(name, event.Mark):
		return ""
	case p.failed == Hash:
		return p.Login(name)
	case p.failed != Keep:
		return ""
	}
	if known.Has(name) {
		return p.User(name)
	}
	if _, domain := person(name); domain != "" && isDomain(domain) && isLocal(domain) {
		return p.User(name)
	}
	return ""
}

// KeepsLogins says whether accounts that have logged in are to be remembered.
func (p *Policy) KeepsLogins() bool { return p != nil && p.failed == Keep }

// Told is what of a text an id may be made of that leaves: guesses can be tried out on it. Of anybody's words, which a blank tells, it is a keyed hash, or
// nothing where there is no key.
func (p *Policy) Told(s string) string {
	switch words := strings.IndexByte(s, ' ') >= 0; {
	case !p.hidesTexts():
		return s
	case !words && p.Text(s, new(Names)) == s:
		return s
	case len(p.hasher.key) > 0:
		return p.hasher.pseudonym(labelID, s)
	case words:
		return ""
	}
	return p.Text(s, new(Names))
}
