package conversation

import (
	"fmt"
	"strings"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

const upToData = "EHLO a.test\n250 ok\nMAIL FROM:<x@a.test>\n250 ok\nRCPT TO:<u@b.test>\n250 ok\nDATA\n354 go\n"

// kinds counts the events of a log by their kind, those of no kind too.
func (w *talk) kinds() map[event.Kind]int {
	counts := make(map[event.Kind]int)
	for i := range w.events {
		counts[w.events[i].Kind]++
	}
	return counts
}

// Message data whose end is not in the log ends all the same: soon where it does not even begin as a message does.
func TestConversationDataWithoutItsEndIsBounded(t *testing.T) {
	for name, c := range map[string]struct {
		log  string
		most int
	}{
		"lines that are no message":       {upToData + strings.Repeat("some words\n", 3000), maxOddLines},
		"long lines that are no message":  {upToData + strings.Repeat(strings.Repeat("x", 1022)+"\n", 200), 64},
		"a message of too many bytes":     {upToData + "Subject: x\n" + strings.Repeat(strings.Repeat("y", 1<<20-2)+"\n", 80), 65},
		"an hour":                         {stampedEachMinute(200), 61},
		"a chunk of a terabyte":           {strings.Replace(upToData, "DATA\n354 go\n", "BDAT 1099511627776\n", 1) + strings.Repeat("some words\n", 3000), maxOddLines},
		"answers of a login that goes on": {"220 mx.test ESMTP\nEHLO a.test\n250 ok\nAUTH LOGIN\n334 VXNlcm5hbWU6\n" + strings.Repeat("bm8gcmVwbHk=\n", 100), maxSecrets + 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := talkOf(t, c.log)
			counts := w.kinds()
			concealed := counts[event.KindContent] + counts[event.KindCommand]
			if concealed > c.most+6 || concealed < c.most/2 {
				t.Errorf("%d lines of %d, want about %d", concealed, len(w.events), c.most)
			}
			if last := &w.events[len(w.events)-1]; last.Kind != event.KindNone || len(last.Redact) > 0 {
				t.Errorf("the last line is %s", last.Kind)
			}
		})
	}
}

func stampedEachMinute(n int) string {
	var b strings.Builder
	b.WriteString("[2026-11-23 10:00:00] " + strings.ReplaceAll(strings.TrimSuffix(upToData, "\n"), "\n", "\n[2026-11-23 10:00:00] ") + "\n")
	for i := range n {
		fmt.Fprintf(&b, "[2026-11-23 %02d:%02d:00] Subject: x\n", 10+i/60, i%60)
	}
	return b.String()
}

// A message of many lines is concealed as a whole, and its answer read.
func TestConversationLongMessagesAreConcealedToTheirEnd(t *testing.T) {
	for _, marks := range [][2]string{{"", ""}, {"C: ", "S: "}, {"[2026-11-23 10:00:00] ", "[2026-11-23 10:00:00] "}, {">>> ", "<<< "}} {
		body := strings.Repeat(marks[0]+strings.Repeat("c2VjcmV0", 9)+"\n", 100_000) // 7 MB
		log := marks[1] + "220 mx.test ESMTP\n"
		for i, l := range strings.Split(strings.TrimSuffix(upToData, "\n"), "\n") {
			log += marks[i%2] + l + "\n"
		}
		w := talkOf(t, log+marks[0]+"Subject: x\n"+marks[0]+"\n"+body+marks[0]+".\n"+marks[1]+"250 2.0.0 Ok: queued as ABC123\n")
		w.hidden("c2VjcmV0")
		if n := w.kinds()[event.KindContent]; n != 100_002 {
			t.Errorf("%q: %d lines of content", marks[0], n)
		}
		if last := &w.events[len(w.events)-1]; last.RemoteQueueID != "ABC123" || last.Size < 7_000_000 {
			t.Errorf("%q: %s of %d bytes", marks[0], last.RemoteQueueID, last.Size)
		}
	}
}

// What nothing proves to be message data is left alone, and so is what others write between the lines of a conversation.
func TestConversationTakesOnlyWhatIsProved(t *testing.T) {
	const yaml = "  image: nginx:1.25"
	for name, log := range map[string]string{
		"DATA alone":            "EHLO a\n250 ok\nDATA\n354 go\n" + yaml + "\n",
		"DATA without 354":      "EHLO a\n250 ok\nDATA\n" + yaml + "\n",
		"somebody between":      strings.Replace(upToData, "DATA\n", "words\nDATA\n", 1) + yaml + "\n",
		"marks":                 "C: EHLO a.test\nS: 250 ok\nC: DATA\nS: 354 go\n" + yaml + "\n",
		"marks on each line":    "C: EHLO a.test\nS: 250 ok\nC: MAIL FROM:<x@a.test>\nS: 250 ok\nC: RCPT TO:<u@b.test>\nS: 250 ok\nC: DATA\nS: 354 go\nC: Subject: x\nC: words\n" + yaml + "\n",
		"stamps":                "[2026-11-23 10:00:00] EHLO a.test\n[2026-11-23 10:00:00] 250 ok\n[2026-11-23 10:00:00] DATA\n[2026-11-23 10:00:00] 354 go\n" + yaml + "\n",
		"stamps of another":     "C: EHLO a.test\nS: 250 ok\nC: DATA\nS: 354 go\nC: Subject: x\n2026-11-23 10:00:00 " + yaml + "\n",
		"AUTH":                  "220 mx.test ESMTP\nEHLO a.test\n250 ok\nAUTH LOGIN\n" + yaml + "\n",
		"behind a login's name": "220 mx.test ESMTP\nEHLO a.test\n250 ok\nAUTH LOGIN\n334 VXNlcm5hbWU6\nYW5uYQ==\n" + yaml + "\n",
		"another mark":          "C: EHLO a.test\nS: 250 ok\nC: DATA\nS: 354 go\n> a quote\n",
		"another mark, talking": "C: EHLO a.test\nS: 250 ok\n> a quote\n",
		"no conversation":       "> a quote\n",
		"behind the end":        "C: EHLO a.test\nS: 250 ok\nC: QUIT\nS: 221 bye\nC: words\n",
		"a protocol like it":    "220 ProFTPD Server ready\n331 Password required\n",
	} {
		t.Run(name, func(t *testing.T) {
			w := talkOf(t, log)
			if last := &w.events[len(w.events)-1]; last.Kind != event.KindNone || len(last.Redact) > 0 {
				t.Errorf("%s %s %v", last.Kind, last.Command, last.Redact)
			}
		})
	}
	for name, log := range map[string]string{
		"what begins as a message does": "DATA\n354 go\nSubject: x\nsecret\n",
		"a transaction":                 upToData + "secret\n",
		"lines without their marks":     "C: MAIL FROM:<x@a.test>\nS: 250 ok\nC: RCPT TO:<u@b.test>\nS: 250 ok\nC: DATA\nS: 354 go\nC: Subject: x\nsecret\n",
	} {
		t.Run(name, func(t *testing.T) { talkOf(t, log).hidden("secret") })
	}
}
