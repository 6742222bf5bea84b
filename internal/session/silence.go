package session

import "github.com/otelcol-smtp/otelcol-smtp/internal/event"

// Tick expires by the wall clock what belongs to sources that have gone silent: for them log time goes on as the wall does.
func (t *Tracker) Tick(wall int64, out *Output) {
	t.each(func(h *host) {
		if h.Tick(wall, out) {
			h.Forget()
			h.gone = true
		}
	})
}

// Close ends everything that is open: the process goes and nothing is saved.
func (t *Tracker) Close(out *Output) {
	t.CloseHosts(func(string) bool { return true }, out)
}

// CloseHosts is Close for those hosts that the function names.
func (t *Tracker) CloseHosts(which func(host string) bool, out *Output) {
	t.each(func(h *host) {
		if which(h.Name()) {
			h.Use()
			h.Close(event.EndShutdown, out)
		}
	})
}

// each visits the hosts by name, one after the other, with its lock. A visit may leave it gone.
func (t *Tracker) each(visit func(*host)) {
	for _, name := range t.hosts.names() {
		h := t.known(name)
		if h == nil {
			continue
		}
		visit(h)
		has, gone := h.Has(), h.gone
		h.mu.Unlock()
		if gone {
			t.hosts.remove(h)
		} else {
			t.hosts.ranks.hold(h, has)
		}
	}
}
