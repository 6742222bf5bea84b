package session

import (
	"compress/gzip"
	"io"
	"os"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// A state that was saved before the hosts had a package of their own is read on: testdata/state-5.gz was written by that program from every line of the logs of the
// repository up to the 2,400th, but for those that oldLine leaves out. Ids were made in another way then: what began before keeps its own.
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
	fresh, n, same, ids := New(roomy), 0, 0, renamed{}
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
		told := ids.same(ev.SessionID, again.SessionID) && ids.same(ev.MessageUID, again.MessageUID) && ids.same(ev.ParentUID, again.ParentUID)
		if !told || ev.Attempt != again.Attempt {
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

// renamed are ids that something has, by those that it would have now, and the other way round.
type renamed map[event.ID]event.ID

// same says whether two ids can be of one thing: the same, or two that stand for one another wherever they are told.
func (r renamed) same(now, old event.ID) bool {
	if now == 0 || old == 0 {
		return now == old
	}
	for _, pair := range [...][2]event.ID{{now, old}, {old, now}} {
		if known, ok := r[pair[0]]; ok && known != pair[1] {
			return false
		}
		r[pair[0]] = pair[1]
	}
	return true
}
