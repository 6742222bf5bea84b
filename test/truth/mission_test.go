package truth

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// story is what one conversation of the mission comes to: its lines, and how it ended.
var stories = [][]string{
	{
		"command EHLO", "reply EHLO 250 2xx", "command MAIL", "reply MAIL 250 2xx 2.1.0", "command RCPT",
		"reply RCPT 550 5xx 5.1.1 bounced recipient@example.net unknown_recipient",
	},
	{"command EHLO", "reply EHLO 421 4xx 4.4.2 after 75 end timeout"},
	{
		"command MAIL", "reply MAIL 250 2xx 2.1.0", "command RCPT", "reply RCPT 250 2xx 2.1.5", "command DATA", "reply DATA 354 3xx",
		"reply EOM 250 2xx 2.0.0 delivered recipient@example.net in 10 as 123ABC",
	},
	{
		"command MAIL", "reply MAIL 250 2xx 2.1.0", "command RCPT", "reply RCPT 550 5xx 5.1.1 bounced recipient@example.net unknown_recipient",
		"command RSET", "reply RSET 250 2xx 2.0.0", "command QUIT", "reply QUIT 221 2xx 2.0.0 end quit",
	},
	{
		"command MAIL", "reply MAIL 250 2xx 2.1.0", "command RCPT",
		"reply RCPT 421 4xx 4.7.1 deferred user1@isp.com reputation after 4 end server_closed",
	},
}

// tell is one record in the words of the stories.
func tell(r *Record) string {
	words := []string{r.Attr["smtp.event"], r.Attr["smtp.command"]}
	for _, name := range []string{"smtp.reply.code", "smtp.reply.class", "smtp.reply.enhanced_code"} {
		if v := r.Attr[name]; v != "" {
			words = append(words, v)
		}
	}
	if status := r.Attr["smtp.delivery.status"]; status != "" {
		words = append(words, status, r.Attr["smtp.rcpt_to"])
		if reason := r.Attr["smtp.failure.reason"]; reason != "" {
			words = append(words, reason)
		}
	}
	if status := r.Attr["smtp.delivery.status"]; status == "delivered" {
		words = append(words, "in", r.Attr["smtp.delivery.duration"], "as", r.Attr["smtp.remote_queue_id"])
	}
	if latency := r.Attr["smtp.latency"]; latency != "" && latency != "0" && latency != "1" {
		words = append(words, "after", latency)
	}
	if end := r.Attr["smtp.session.end"]; end != "" {
		words = append(words, "end", end)
	}
	return strings.Join(words, " ")
}

// The mission's conversations, line by line, with and without the blank lines between them, and flattened into one line each.
func TestMissionsConversations(t *testing.T) {
	byLine := lines(t, "mission/conversations.log")
	for name, text := range map[string][]string{
		"line by line":        byLine,
		"without blank lines": without(byLine, ""),
		"flattened":           lines(t, "mission/conversations-flattened.log"),
		"one record":          {strings.Join(byLine, "\n")},
	} {
		t.Run(name, func(t *testing.T) {
			records := enrich(t, text, time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), plain)
			var ids []string
			told := map[string][]string{}
			sessions := map[string]bool{}
			for i := range records {
				r := &records[i]
				id := r.Attr["smtp.session.id"]
				switch {
				case r.Is("session"):
					sessions[id] = true
				case r.Attr["smtp.synthetic"] != "" || r.Attr["smtp.event"] == "":
					assert.True(t, r.Attr["smtp.synthetic"] != "" || r.Body == "", r.Body)
				default:
					require.NotEmpty(t, id, r.Body)
					if told[id] == nil {
						ids = append(ids, id)
					}
					told[id] = append(told[id], tell(r))
				}
			}
			require.Len(t, ids, len(stories))
			assert.Len(t, sessions, len(stories))
			for i, id := range ids {
				assert.Equal(t, stories[i], told[id], fmt.Sprint("conversation ", i+1))
			}
		})
	}
}

func without(list []string, s string) (rest []string) {
	for _, x := range list {
		if x != s {
			rest = append(rest, x)
		}
	}
	return rest
}
