package conversation

import (
	"fmt"
	"strings"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// clientTold is one conversation of a client program, and as the server that it spoke to has it.
type clientTold struct {
	id, end  string
	verdicts map[string]byte // by recipient: the class of the deciding reply
	queued   []string
}

// TestConversationsOfClientProgramsEqualTheServersRecords compares the output of swaks, curl -v, msmtp --debug, Python's smtplib and
// openssl s_client with what the server noted. openssl prints no commands: there only the queue ids are to be found.
func TestConversationsOfClientProgramsEqualTheServersRecords(t *testing.T) {
	for file, want := range readClientTruth(t) {
		t.Run(file, func(t *testing.T) {
			var got []*clientTold
			k := talker{heard: func(_ string, ev *event.Event, o *Outcome) {
				if o.Began {
					got = append(got, &clientTold{verdicts: make(map[string]byte)})
				}
				if len(got) > 0 {
					got[len(got)-1].judge(ev, o)
				}
			}}
			k.read(strings.ReplaceAll(readFile(t, file), "\r\n", "\n"))
			if len(got) != len(want) {
				t.Errorf("%d conversations, want %d", len(got), len(want))
			}
			for i := range min(len(got), len(want)) {
				if file == "client-openssl-s_client.txt" {
					want[i].verdicts = map[string]byte{}
				}
				if g, w := fmt.Sprint(got[i].verdicts, got[i].queued), fmt.Sprint(want[i].verdicts, want[i].queued); g != w {
					t.Errorf("%s: %s, want %s", want[i].id, g, w)
				}
			}
			for _, line := range k.lines {
				if strings.Contains(line, "This is a test mailing") || strings.Contains(line, "hello from") {
					t.Errorf("data remains: %s", line)
				}
			}
		})
	}
}

func (s *clientTold) judge(ev *event.Event, o *Outcome) {
	if ev.Status != event.StatusNone {
		for _, r := range append([]string{ev.RcptTo}, ev.RcptList...) {
			if r != "" {
				s.verdicts[r] = map[event.Status]byte{event.StatusDelivered: '2', event.StatusDeferred: '4', event.StatusBounced: '5'}[ev.Status]
			}
		}
	}
	if o.Message && ev.RemoteQueueID != "" {
		s.queued = append(s.queued, ev.RemoteQueueID)
	}
}

func readClientTruth(t *testing.T) map[string][]*clientTold {
	all := make(map[string][]*clientTold)
	file := ""
	for _, line := range strings.Split(strings.TrimSpace(readFile(t, "clients.truth")), "\n") {
		f := strings.Fields(line)
		if f[0] == "file" {
			file = f[1]
			continue
		}
		if f[0] == "session" {
			all[file] = append(all[file], &clientTold{id: f[1], end: f[2], verdicts: make(map[string]byte)})
			continue
		}
		s := all[file][len(all[file])-1]
		if f[0] == "to" {
			s.verdicts[f[1]] = f[2][0]
		} else {
			s.queued = append(s.queued, f[1])
		}
	}
	return all
}
