package session

import (
	"sync"

	"github.com/otelcol-smtp/otelcol-smtp/internal/aging"
	"github.com/otelcol-smtp/otelcol-smtp/internal/mailhost"
)

// ranks are the hosts in the order in which they were heard last.
type ranks struct {
	mu      sync.Mutex
	order   *aging.List[host]                 // the one that was silent longest first
	holders [mailhost.Kinds]*aging.List[host] // those that have some of a kind, likewise
}

func rankOrder() *aging.List[host] {
	return &aging.List[host]{Of: func(h *host) *aging.Links[host] { return &h.order }}
}

func rankHolders() (list [mailhost.Kinds]*aging.List[host]) {
	for k := range list {
		list[k] = &aging.List[host]{Of: func(h *host) *aging.Links[host] { return &h.holds[k] }}
	}
	return list
}

// touch puts the host at the end of the lists that it belongs to.
func (r *ranks) touch(h *host, has uint32) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.push(h, has)
}

func (r *ranks) push(h *host, has uint32) {
	r.order.Push(h)
	for k, l := range r.holders {
		if has&(1<<k) != 0 {
			l.Push(h)
		}
	}
	h.listed.Store(h.listed.Load() | has)
}

// hold lists the host among those that have some of a kind, where it has come to have some without a line of its own.
func (r *ranks) hold(h *host, has uint32) {
	if h.listed.Load()&has == has {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for k, l := range r.holders {
		if has&(1<<k) != 0 && h.holds[k].In == nil {
			l.Push(h)
		}
	}
	h.listed.Store(h.listed.Load() | has)
}

// holder is the host that has some of a kind, as far as is known, and was silent longest.
func (r *ranks) holder(k mailhost.Kind) *host {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.holders[k].Head
}

// letGo takes a host that has none of a kind off its list. Its lock is held.
func (r *ranks) letGo(h *host, k mailhost.Kind) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.holders[k].Remove(h)
	h.listed.Store(h.listed.Load() &^ (1 << k))
}

func (r *ranks) silentest() *host {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.order.Head
}

func (r *ranks) remove(h *host) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.order.Remove(h)
	for _, l := range r.holders {
		l.Remove(h)
	}
	h.listed.Store(0)
}
