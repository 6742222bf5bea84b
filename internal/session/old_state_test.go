package session

import (
	"compress/gzip"
	"io"
	"os"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// A state that was saved before the hosts had a package of their own is read on: testdata/state-5.gz was written by that program from every line of the logs of the
// repository up to the 2,400th, but for those that oldLine leaves out.
func TestStateOfBeforeIsReadOn(t *testing.T) {
	file, err := os.Open("testdata/state-5.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(unpacked)
	if err != nil {
		t.Fatal(err)
	}
	old := New(roomy)
	if err := old.Restore(data); err != nil {
		t.Fatal(err)
	}
	sessions, messages := old.Open()
	if sessions == 0 || messages < 50 || len(old.hosts.names()) < 2 {
		t.Fatalf("%d sessions and %d messages of %d hosts", sessions, messages, len(old.hosts.names()))
	}
	fresh, n, same := New(roomy), 0, 0
	var out Output
	everyEvent(t, func(ev *event.Event, source string) {
		if n++; n <= 2400 && n%40 < 20 {
			out.Reset()
			fresh.Observe(ev, source, int64(n), &out)
		}
		if n <= 2400 || n > 3000 {
			return
		}
		again := *ev
		again.RcptList, again.Redact = append([]string(nil), ev.RcptList...), append([]event.Span(nil), ev.Redact...)
		out.Reset()
		fresh.Observe(ev, source, int64(n), &out)
		out.Reset()
		old.Observe(&again, source, int64(n), &out)
		if ev.SessionID != again.SessionID || ev.MessageUID != again.MessageUID || ev.Attempt != again.Attempt || ev.ParentUID != again.ParentUID {
			t.Fatalf("line %d: %s %s behind the old state, %s %s without a stop", n, again.SessionID, again.MessageUID, ev.SessionID, ev.MessageUID)
		}
		if ev.SessionID != 0 || ev.MessageUID != 0 {
			same++
		}
	})
	if same < 300 {
		t.Errorf("only %d lines tell anything", same)
	}
}
