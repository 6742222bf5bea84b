package main

import (
	"fmt"
	"io"
	"sort"
	"strconv"
	"text/tabwriter"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
)

// totals adds up what the table at the end says.
type totals struct {
	lines, recognised, messages int
	ends                        map[string]int // recipients by final status
	tried, deferred, rejected   int
	failures                    map[string]int
	sessions                    map[string]int
	servers                     map[string]int // lines by who wrote them
}

// add takes one record. Summaries and duplicates tell again what was counted.
func (t *totals) add(r *record) {
	if t.ends == nil {
		t.ends, t.failures, t.sessions, t.servers = map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	}
	a := r.attr
	if r.offset >= 0 && r.body != "" {
		t.lines++
		if a[attrs.Event] != "" {
			t.recognised++
			t.servers[a[attrs.Dialect]]++
		}
	}
	switch a[attrs.Event] {
	case "session":
		t.sessions[a[attrs.SessionEnd]]++
		return
	case "message":
		return
	case "message.received":
		t.messages++
	case "reject":
		t.rejected++
	}
	if a[attrs.Duplicate] != "" {
		return
	}
	n := recipients(a)
	if a[attrs.DeliveryFinal] == "true" {
		t.ends[a[attrs.DeliveryStatus]] += n
	}
	if a[attrs.DeliveryTried] == "true" {
		t.tried += n
		if a[attrs.DeliveryStatus] == "deferred" {
			t.deferred += n
		}
	}
	if status := a[attrs.DeliveryStatus]; a[attrs.Synthetic] == "" && (status == "bounced" || status == "deferred") {
		who := a[attrs.Provider]
		if who == "" || who == "other" {
			who = a[attrs.DestinationDomain]
		}
		t.failures[join(who, a[attrs.ReplyCode], or(a[attrs.ReplyEnhancedCode], a[attrs.DeliveryDSN]), a[attrs.FailureReason])]++
	}
}

// recipients is how many recipients a record is about.
func recipients(a map[string]string) int {
	if n, err := strconv.Atoi(a[attrs.RecipientCount]); err == nil && a[attrs.RcptToList] != "" {
		return n
	}
	return 1
}

// write is the table.
func (t *totals) write(to io.Writer) {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "\nlines\t%d\t%d recognised\n", t.lines, t.recognised)
	fmt.Fprintf(w, "  by server\t\t%s\n", top(t.servers, 20))
	fmt.Fprintf(w, "messages\t%d\n", t.messages)
	ended := t.ends["delivered"] + t.ends["bounced"] + t.ends["expired"]
	fmt.Fprintf(w, "recipients that ended\t%d\n", ended)
	for _, status := range []string{"delivered", "bounced", "expired"} {
		fmt.Fprintf(w, "  %s\t%d\t%s\n", status, t.ends[status], percent(t.ends[status], ended))
	}
	for _, status := range []string{"discarded", "deleted", "aborted"} {
		if n := t.ends[status]; n > 0 {
			fmt.Fprintf(w, "  %s\t%d\n", status, n)
		}
	}
	fmt.Fprintf(w, "deferrals\t%d\t%s of %d tries\n", t.deferred, percent(t.deferred, t.tried), t.tried)
	fmt.Fprintf(w, "rejected by us\t%d\n", t.rejected)
	sessions := 0
	for _, n := range t.sessions {
		sessions += n
	}
	fmt.Fprintf(w, "sessions\t%d\t%s\n", sessions, top(t.sessions, 12))
	_ = w.Flush()
	if len(t.failures) > 0 {
		fmt.Fprintln(to, "\ntop failing replies (provider or domain, code, reason)")
		for _, k := range ranked(t.failures, 10) {
			fmt.Fprintf(to, "  %4d  %s\n", t.failures[k], k)
		}
	}
}

func percent(n, of int) string {
	if of == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(n)/float64(of))
}

// ranked lists the keys with the most first.
func ranked(m map[string]int, most int) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool {
		if m[keys[i]] != m[keys[j]] {
			return m[keys[i]] > m[keys[j]]
		}
		return keys[i] < keys[j]
	})
	return keys[:min(most, len(keys))]
}

// top is "quit 12, lost 3".
func top(m map[string]int, most int) string {
	text := ""
	for _, k := range ranked(m, most) {
		if text != "" {
			text += ", "
		}
		text += fmt.Sprintf("%s %d", k, m[k])
	}
	return text
}
