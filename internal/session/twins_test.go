package session

import (
	"fmt"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

func refusal(pid int64, words string) event.Event {
	return event.Event{Kind: event.KindReject, PID: pid, PeerIP: "192.0.2.9", Command: "RCPT", Class: '5', Line: words, Twin: words}
}

func TestServerThatWritesEachRefusalTwiceIsCountedOnce(t *testing.T) {
	l := newLog(t, testConfig())
	for i := range 20 {
		at, pid, words := float64(i*10), int64(100+i), fmt.Sprintf("rejected RCPT <u%d@b.example>", i)
		other := refusal(pid+50, words+" too")
		first := l.at(at, refusal(pid, words))
		between := l.at(at, other) // of another process
		second := l.at(at, refusal(pid, words))
		twin := l.at(at, other)
		if first.Duplicate || between.Duplicate || !second.Duplicate || !twin.Duplicate {
			t.Fatalf("refusal %d: %t %t %t %t", i, first.Duplicate, between.Duplicate, second.Duplicate, twin.Duplicate)
		}
	}
}

func TestClientThatIsRefusedTwiceInASecondIsCountedTwiceWhereLinesStandAlone(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, refusal(1, "rejected RCPT <a@b.example>"))
	l.at(10, refusal(2, "rejected RCPT <a@b.example>")) // the first stood alone
	for i := range 3 {
		if again := l.at(20, refusal(3, "rejected RCPT <a@b.example>")); again.Duplicate {
			t.Errorf("refusal %d taken for a twin", i)
		}
	}
	// and at once where a process goes on to another refusal
	l = newLog(t, testConfig())
	l.at(0, refusal(1, "rejected RCPT <a@b.example>"))
	l.at(0, refusal(1, "rejected RCPT <c@b.example>"))
	if again := l.at(0, refusal(1, "rejected RCPT <c@b.example>")); again.Duplicate {
		t.Error("taken for a twin")
	}
}

func TestSecondLineAfterARestartIsATwinToo(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, refusal(1, "rejected RCPT <a@b.example>"))
	data, err := l.Save()
	if err != nil {
		t.Fatal(err)
	}
	restored := newLog(t, testConfig())
	if err := restored.Restore(data); err != nil {
		t.Fatal(err)
	}
	if again := restored.at(0, refusal(1, "rejected RCPT <a@b.example>")); !again.Duplicate {
		t.Error("counted twice")
	}
}

func TestRepeatedLinesOfAServerThatWritesTwice(t *testing.T) {
	l := newLog(t, testConfig())
	line := func(at float64, pid int64, text string, times int) event.Event {
		ev := refusal(pid, text)
		ev.Repeat = times
		return l.at(at, ev)
	}
	line(0, 1, "a", 0)
	line(0, 1, "a", 0) // its twin: the server writes twice
	line(1, 1, "b", 0)
	if got := line(1, 1, "b", 5); got.Repeat != 2 || got.Duplicate { // six lines, three refusals
		t.Errorf("stands for %d, duplicate %v", got.Repeat, got.Duplicate)
	}
	line(2, 1, "c", 0)
	if got := line(2, 1, "c", 2); got.Repeat != 1 || got.Duplicate {
		t.Errorf("stands for %d, duplicate %v", got.Repeat, got.Duplicate)
	}
	fresh := newLog(t, testConfig())
	ev := refusal(1, "a")
	ev.Repeat = 3
	if got := fresh.at(0, ev); got.Repeat != 3 {
		t.Errorf("nothing is known of twins: %d", got.Repeat)
	}
}
