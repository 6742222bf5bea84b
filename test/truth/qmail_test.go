package truth

import (
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The day is written by hand, from what qmail-send.c and tcpserver.c print: a message number used three times, tries that overlap, retries, an expiry, a
// notice that is forwarded and bounces, a triple bounce, and a restart that begins the numbers of deliveries anew.
var qmailDay = []struct {
	queueID, from, parent string // parent: the how-manieth message of the day
	recipients            []string
}{
	{"53", "ann@sender.example", "", []string{"me@domain.example local delivered inbound 1"}},
	{"53", "bob@domain.example", "", []string{"carl@remote.example mx delivered outbound 3 250 2.0.0"}},
	{"54", "dora@domain.example", "", []string{
		"e1@remote.example mx delivered outbound 1 250", "e2@remote.example mx bounced outbound 1 550 5.1.1",
		"e3@other.example mx expired outbound 3 421 4.7.0", "f@virtual.example pipe delivered inbound 1",
	}},
	{"55", "<>", "2", []string{"dora@domain.example forward delivered inbound 1"}},
	{"56", "<>", "3", []string{"dora@home.example mx bounced forwarded 1 550 5.1.1"}},
	{"57", "#@[]", "4", []string{"postmaster@domain.example local bounced inbound 1"}},
	{"57", "ann@domain.example", "", []string{"x@nosuch.example mx bounced outbound 0"}},
	{"58", "<>", "6", []string{"ann@domain.example local delivered inbound 1"}},
}

func TestQmailDay(t *testing.T) {
	for _, name := range []string{"qmail-day.tai64n.log", "qmail-day.syslog.log", "qmail-day.iso.log"} {
		t.Run(name, func(t *testing.T) {
			records := enrich(t, lines(t, name), time.Date(2026, 9, 23, 0, 0, 0, 0, time.UTC), plain)
			var messages []*Record
			uid := map[string]string{}
			for i := range records {
				r := &records[i]
				assert.NotEmpty(t, r.Attr["smtp.event"], r.Body)
				if r.Is("message") {
					messages = append(messages, r)
				}
			}
			// in the order of their beginning, which is the first record that has the id
			order := map[string]int{}
			for i := range records {
				if id := records[i].Attr["smtp.message.uid"]; id != "" && order[id] == 0 {
					order[id] = i + 1
				}
			}
			sort.SliceStable(messages, func(i, j int) bool {
				return order[messages[i].Attr["smtp.message.uid"]] < order[messages[j].Attr["smtp.message.uid"]]
			})
			require.Len(t, messages, len(qmailDay))
			for i, want := range qmailDay {
				m := messages[i]
				uid[fmt.Sprint(i)] = m.Attr["smtp.message.uid"]
				assert.Equal(t, want.queueID, m.Attr["smtp.queue_id"])
				assert.Equal(t, want.from, m.Attr["smtp.mail_from"])
				assert.Equal(t, uid[want.parent], m.Attr["smtp.parent.message.uid"], "parent of %d", i)
				assert.Equal(t, want.recipients, ends(records, m.Attr["smtp.message.uid"]), "recipients of %d", i)
				assert.Equal(t, strings.HasPrefix(want.from, "<>") || want.from == "#@[]", m.Attr["smtp.message.kind"] == "dsn", "kind of %d", i)
				assert.Empty(t, m.Attr["smtp.message.partial"])
			}
			for i := range records {
				r := &records[i]
				if r.Is("session") {
					assert.Equal(t, "quit", r.Attr["smtp.session.end"])
					assert.Equal(t, "192.0.2.1", r.Attr["network.peer.address"])
					assert.Equal(t, "host.sender.example", r.Attr["client.address"])
					uid["session"] = r.Attr["smtp.session.id"]
				}
			}
			assert.NotEmpty(t, uid["session"])
		})
	}
}

// ends are the last verdicts on a message's recipients, with the number of tries.
func ends(records []Record, uid string) (list []string) {
	last := map[string]string{}
	for i := range records {
		r := &records[i]
		a := r.Attr
		if r.Is("delivery") && a["smtp.message.uid"] == uid {
			attempt := a["smtp.delivery.attempt"]
			if attempt == "" {
				attempt = "0"
			}
			last[a["smtp.rcpt_to"]] = strings.TrimRight(strings.Join([]string{
				a["smtp.rcpt_to"], a["smtp.delivery.route"], a["smtp.delivery.status"], a["email.direction"], attempt, a["smtp.reply.code"], a["smtp.reply.enhanced_code"],
			}, " "), " ")
		}
	}
	for _, end := range last {
		list = append(list, end)
	}
	sort.Strings(list)
	return list
}

// Whatever stamps the lines, the records say the same.
func TestQmailStamps(t *testing.T) {
	seen := time.Date(2026, 9, 23, 0, 0, 0, 0, time.UTC)
	pick := func(name string) (list []string) {
		for _, r := range enrich(t, lines(t, name), seen, plain) {
			delete(r.Attr, "smtp.session.id") // of the host, which only syslog names
			said := map[string]string{"time": r.Time.Format(time.RFC3339Nano)}
			for k, v := range r.Attr {
				if strings.HasPrefix(k, "smtp.") && !strings.HasSuffix(k, "uid") && !strings.Contains(k, "session") || strings.HasPrefix(k, "email.") {
					said[k] = v
				}
			}
			text, _ := json.Marshal(said)
			list = append(list, string(text))
		}
		return list
	}
	want := pick("qmail-day.tai64n.log")
	assert.Equal(t, want, pick("qmail-day.syslog.log"))
	assert.Equal(t, want, pick("qmail-day.iso.log"))
}

// The words of remote hosts are as they were said, not as the log writes them.
func TestQmailReplies(t *testing.T) {
	for _, r := range enrich(t, lines(t, "qmail-day.tai64n.log"), time.Date(2026, 9, 23, 0, 0, 0, 0, time.UTC), plain) {
		switch {
		case r.Is("delivery") && r.Attr["smtp.rcpt_to"] == "e2@remote.example":
			assert.Equal(t, "The account does not exist. Sorry.", r.Attr["smtp.reply.text"])
			assert.Equal(t, "unknown_recipient", r.Attr["smtp.failure.reason"])
			assert.Equal(t, "RCPT", r.Attr["smtp.command"])
		case r.Is("delivery") && r.Attr["smtp.rcpt_to"] == "x@nosuch.example":
			assert.Empty(t, r.Attr["smtp.reply.text"]) // nobody answered
			assert.Equal(t, "Sorry, I couldn't find any host named nosuch.example. (#5.1.2)", r.Attr["smtp.argument"])
			assert.Equal(t, "5.1.2", r.Attr["smtp.delivery.dsn"])
			assert.Equal(t, "false", r.Attr["smtp.delivery.tried"])
		}
	}
}
