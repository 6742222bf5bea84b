package session

import (
	"maps"
	"slices"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// Tick expires by the wall clock what belongs to sources that have gone silent: for them log time goes on as the wall does.
func (t *Tracker) Tick(wall int64, out *Output) {
	for _, name := range t.hostNames() {
		h := t.hosts[name]
		if h.Tick(wall, out) {
			t.drop(h)
		} else {
			t.hold(h)
		}
	}
}

// Close ends everything that is open: the process goes and nothing is saved.
func (t *Tracker) Close(out *Output) {
	t.CloseHosts(func(string) bool { return true }, out)
}

// CloseHosts is Close for those hosts that the function names.
func (t *Tracker) CloseHosts(which func(host string) bool, out *Output) {
	for _, name := range t.hostNames() {
		if which(name) {
			t.hosts[name].Close(event.EndShutdown, out)
			t.hold(t.hosts[name])
		}
	}
}

// hostNames gives the hosts' names in order.
func (t *Tracker) hostNames() []string { return slices.Sorted(maps.Keys(t.hosts)) }
