package truth

import (
	"strconv"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/test/generate"
)

// Totals adds up records as generated logs are known: by recipient and session, each once.
func Totals(records []Record) generate.Totals {
	t := generate.Totals{Ends: map[string]generate.End{}, Attempts: map[string]int{}, Sessions: map[string]int{}}
	for i := range records {
		AddTo(&t, &records[i])
	}
	Settle(&t)
	return t
}

// open marks a recipient whose end has not come yet; several queues may bring records out of their order.
const open = "open "

// AddTo adds one record.
func AddTo(t *generate.Totals, r *Record) {
	if r.Attr["smtp.duplicate"] != "" {
		return
	}
	status, to := r.Attr["smtp.delivery.status"], r.Attr["smtp.rcpt_to"]
	if end := r.Attr["smtp.session.end"]; end != "" && !r.Is("session") && r.Attr["smtp.session.inferred"] == "" {
		t.Sessions[end]++
	}
	switch {
	case r.Is("message.received"):
		t.Messages++
	case r.Is("reject"):
		t.Rejects++
	case r.Is("delivery"):
		attempts, err := strconv.Atoi(r.Attr["smtp.delivery.attempt"])
		if err != nil && r.Attr["smtp.synthetic"] == "" { // the first needs no number
			attempts = 1
		}
		if r.Attr["smtp.synthetic"] == "" {
			t.Attempts[status]++
		}
		if r.Attr["smtp.delivery.final"] != "true" {
			t.Ends[open+to] = generate.End{Status: status, Attempts: max(attempts, t.Ends[open+to].Attempts)}
			return
		}
		if _, twice := t.Ends[to]; twice {
			to = "twice " + to
		}
		t.Ends[to] = generate.End{Status: status, Attempts: attempts}
	}
}

// Settle ends the addition: an end that has no line of its own comes after as many attempts as there were.
func Settle(t *generate.Totals) {
	for key, tried := range t.Ends {
		to, isOpen := strings.CutPrefix(key, open)
		end, ended := t.Ends[to]
		if !isOpen || !ended {
			continue
		}
		if end.Attempts == 0 {
			end.Attempts = tried.Attempts
			t.Ends[to] = end
		}
		delete(t.Ends, key)
	}
}
