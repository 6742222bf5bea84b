package truth

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
	"time"
)

// Daemon is the beginning of what a mail server printed of its work as server and as client, and of nothing else.
type Daemon struct {
	Log, Truth string
	Until      float64 // where the log was cut: seconds since 1970
}

// EximDebug is the output of exim -d-all+transport+receive+pid+timestamp.
var EximDebug = Daemon{Log: "conversations/exim-loud.debug.log", Truth: "conversations/exim-loud.truth.json.gz", Until: 1795446914.922}

// both is a conversation that the server was in on either side.
type both struct {
	Talk
	role  string
	start float64
	whole bool // its end is in the log
	user  string
}

// key tells who spoke with whom, where the log says it: it has no port for our own side.
func key(role string, t *Talk) string {
	if role == "client" {
		return role + " " + t.Peer
	}
	return fmt.Sprint(role, " ", t.Peer, " ", t.Port)
}

// both are the conversations that began before the log was cut.
func (run *Run) both(d *Daemon) (list []both) {
	const late = 0.05 // what happened right before may stand behind
	for i := range run.Inbound {
		c := &run.Inbound[i]
		talk := both{
			Talk: Talk{ID: c.ID, Peer: c.ClientIP, Port: c.ClientPort, Ended: c.Ended},
			role: "server", start: c.Start, whole: c.End < d.Until-late, user: c.User,
		}
		for j := range run.Messages {
			if m := &run.Messages[j]; m.Submitted.Connection == c.ID {
				talk.judge(m)
			}
		}
		talk.secure(c)
		talk.hear(c.Events)
		list = append(list, talk)
	}
	for i := range run.Outbound {
		c := &run.Outbound[i]
		talk := both{Talk: Talk{ID: c.ID, Peer: c.ServerIP, Ended: c.Ended}, role: "client", start: c.Start, whole: c.End < d.Until-late}
		for j := range run.Messages {
			for k := range run.Messages[j].Recipients {
				talk.tried(&run.Messages[j].Recipients[k])
			}
		}
		for j := range run.DSNs {
			if notice := &run.DSNs[j]; notice.Connection == c.ID {
				for _, to := range notice.To {
					talk.verdict(to, 250)
				}
			}
		}
		talk.secure(c)
		talk.hear(c.Events)
		list = append(list, talk)
	}
	list = slices.DeleteFunc(list, func(t both) bool { return t.start > d.Until })
	sort.SliceStable(list, func(i, j int) bool { return list[i].start < list[j].start })
	return list
}

// tried takes the answers to a recipient that this connection brought.
func (t *Talk) tried(r *Recipient) {
	for _, a := range r.Attempts {
		if a.Connection == t.ID && a.Code != 0 && a.Stage != "connect" {
			t.verdict(r.Address, a.Code)
		}
	}
}

// CompareDaemon lists every difference between the records of a daemon's output and the conversations that are in it.
func CompareDaemon(run *Run, d *Daemon, records []Record) (differences []string) {
	want := run.both(d)
	for i := range want {
		differences = append(differences, leaks(&want[i].Talk, records)...)
	}
	for i := range records {
		if _, subject, ok := strings.Cut(records[i].Body, " Subject: "); ok && !strings.HasPrefix(subject, "[content: ") {
			differences = append(differences, "subject remains in "+records[i].Body)
		}
	}
	sessions := hear(records)
	called, calls := 0, 0
	for _, h := range sessions {
		role := ""
		if len(h.sessions) > 0 {
			role = h.sessions[0].Attr["smtp.session.role"]
		}
		at := slices.IndexFunc(want, func(w both) bool {
			return key(w.role, &w.Talk) == key(role, &h.Talk) && math.Abs(h.began()-math.Mod(w.start, 86400)) < 0.1
		})
		if at < 0 {
			differences = append(differences, fmt.Sprintf("session of a %s at %f: nobody had it; %v", key(role, &h.Talk), h.began(), h.Said))
			continue
		}
		if role == "client" {
			calls++
		}
		differences = append(differences, want[at].compare(h)...)
		want = slices.Delete(want, at, at+1)
	}
	for i := range want {
		if want[i].role == "server" {
			differences = append(differences, fmt.Sprintf("%s: no session of a %s", want[i].ID, key(want[i].role, &want[i].Talk)))
		}
	}
	for i := range records { // not every process that delivers prints what it does
		if strings.Contains(records[i].Body, " Connecting to ") {
			called++
		}
	}
	if called != calls {
		differences = append(differences, fmt.Sprintf("%d sessions with hosts that it called, %d calls", calls, called))
	}
	return differences
}

// began is the time of the conversation's first line, in seconds of the day.
func (h *heard) began() float64 {
	at, _ := time.Parse("15:04:05.999", h.first[:min(12, len(h.first))])
	return float64(at.Sub(at.Truncate(24*time.Hour))) / 1e9
}

func (t *both) compare(got *heard) (list []string) {
	differ := func(what string, g, w any) {
		if g, w := fmt.Sprint(g), fmt.Sprint(w); g != w {
			list = append(list, fmt.Sprintf("%s: %s\n\t%s, want\n\t%s", t.ID, what, g, w))
		}
	}
	differ("summaries", len(got.sessions), 1)
	answered := slices.DeleteFunc(slices.Clone(got.Said), func(s string) bool { return strings.HasPrefix(s, "0 ") })
	if len(t.wire) > 0 && !t.whole {
		differ("commands", answered, t.Said[:min(len(t.Said), len(answered))])
	}
	if !t.whole {
		return list
	}
	if n := len(t.Said); len(t.wire) > 0 {
		if n == len(got.Said) && got.Said[n-1] == "0 QUIT" { // nobody waited for the answer
			t.Said[n-1] = got.Said[n-1]
		}
		differ("commands", strings.Join(got.Said, "\n\t"), strings.Join(t.Said, "\n\t"))
	}
	ends := talkEnds[t.Ended]
	if len(t.Said) > 0 && (t.Said[0][0] == '4' || t.Said[0][0] == '5') {
		ends = []string{"rejected"}
	}
	if !slices.Contains(ends, got.Ended) {
		differ("end", got.Ended, ends)
	}
	differ("TLS", got.secured, t.Version != "")
	differ("user", got.user, t.user != "")
	sort.Strings(got.Verdicts)
	sort.Strings(t.Verdicts)
	differ("verdicts", strings.Join(got.Verdicts, ", "), strings.Join(t.Verdicts, ", "))
	return list
}
