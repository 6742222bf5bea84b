// Package generate makes up the logs of Postfix hosts, and knows what happened in them: how each recipient and session ended, and after how
// many attempts. The shapes of the lines are those of the real logs in testdata/.
package generate

import (
	"container/heap"
	"fmt"
	"math/rand/v2"
	"time"
)

// End is how a recipient ended.
type End struct {
	Status   string // delivered, bounced, expired
	Attempts int
}

// Totals is what happened in a log.
type Totals struct {
	Messages int
	Ends     map[string]End // by recipient; each address is used once
	Attempts map[string]int // by status
	Sessions map[string]int // by end
	Rejects  int
}

// Log is the log of one host.
type Log struct {
	Totals
	host string
	rnd  *rand.Rand
	now  time.Time
	due  schedule
	seq  int
	msgs int
	pids []int    // of server processes that wait for a client
	free []string // queue ids of messages that are gone: they are used again
}

// NewLog is the log of a host; the same seed gives the same log.
func NewLog(host string, seed uint64) *Log {
	l := &Log{
		host: host, rnd: rand.New(rand.NewPCG(seed, seed)), now: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC),
		Totals: Totals{Ends: map[string]End{}, Attempts: map[string]int{}, Sessions: map[string]int{}},
	}
	for pid := range 40 {
		l.pids = append(l.pids, 1000+pid)
	}
	return l
}

// Write gives at least n lines to take, in order, and then those that end what is open, so that nothing is left over.
func (l *Log) Write(n int, take func(line string)) {
	written := 0
	for written < n || len(l.due) > 0 {
		if written+8*len(l.due) < n && (len(l.due) == 0 || l.rnd.IntN(3) == 0) {
			l.now = l.now.Add(time.Duration(l.rnd.IntN(50)) * time.Millisecond)
			l.session()
			continue
		}
		if len(l.due) == 0 {
			return
		}
		next := heap.Pop(&l.due).(*entry)
		if next.at.After(l.now) {
			l.now = next.at
		}
		if next.then != nil {
			next.then()
		}
		if next.text != "" {
			written++
			take(next.at.Format("2006-01-02T15:04:05.000000-07:00 ") + l.host + " " + next.text)
		}
	}
}

// at schedules a line, and what is known once it is written.
func (l *Log) at(at time.Time, then func(), format string, args ...any) {
	l.seq++
	heap.Push(&l.due, &entry{at, l.seq, fmt.Sprintf(format, args...), then})
}

// session is a client's connection: a monitor's, one that is refused, or one that brings a message.
func (l *Log) session() {
	if len(l.pids) == 0 {
		return
	}
	pid := l.pids[len(l.pids)-1]
	l.pids = l.pids[:len(l.pids)-1]
	client := fmt.Sprintf("c%d.example.com[192.0.2.%d]", l.rnd.IntN(200), 1+l.rnd.IntN(200))
	at := l.now
	smtpd := func(then func(), format string, args ...any) {
		l.at(at, then, "postfix/smtpd[%d]: %s", pid, fmt.Sprintf(format, args...))
		at = at.Add(time.Duration(1+l.rnd.IntN(400)) * time.Millisecond)
	}
	smtpd(nil, "connect from %s", client)
	end, commands := "quit", "ehlo=1 quit=1 commands=2"
	switch l.rnd.IntN(20) {
	case 0: // a monitor
	case 1:
		smtpd(func() { l.Rejects++ }, "NOQUEUE: reject: RCPT from %s: 550 5.1.1 <n%d@example.com>: Recipient address rejected: User unknown in local recipient table; from=<s@far.example> to=<n%d@example.com> proto=ESMTP helo=<h.example>", client, l.seq, l.seq)
		commands = "ehlo=1 mail=1 rcpt=0/1 quit=1 commands=3/4"
	case 2:
		smtpd(nil, "lost connection after EHLO from %s", client)
		end, commands = "lost", "ehlo=1 commands=1"
	case 3:
		smtpd(nil, "timeout after RCPT from %s", client)
		end, commands = "timeout", "ehlo=1 mail=1 rcpt=1 commands=3"
	default:
		at = l.message(at, pid, client)
		commands = "ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5"
	}
	smtpd(func() {
		l.Sessions[end]++
		l.pids = append(l.pids, pid)
	}, "disconnect from %s %s", client, commands)
}

