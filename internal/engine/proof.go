package engine

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect"
)

// sampled is how many lines of a text of several are looked at before it is taken apart; a conversation may come behind what a client program
// prints of its settings.
const (
	sampled       = 16
	sampledOfTalk = 256
	provingTalk   = 4 // known lines in a row, a command and a reply among them; twice as many replies alone, to DATA, too
)

// Proof says whether a text of several lines is a mail log's: its first is a line of one, with a header; or half of those at its beginning are known; or there
// is a conversation in it. A report that quotes some lines of a log is none.
type Proof struct {
	seen, known int
	talk        talk
	memory      *dialect.Memory
}

// Verdict is what a Proof has come to.
type Verdict uint8

// The verdicts.
const (
	Undecided Verdict = iota
	IsMail
	IsNone
)

// Add looks at the next line of the text.
func (p *Proof) Add(e *Engine, l *Line) Verdict {
	if strings.TrimSpace(l.Text) == "" {
		return Undecided
	}
	look := e.look(l, &p.memory)
	p.seen++
	if p.talk.proves(look) {
		return IsMail
	}
	if p.seen > sampled {
		if p.seen == sampledOfTalk {
			return IsNone
		}
		return Undecided
	}
	switch look {
	case lookHeld:
		return IsMail
	case lookLine:
		if p.seen == 1 {
			return IsMail
		}
		p.known++
	case lookWords, lookCommand, lookReply:
		p.known++
	case lookData:
		if 2*(p.known+1) >= p.seen {
			return IsMail
		}
		return IsNone
	}
	if p.seen == sampled && 2*p.known >= p.seen {
		return IsMail
	}
	return Undecided
}

// End says it of the whole text, where no line has decided.
func (p *Proof) End() bool { return p.seen > 0 && p.seen <= sampled && 2*p.known >= p.seen }

// talk is a run of lines without a header of which each is known.
type talk struct {
	lines                  int
	commands, answer, data bool
}

// proves takes the next line and says whether there is a conversation.
func (t *talk) proves(l look) bool {
	switch l {
	case lookCommand:
		t.commands = true
	case lookReply:
		t.answer = true
	case lookData:
		t.data = true
	case lookWords:
	default:
		*t = talk{}
		return false
	}
	t.lines++
	return t.lines >= provingTalk && t.answer && (t.commands || t.data && t.lines >= 2*provingTalk)
}
