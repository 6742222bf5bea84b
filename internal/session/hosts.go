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
	ranked        // since when it was not put in order

	listed atomic.Uint32 // the kinds by which ranks knows it; changed with the lock of the ranks
	order  aging.Links[host]
	holds  [mailhost.Kinds]aging.Links[host]
}

// hosts are all hosts by name. The locks are taken in this order: a host's, then one of these.
type hosts struct {
	mu     sync.RWMutex
	byName map[string]*host
	made   atomic.Uint64      // so far
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
	h := &host{Host: of, number: hs.made.Add(1)}
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

// ranked is when a host was put in order among the others: by the owner's clock, how many hosts there had been, and how many of its lines ago.
type ranked struct {
	at    int64
	hosts uint64
	lines int
}

// rankedAgain is behind how many lines of one moment a host is put in order anew.
const rankedAgain = 64

// isDue says whether a line makes its host the one that was heard last: the first of a moment, the first since another host has come (which one may have to go for), and now and
// then another. Hosts that are heard side by side are not put in order with each line, which both would write.
func (r *ranked) isDue(now int64, hosts uint64) bool {
	if r.lines++; r.at == now && r.hosts == hosts && r.lines < rankedAgain {
		return false
	}
	*r = ranked{at: now, hosts: hosts}
	return true
}

// heard makes the host the one that was heard last, where that is due, and lists it by what it has some of.
func (hs *hosts) heard(h *host, has uint32, due bool) {
	switch isListed := h.listed.Load()&has == has; {
	case !isListed:
		hs.ranks.touch(h, has)
	case due && hs.ranks.mu.TryLock(): // where two hosts are heard at the same time, neither waits for the other to be put in order
		hs.ranks.push(h, has)
		hs.ranks.mu.Unlock()
	}
}