// message is one message with one to three recipients, from its reception to its removal.
func (l *Log) message(at time.Time, pid int, client string) time.Time {
	id := l.queueID()
	n := 1 + l.rnd.IntN(3)*l.rnd.IntN(2)
	l.msgs++
	l.at(at, nil, "postfix/smtpd[%d]: %s: client=%s", pid, id, client)
	at = at.Add(2 * time.Millisecond)
	l.at(at, nil, "postfix/cleanup[%d]: %s: message-id=<%d.%s@app.example.com>", pid+500, id, l.msgs, l.host)
	at = at.Add(2 * time.Millisecond)
	active := func(at time.Time, then func()) {
		l.at(at, then, "postfix/qmgr[900]: %s: from=<s%d@example.com>, size=%d, nrcpt=%d (queue active)", id, l.msgs%500, 500+l.rnd.IntN(100000), n)
	}
	active(at, func() { l.Messages++ })
	received := at

	// tries, until each recipient has its end
	open := make([]string, n)
	for i := range open {
		l.seq++
		open[i] = fmt.Sprintf("r%d.%s@p%d.example.net", l.seq, l.host, l.rnd.IntN(9))
	}
	tries := 0
	for ; len(open) > 0; tries++ {
		at = at.Add(time.Duration(50+l.rnd.IntN(3000)) * time.Millisecond)
		if tries > 0 {
			at = at.Add(time.Duration(300<<min(tries, 3)) * time.Second)
			active(at, nil)
			at = at.Add(time.Millisecond)
		}
		open = l.try(at, id, received, tries, open)
		if tries == 4 && len(open) > 0 { // given up
			at = at.Add(time.Second)
			gone := open
			l.at(at, func() {
				for _, to := range gone {
					l.Ends[to] = End{"expired", 5}
				}
			}, "postfix/qmgr[900]: %s: from=<s@example.com>, status=expired, returned to sender", id)
			break
		}
	}
	at = at.Add(10 * time.Millisecond)
	l.at(at, func() { l.free = append(l.free, id) }, "postfix/qmgr[900]: %s: removed", id)
	return received.Add(5 * time.Millisecond)
}

// try is one attempt at the recipients that are left; it gives those that are left then.
func (l *Log) try(at time.Time, id string, received time.Time, tries int, open []string) (left []string) {
	for i, to := range open {
		at := at.Add(time.Duration(i) * 20 * time.Millisecond)
		delay := at.Sub(received).Seconds()
		verdict := func(status, dsn, word, text string) {
			end := func() {
				l.Attempts[status]++
				if status != "deferred" {
					l.Ends[to] = End{status, tries + 1}
				}
			}
			l.at(at, end, "postfix/smtp[%d]: %s: to=<%s>, relay=mx.p.example.net[198.51.100.%d]:25, delay=%.2f, delays=0.01/%.2f/0.1/0.2, dsn=%s, status=%s (%s)",
				2000+i, id, to, 1+l.rnd.IntN(50), delay, max(0, delay-0.31), dsn, word, text)
		}
		switch chance := l.rnd.IntN(100); {
		case chance < 12:
			verdict("deferred", "4.7.1", "deferred", "host mx.p.example.net[198.51.100.1] said: 451 4.7.1 Greylisted for 5 minutes (in reply to RCPT TO command)")
			left = append(left, to)
		case chance < 14 && tries > 0:
			verdict("deferred", "4.2.2", "deferred", "host mx.p.example.net[198.51.100.1] said: 452 4.2.2 Mailbox full (in reply to RCPT TO command)")
			left = append(left, to)
		case chance < 20:
			verdict("bounced", "5.1.1", "bounced", "host mx.p.example.net[198.51.100.1] said: 550 5.1.1 no such user (in reply to RCPT TO command)")
		default:
			l.seq++
			verdict("delivered", "2.0.0", "sent", fmt.Sprintf("250 2.0.0 Ok: queued as Z%X", l.seq))
		}
	}
	return left
}

// queueID gives an id, sometimes one that was used before.
func (l *Log) queueID() string {
	if len(l.free) > 100 && l.rnd.IntN(2) == 0 {
		id := l.free[0]
		l.free = l.free[1:]
		return id
	}
	l.seq++
	return fmt.Sprintf("%09X", 0x1A0000000+l.seq)
}

// entry is a line that is due.
type entry struct {
	at   time.Time
	seq  int
	text string
	then func()
}

type schedule []*entry

func (s schedule) Len() int { return len(s) }
func (s schedule) Less(i, j int) bool {
	return s[i].at.Before(s[j].at) || s[i].at.Equal(s[j].at) && s[i].seq < s[j].seq
}
func (s schedule) Swap(i, j int) { s[i], s[j] = s[j], s[i] }
func (s *schedule) Push(x any)   { *s = append(*s, x.(*entry)) }
func (s *schedule) Pop() any {
	last := (*s)[len(*s)-1]
	*s = (*s)[:len(*s)-1]
	return last
}
