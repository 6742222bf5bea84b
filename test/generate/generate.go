// Package generate makes up the logs of mail hosts, and knows what happened in them: how each recipient and session ended, and after how
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
	host  string
	voice voice
	rnd   *rand.Rand
	now   time.Time
	due   schedule
	seq   int
	msgs  int
	pids  []int    // of server processes that wait for a client
	free  []string // queue ids of messages that are gone: they are used again
}

// NewLog is the log of a Postfix host; the same seed gives the same log.
func NewLog(host string, seed uint64) *Log { return newLog(host, seed, postfix{}) }

// Dialects are the mail servers whose logs can be made up.
var Dialects = map[string]voice{"postfix": postfix{}, "exim": exim{}, "sendmail": sendmail{}}

// NewLogOf is the log of a host with one of the Dialects.
func NewLogOf(dialect, host string, seed uint64) *Log { return newLog(host, seed, Dialects[dialect]) }

func newLog(host string, seed uint64, v voice) *Log {
	l := &Log{
		host: host, voice: v, rnd: rand.New(rand.NewPCG(seed, seed)), now: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC),
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
			take(l.voice.line(next.at, l.host, next.text))
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
	c := client{pid: pid, name: fmt.Sprintf("c%d.example.com", l.rnd.IntN(200)), ip: fmt.Sprintf("192.0.2.%d", 1+l.rnd.IntN(200))}
	at := l.now
	say := func(then func(), text string) {
		if text == "" && then == nil {
			return
		}
		l.at(at, then, "%s", text)
		at = at.Add(time.Duration(1+l.rnd.IntN(400)) * time.Millisecond)
	}
	say(nil, l.voice.connect(&c))
	end, commands := "quit", "ehlo=1 quit=1 commands=2"
	switch l.rnd.IntN(20) {
	case 0: // a monitor
	case 1:
		say(func() { l.Rejects++ }, l.voice.reject(&c, fmt.Sprintf("n%d@example.com", l.seq)))
		commands = "ehlo=1 mail=1 rcpt=0/1 quit=1 commands=3/4"
	case 2:
		say(nil, l.voice.broken(&c, "lost connection", "EHLO"))
		end, commands = "lost", "ehlo=1 commands=1"
	case 3:
		say(nil, l.voice.broken(&c, "timeout", "RCPT"))
		end, commands = "timeout", "ehlo=1 mail=1 rcpt=1 commands=3"
	default:
		at = l.message(at, &c)
		commands = "ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5"
	}
	text := l.voice.disconnect(&c, commands)
	say(func() {
		if text != "" {
			l.Sessions[end]++
		}
		l.pids = append(l.pids, pid)
	}, text)
}

// message is one message with one to three recipients, from its reception to its removal.
func (l *Log) message(at time.Time, c *client) time.Time {
	m := mail{id: l.queueID(), n: 1 + l.rnd.IntN(3)*l.rnd.IntN(2)}
	l.msgs++
	m.messageID = fmt.Sprintf("%d.%s@app.example.com", l.msgs, l.host)
	m.from, m.size = fmt.Sprintf("s%d@example.com", l.msgs%500), 500+l.rnd.IntN(100000)
	for _, text := range l.voice.open(c, &m) {
		l.at(at, nil, "%s", text)
		at = at.Add(2 * time.Millisecond)
	}
	l.at(at, func() { l.Messages++ }, "%s", l.voice.received(c, &m))
	received := at

	// tries, until each recipient has its end
	open := make([]string, m.n)
	for i := range open {
		l.seq++
		open[i] = fmt.Sprintf("r%d.%s@p%d.example.net", l.seq, l.host, l.rnd.IntN(9))
	}
	tries := 0
	for ; len(open) > 0; tries++ {
		at = at.Add(time.Duration(50+l.rnd.IntN(3000)) * time.Millisecond)
		if tries > 0 {
			at = at.Add(time.Duration(300<<min(tries, 3)) * time.Second)
			if text := l.voice.again(&m); text != "" {
				l.at(at, nil, "%s", text)
			}
			at = at.Add(time.Millisecond)
		}
		open = l.try(at, &m, received, tries, open)
		if tries == 4 && len(open) > 0 {
			at = at.Add(time.Second)
			l.giveUp(at, &m, open)
			break
		}
	}
	at = at.Add(10 * time.Millisecond)
	l.at(at, func() { l.free = append(l.free, m.id) }, "%s", l.voice.removed(&m))
	return received.Add(5 * time.Millisecond)
}

// giveUp ends the recipients that are left.
func (l *Log) giveUp(at time.Time, m *mail, gone []string) {
	lines := l.voice.expired(m, gone)
	for i, text := range lines {
		last := i == len(lines)-1
		l.at(at, func() {
			for k, to := range gone {
				if k == i || last && k > i {
					l.Ends[to] = End{"expired", 5}
				}
			}
		}, "%s", text)
	}
}

// try is one attempt at the recipients that are left; it gives those that are left then.
func (l *Log) try(at time.Time, m *mail, received time.Time, tries int, open []string) (left []string) {
	for i, to := range open {
		at := at.Add(time.Duration(i) * 20 * time.Millisecond)
		delay := at.Sub(received).Seconds()
		v := verdict{to: to, pid: 2000 + i, delay: delay, relay: "mx.p.example.net", ip: fmt.Sprintf("198.51.100.%d", 1+l.rnd.IntN(50))}
		say := func(status, dsn, text string) {
			end := func() {
				l.Attempts[status]++
				if status != "deferred" {
					l.Ends[to] = End{status, tries + 1}
				}
			}
			v.status, v.dsn, v.text = status, dsn, text
			l.at(at, end, "%s", l.voice.verdict(m, &v))
		}
		switch chance := l.rnd.IntN(100); {
		case chance < 12:
			say("deferred", "4.7.1", "451 4.7.1 Greylisted for 5 minutes")
			left = append(left, to)
		case chance < 14 && tries > 0:
			say("deferred", "4.2.2", "452 4.2.2 Mailbox full")
			left = append(left, to)
		case chance < 20:
			say("bounced", "5.1.1", "550 5.1.1 no such user")
		default:
			l.seq++
			say("delivered", "2.0.0", fmt.Sprintf("250 2.0.0 Ok: queued as Z%X", l.seq))
		}
	}
	return left
}

// queueID gives an id, sometimes one that was used before.
func (l *Log) queueID() string {
	if !l.voice.reuses() {
		l.seq++
		return l.voice.queueID(l.now, l.seq)
	}
	if len(l.free) > 100 && l.rnd.IntN(2) == 0 {
		id := l.free[0]
		l.free = l.free[1:]
		return id
	}
	l.seq++
	return l.voice.queueID(l.now, l.seq)
}
