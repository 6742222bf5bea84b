package truth

import (
	"strconv"

	"github.com/otelcol-smtp/otelcol-smtp/test/generate"
)

// Totals adds up records as generated logs are known: by recipient and session, each once.
func Totals(records []Record) generate.Totals {
	t := generate.Totals{Ends: map[string]generate.End{}, Attempts: map[string]int{}, Sessions: map[string]int{}}
	for i := range records {
		AddTo(&t, &records[i])
	}
	return t
}

// AddTo adds one record.
func AddTo(t *generate.Totals, r *Record) {
	if r.Attr["smtp.duplicate"] != "" {
		return
	}
	status, to := r.Attr["smtp.delivery.status"], r.Attr["smtp.rcpt_to"]
	switch {
	case r.Is("message.received"):
		t.Messages++
	case r.Is("reject"):
		t.Rejects++
	case r.Is("session"):
		t.Sessions[r.Attr["smtp.session.end"]]++
	case r.Is("delivery"):
		attempts, _ := strconv.Atoi(r.Attr["smtp.delivery.attempt"])
		if r.Attr["smtp.synthetic"] == "" {
			t.Attempts[status]++
		} else {
			attempts = t.Ends["deferred "+to].Attempts
		}
		if r.Attr["smtp.delivery.final"] != "true" {
			t.Ends["deferred "+to] = generate.End{Status: status, Attempts: attempts}
			return
		}
		delete(t.Ends, "deferred "+to)
		if _, twice := t.Ends[to]; twice {
			to = "twice " + to
		}
		t.Ends[to] = generate.End{Status: status, Attempts: attempts}
	}
}
