package session

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

func begin(id, qid, to string, at int64) *event.Event {
	return &event.Event{Kind: event.KindMessageQueued, TryID: id, QueueID: qid, RcptTo: to, Time: at, Resolution: event.ResolutionSubsecond, Line: "begin " + id}
}

func verdictOn(id string, at int64) *event.Event {
	return &event.Event{Kind: event.KindDelivery, TryID: id, Status: event.StatusDelivered, Tried: event.Yes, Time: at, Resolution: event.ResolutionSubsecond, Line: "verdict " + id}
}

func observeAll(t *testing.T, tr *Tracker, list ...*event.Event) {
	t.Helper()
	var out Output
	for _, ev := range list {
		tr.Observe(ev, "f", 0, &out)
	}
}

const noon = int64(1789459200e9)

// A server that was started anew counts from one again.
func TestTryNumberComesAgain(t *testing.T) {
	tr := New(testConfig())
	first, second := verdictOn("1", noon+1), verdictOn("1", noon+3)
	observeAll(t, tr, begin("1", "53", "a@b", noon), first, begin("1", "54", "c@d", noon+2), second)
	if first.RcptTo != "a@b" || first.QueueID != "53" || second.RcptTo != "c@d" || second.QueueID != "54" {
		t.Errorf("%+v %+v", first, second)
	}
}

func TestTryOfAnotherQueue(t *testing.T) {
	tr := New(testConfig())
	other := begin("1", "99", "x@y", noon)
	other.Instance = "queue2"
	v := verdictOn("1", noon+1)
	observeAll(t, tr, begin("1", "53", "a@b", noon), other, v)
	if v.RcptTo != "a@b" {
		t.Errorf("%+v", v)
	}
}

func TestTryThatBeganBeforeTheLog(t *testing.T) {
	v := verdictOn("1", noon)
	observeAll(t, New(testConfig()), v)
	if v.QueueID != "" || v.RcptTo != "" {
		t.Errorf("%+v", v)
	}
}

// A restart in the middle of a try, and between a message and what its receipt tells.
func TestTriesAndReceiptsSurvive(t *testing.T) {
	tr := New(testConfig())
	parent := &event.Event{Kind: event.KindMessageReceived, First: true, QueueID: "53", Receipt: "100", Time: noon, Resolution: event.ResolutionSubsecond}
	notice := &event.Event{Kind: event.KindNotification, QueueID: "53", ChildReceipt: "101", Time: noon + 1, Resolution: event.ResolutionSubsecond}
	observeAll(t, tr, parent, begin("7", "53", "a@b", noon+1), notice)
	state, err := tr.Save()
	if err != nil {
		t.Fatal(err)
	}
	again := New(testConfig())
	if err := again.Restore(state); err != nil {
		t.Fatal(err)
	}
	v := verdictOn("7", noon+2)
	child := &event.Event{Kind: event.KindMessageReceived, First: true, QueueID: "54", Receipt: "101", Time: noon + 2, Resolution: event.ResolutionSubsecond}
	observeAll(t, again, v, child)
	if v.RcptTo != "a@b" || child.ParentUID == 0 || child.ParentUID != parent.MessageUID {
		t.Errorf("%+v %+v", v, child)
	}
}

// Process ids come again: an old receipt is another's.
func TestReceiptComesAgain(t *testing.T) {
	tr := New(testConfig())
	taken := &event.Event{Kind: event.KindReply, Class: '2', Scope: event.ScopeConn, PID: 9, Role: event.RoleServer, PeerIP: "192.0.2.1", Receipt: "100", Time: noon, Resolution: event.ResolutionSubsecond}
	first := &event.Event{Kind: event.KindMessageReceived, First: true, QueueID: "53", Receipt: "100", Time: noon + 1, Resolution: event.ResolutionSubsecond}
	later := &event.Event{Kind: event.KindMessageReceived, First: true, QueueID: "54", Receipt: "100", Time: noon + 3600e9, Resolution: event.ResolutionSubsecond}
	observeAll(t, tr, taken, first, later)
	if first.OriginSession == 0 || first.OriginSession != taken.SessionID || later.OriginSession != 0 {
		t.Errorf("%v %v %v", taken.SessionID, first.OriginSession, later.OriginSession)
	}
}

// A program that prints its log has no stamps: what is seen now happens now.
func TestTryWithoutAnyStamp(t *testing.T) {
	tr := New(testConfig())
	first, v := begin("1", "53", "a@b", 0), verdictOn("1", 0)
	first.Resolution, v.Resolution = event.ResolutionNone, event.ResolutionNone
	var out Output
	tr.Observe(first, "f", noon, &out)
	tr.Observe(v, "f", noon, &out)
	if v.RcptTo != "a@b" {
		t.Errorf("%+v", v)
	}
}
