package session

import (
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/otelcol-smtp/otelcol-smtp/internal/aging"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/lanes"
	"github.com/otelcol-smtp/otelcol-smtp/internal/mailhost"
)

// maxHosts is how many hosts have a state at a time.
const maxHosts = 4096

// host is a mail host and its place among the others. Whoever uses its state holds its lock, and holds no other host's.
type host struct {
	mu sync.Mutex
	*mailhost.Host
	number uint64 // in saved states
	gone   bool   // it was dropped: its name means another one now

	heardAt atomic.Int64  // by its owner's clock
	listed  atomic.Uint32 // the kinds by which ranks knows it; changed with the lock of the ranks
	order   aging.Links[host]
	holds   [mailhost.Kinds]aging.Links[host]
}

// hosts are all hosts by name. The locks are taken in this order: a host's, then one of these.
type hosts struct {
	mu     sync.RWMutex
	byName map[string]*host
	made   uint64             // so far
	newest lanes.Newest[host] // of lines before
	ranks  ranks
}

// find gives a host that is known; nil for none.
func (hs *hosts) find(name string) *host {
	newest := hs.newest.At(name)
	if h := newest.Load(); h != nil && h.Name() == name {
		return h
	}
	hs.mu.RLock()
	defer hs.mu.RUnlock()
	h := hs.byName[name]
	if h != nil {
		newest.Store(h)
	}
	return h
}

// add takes a host in. The lock is held, or nobody else is there.
func (hs *hosts) add(of *mailhost.Host) *host {
	hs.made++
	h := &host{Host: of, number: hs.made}
	hs.byName[h.Name()] = h
	return h
}

// names gives the hosts' names in order.
func (hs *hosts) names() []string {
	hs.mu.RLock()
	defer hs.mu.RUnlock()
	return slices.Sorted(maps.Keys(hs.byName))
}

func (hs *hosts) count() int {
	hs.mu.RLock()
	defer hs.mu.RUnlock()
	return len(hs.byName)
}

// remove takes a host that is gone off the books.
func (hs *hosts) remove(h *host) {
	hs.mu.Lock()
	if hs.byName[h.Name()] == h {
		delete(hs.byName, h.Name())
	}
	hs.mu.Unlock()
	hs.newest.Forget(h.Name(), h)
	hs.ranks.remove(h)
}

// known gives a host that is known, with its lock; nil for none.
func (t *Tracker) known(name string) *host {
	for {
		h := t.hosts.find(name)
		if h == nil {
			return nil
		}
		if h.mu.Lock(); !h.gone {
			return h
		}
		h.mu.Unlock()
		t.hosts.remove(h) // whoever drops it is about to
	}
}

// enter finds or makes a host's state, and takes its lock.
func (t *Tracker) enter(name string, out *Output) *host {
	for {
		h := t.hosts.find(name)
		if h == nil {
			h = t.addHost(name, out)
		}
		if h.mu.Lock(); !h.gone {
			return h
		}
		h.mu.Unlock()
		t.hosts.remove(h) // whoever drops it is about to
	}
}

// addHost makes a host's state. Beyond maxHosts the one that was silent longest goes.
func (t *Tracker) addHost(name string, out *Output) *host {
	for t.hosts.count() >= maxHosts {
		if !t.dropSilentest(out) {
			break
		}
	}
	hs := &t.hosts
	hs.mu.Lock()
	h := hs.byName[name]
	if h == nil {
		h = hs.add(mailhost.New(name, t.site, t.all, t.arrivals))
	}
	several := len(hs.byName) > 1
	hs.mu.Unlock()
	hs.ranks.touch(h, 0)
	if several {
		t.listArrivals()
	}
	return h
}

// dropSilentest ends what is open on the host that was silent longest, and forgets it.
func (t *Tracker) dropSilentest(out *Output) bool {
	h := t.hosts.ranks.silentest()
	if h == nil {
		return false
	}
	h.mu.Lock()
	if !h.gone {
		out.Evicted[mailhost.CauseHostLimit] += h.Count(mailhost.OpenSessions) + h.Count(mailhost.OpenMessages)
		h.Close(event.EndExpired, out)
		h.Forget()
		h.gone = true
	}
	h.mu.Unlock()
	t.hosts.remove(h)
	return true
}

// heard makes the host the one that was heard last. has is what it has some of. Of the lines of one moment the first does that: hosts that are heard side by
// side are not put in order anew with each line.
func (hs *hosts) heard(h *host, has uint32, now int64) {
	isListed, isLast := h.listed.Load()&has == has, h.heardAt.Load() == now
	if isListed && isLast {
		return
	}
	h.heardAt.Store(now)
	if !isListed {
		hs.ranks.touch(h, has)
	} else if hs.ranks.mu.TryLock() { // where two hosts are heard at the same time, neither waits for the other to be put in order
		hs.ranks.push(h, has)
		hs.ranks.mu.Unlock()
	}
}
