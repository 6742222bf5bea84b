package truth

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
)

// Counter is one series of a counter: the metric without its "smtp.", and its dimensions by the last word of their names.
type Counter struct {
	Name  string
	Of    map[string]string
	Value int
}

// Counters are all series of a run.
type Counters []Counter

// sum adds up the series of a metric with these dimensions, given as name and value in turn.
func (all Counters) sum(name string, pairs ...string) (n int) {
next:
	for i := range all {
		if all[i].Name != name {
			continue
		}
		for p := 0; p < len(pairs); p += 2 {
			if all[i].Of[pairs[p]] != pairs[p+1] {
				continue next
			}
		}
		n += all[i].Value
	}
	return n
}

// CompareCounters lists every difference between what was counted and the truth, but for what the log does not say. Where the truth
// leaves room, the comment at its function says why.
func CompareCounters(run *Run, all Counters, c *Corpus) (list []string) {
	between := func(what string, got, least, most int) {
		if got < least || got > most {
			list = append(list, fmt.Sprintf("%d %s, want %d to %d", got, what, least, most))
		}
	}
	compareLogins(run, all, c.Unlogged, between)
	compareHandshakes(run, all, c.Unlogged, between)
	compareReceptions(run, all, c, between)
	if run.hasTries() {
		compareDeliveries(run, all, between)
		compareTrials(run, all, c.Unlogged, between)
	}
	return list
}

// compareReceptions: a mail counts once, by kind. One that is thrown away or held at the door need never come into the queue; one
// that is refused at its end has come into a queue whose server writes so before a filter has its word. What filters hand back, and
// what a submission program hands to the daemon, is there once more as internal, and so is what a server forwards.
func compareReceptions(run *Run, all Counters, c *Corpus, between func(string, int, int, int)) {
	least, most, notices := 0, 0, len(run.DSNs)
	again, forwarded := 0, 0
	for i := range run.Messages {
		m := &run.Messages[i]
		switch {
		case !m.Submitted.Accepted:
			if m.Submitted.Connection != "" && m.endsAtDoor("rejected") {
				most++
			}
			continue
		case m.From == "":
			notices++
			continue
		}
		most++
		if !m.endsAtDoor("dropped", "held") {
			least++
		}
		for _, f := range m.Filter {
			if strings.HasPrefix(f.Reply, "2") {
				again++
			}
		}
		if c.HandsOver && m.Submitted.Via == "sendmail" {
			again++
		}
		for _, r := range m.Recipients {
			forwarded += len(r.DeliveredTo)
		}
	}
	mail, dsn := all.sum("message.count", "kind", "mail", "hop", "first"), all.sum("message.count", "kind", "dsn")
	if c.Unlogged&UnloggedKinds != 0 {
		between("messages of no kind", all.sum("message.count", "kind", ""), least, all.sum("message.count"))
		return
	}
	between("mails", mail, least, most)
	if c.Unlogged&UnloggedBirths == 0 {
		between("notices", dsn, notices, dsn)
	}
	internal := all.sum("message.count", "hop", "internal")
	if !run.hasTries() { // nor what became of the mail on its way
		forwarded = internal
	}
	between("mails that filters and programs handed back", internal, again, again+forwarded)
}

// endsAtDoor says whether all recipients of the message had one of these ends before any host was asked.
func (m *Message) endsAtDoor(ends ...string) bool {
	for _, r := range m.Recipients {
		if len(r.Attempts) > 0 || !strings.Contains(" "+strings.Join(ends, " ")+" ", " "+r.Final+" ") {
			return false
		}
	}
	return len(m.Recipients) > 0
}

// hasTries says whether the truth has each try: it names its connection.
func (run *Run) hasTries() bool {
	for i := range run.Messages {
		for _, r := range run.Messages[i].Recipients {
			for _, a := range r.Attempts {
				if a.Connection != "" {
					return true
				}
			}
		}
	}
	return false
}

// compareDeliveries: what hosts accepted counts once a recipient. An address that became others is in the truth only by its own name.
func compareDeliveries(run *Run, all Counters, between func(string, int, int, int)) {
	accepted, became := 0, 0
	for i := range run.Messages {
		for _, r := range run.Messages[i].Recipients {
			if !r.unheard() {
				accepted += r.accepted()
			}
			for _, to := range r.DeliveredTo {
				if !strings.Contains(to, ":") {
					became++
				}
			}
		}
	}
	between("recipients that hosts took",
		all.sum("delivery.attempts", "kind", "mail", "route", "mx", "status", "delivered"), accepted, accepted+became)
}

// compareTrials: an answer of a host counts once, whatever number of recipients it was for. Answers to notices are not in the
// truth. What a server says only of the last host of a try, it says of no other.
func compareTrials(run *Run, all Counters, unlogged Unlogged, between func(string, int, int, int)) {
	want := run.trials()
	codes := make([]string, 0, len(want))
	for code := range want {
		codes = append(codes, code)
	}
	sort.Strings(codes)
	for _, code := range codes {
		n := want[code]
		got := all.sum("host.trials", "code", code) - all.sum("host.trials", "code", code, "kind", "dsn")
		least := n
		if unlogged&UnloggedHosts != 0 {
			least = 1
		}
		between("trials that ended with "+code, got, least, n)
	}
}

// trials are the refusals of hosts by code. One connection may have tried a message several times.
func (run *Run) trials() map[string]int {
	seen, codes := map[string]bool{}, map[string]int{}
	for i := range run.Messages {
		for _, r := range run.Messages[i].Recipients {
			tried := map[string]int{}
			for _, a := range r.Attempts {
				if a.Code < 400 {
					continue
				}
				key := fmt.Sprint(a.Connection, " ", a.Code)
				if a.Stage != "connect" {
					tried[key]++
					key = fmt.Sprint(key, " ", i, " ", tried[key])
				}
				if !seen[key] {
					seen[key] = true
					codes[strconv.Itoa(a.Code)]++
				}
			}
		}
	}
	return codes
}
