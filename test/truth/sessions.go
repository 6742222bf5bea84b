package truth

import (
	"fmt"
	"math"
	"sort"
	"strings"
	"time"
)

// sessionEnds are the records' words that fit a truth's: the truth says who closed, the records also why.
var sessionEnds = map[string][]string{
	"quit":            {"quit"},
	"tls_failed":      {"tls_failed"},
	"client_drop":     {"lost", "tls_failed", "screened"},
	"client_drop_rst": {"lost", "tls_failed"},
	"client_close":    {"lost", "client_closed", "tls_failed"},
	"client_timeout":  {"timeout", "lost", "screened", "tls_failed"},
	"server_close":    {"timeout", "server_closed", "rejected", "screened", "tls_failed", "aborted"},
	"server_drop":     {"server_closed", "rejected", "screened", "aborted"},
}

// compareSessions pairs the sessions with the connections, by client address in the order of their ends.
func compareSessions(run *Run, records []Record) (list []string) {
	sessions := map[string][]*Record{}
	total := 0
	for i := range records {
		r := &records[i]
		if r.Is("session") && r.Attr["smtp.session.role"] == "server" {
			ip := r.Attr["network.peer.address"]
			sessions[ip] = append(sessions[ip], r)
			total++
		}
	}
	conns := map[string][]*Connection{}
	for i := range run.Inbound {
		c := &run.Inbound[i]
		if strings.HasPrefix(c.Ended, "connect_failed") { // nobody listened yet
			continue
		}
		conns[c.ClientIP] = append(conns[c.ClientIP], c)
	}
	for ip, cs := range conns {
		sort.Slice(cs, func(i, j int) bool { return cs[i].End < cs[j].End })
		ss := sessions[ip]
		if len(ss) != len(cs) {
			list = append(list, fmt.Sprintf("%d sessions from %s, want %d", len(ss), ip, len(cs)))
		}
		list = append(list, compareEnds(ip, cs, ss)...)
	}
	return list
}

// compareEnds compares how many sessions of one client ended in which way. Clocks differ by parts of seconds, so the pairs
// themselves are not certain, the numbers are.
func compareEnds(ip string, cs []*Connection, ss []*Record) (list []string) {
	left := append([]*Record(nil), ss...)
	sort.SliceStable(left, func(i, j int) bool { return left[i].Time.Before(left[j].Time) })
	for _, c := range cs {
		found := -1
		for i, s := range left {
			if s != nil && fits(c.Ended, s.Attr["smtp.session.end"]) && near(s.Time, c.End) {
				found = i
				break
			}
		}
		if found < 0 {
			var ends []string
			for _, s := range ss {
				ends = append(ends, s.Attr["smtp.session.end"]+" "+s.Time.Format("15:04:05"))
			}
			list = append(list, fmt.Sprintf("connection %s from %s (%s) ended %s at %.0f: no session fits; %v",
				c.ID, ip, c.Scenario, c.Ended, c.End, ends))
			continue
		}
		left[found] = nil
	}
	return list
}

// near compares two times without their year, which not every log has.
func near(t time.Time, seconds float64) bool {
	if t.Unix() == 0 {
		return true // a log without stamps
	}
	want := time.Unix(0, int64(seconds*1e9)).UTC()
	t = t.UTC()
	t = time.Date(want.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	return math.Abs(t.Sub(want).Seconds()) < 3
}

func fits(ended, end string) bool {
	for _, e := range sessionEnds[ended] {
		if e == end {
			return true
		}
	}
	return false
}

// compareTLS compares how many sessions had TLS.
func compareTLS(run *Run, records []Record) []string {
	return compareCount("sessions with TLS", run.Totals.TLS, run, records, func(r *Record) bool { return r.Attr["tls.established"] == "true" })
}

// compareUsers compares how many sessions had a user.
func compareUsers(run *Run, records []Record) []string {
	return compareCount("sessions with a user", run.Totals.AuthOK, run, records, func(r *Record) bool { return r.Attr["user.name"] != "" })
}
