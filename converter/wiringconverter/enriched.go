package wiringconverter

import (
	"fmt"
	"slices"
	"strings"
)

// local are the receivers of lines as they were written. Another receiver may bring what was enriched elsewhere.
var local = []string{
	"maillog", "file_log", "filelog", "journald", "syslog", "tcp_log", "tcplog", "udp_log",
	"udplog", "named_pipe", "namedpipe", "windows_event_log", "windowseventlog",
}

// unenriched finds the connectors smtp that only get lines which no processor smtp has seen.
func (w *wiring) unenriched() (warnings []string) {
	for _, id := range w.used("connectors") {
		if typeOf(id) != "smtp" {
			continue
		}
		var raw []string
		enriched := false
		for name, p := range w.pipelines {
			if !slices.Contains(p.exporters, id) || !strings.HasPrefix(name, "logs") {
				continue
			}
			if w.bringsOnlyRaw(name, map[string]bool{}) {
				raw = append(raw, name)
			} else {
				enriched = true
			}
		}
		slices.Sort(raw)
		if len(raw) > 0 && !enriched {
			warnings = append(warnings, fmt.Sprintf("connectors::%s: there is no processor smtp in front of it in the pipeline %s, "+
				"so it will count nothing: it takes what that processor has enriched",
				id, strings.Join(raw, ", ")))
		}
	}
	return warnings
}

// bringsOnlyRaw says whether all that comes out of a pipeline is lines as they were written. A connector in front is the pipelines
// that lead to it.
func (w *wiring) bringsOnlyRaw(name string, seen map[string]bool) bool {
	p := w.pipelines[name]
	if seen[name] {
		return true
	}
	seen[name] = true
	if slices.ContainsFunc(p.processors, func(id string) bool { return typeOf(id) == "smtp" }) {
		return false
	}
	for _, r := range p.receivers {
		if _, isConnector := w.sections["connectors"][r]; !isConnector {
			if !slices.Contains(local, typeOf(r)) {
				return false
			}
			continue
		}
		for from, q := range w.pipelines {
			if slices.Contains(q.exporters, r) && !w.bringsOnlyRaw(from, seen) {
				return false
			}
		}
	}
	return true
}
