package session

import (
	"fmt"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// comes is a message of so many bytes that comes in over a session, and is over a second later.
func (l *log) comes(second float64, pid int64, qid string, size int64) {
	l.at(second, opened(qid, pid))
	received := of(event.KindMessageReceived, qid)
	received.Size, received.HasSize, received.RecipientCount, received.First = size, true, 1, true
	l.at(second, received)
	l.at(second+1, delivery(qid, "a@b.example", event.StatusDelivered))
	l.at(second+1, of(event.KindMessageRemoved, qid))
}

func (l *log) bytes() (list []string) {
	for _, s := range l.summaries(event.KindSession) {
		list = append(list, fmt.Sprint(s.Session.Bytes))
	}
	return list
}

// A session may outlive what came in over it: its bytes count nevertheless, after a restart, too.
func TestBytesOfForgottenMessagesCount(t *testing.T) {
	l := newLog(t, testConfig())
	for i := range 3 {
		l.at(0, smtpd(event.KindConnect, 1, "192.0.2.1"))
		l.comes(1, 1, "A1", 1000)
		if i == 1 {
			l.Tracker = restarted(t, l.Tracker)
		}
		l.comes(100, 1, "A2", 200) // the first is forgotten by then
		if i == 2 {
			l.Tracker = restarted(t, l.Tracker)
		}
		l.at(101, smtpd(event.KindDisconnect, 1, "192.0.2.1"))
		wants(t, l.bytes(), "1200")
		l.made, l.Tracker = nil, New(testConfig())
	}
}

// A session counts all that came in over it, however much that is.
func TestBytesOfManyMessagesCount(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, smtpd(event.KindConnect, 1, "192.0.2.1"))
	for i := range 200 {
		l.comes(float64(i)/10, 1, fmt.Sprintf("A%d", i), 10)
	}
	l.at(30, smtpd(event.KindDisconnect, 1, "192.0.2.1"))
	wants(t, l.bytes(), "2000")
}
