package smtpprocessor

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/session"
)

// sampled is how many lines of a record of several are looked at before it is taken apart; a conversation may come behind what a client program
// prints of its settings.
const (
	sampled       = 16
	sampledOfTalk = 256
	provingTalk   = 4 // known lines in a row, a command and a reply among them; twice as many replies alone, to DATA, too
)

// provesMail says whether the record's lines are a mail log's: its first is a line of one, with a header; or half of those at its beginning are known; or there
// is a conversation in it. A report that quotes some lines of a log is none.
func (p *pass) provesMail(rec plog.LogRecord) bool {
	saved := p.view
	defer func() { p.view = saved }()
	apart := rec.Body().Type() == pcommon.ValueTypeStr && !p.view.Unwrapped && !p.view.Parsed
	seen, known := 0, 0
	var talk talk
	var memory *dialect.Memory
	for _, text := range p.lines {
		if apart {
			one := plog.NewLogRecord()
			rec.CopyTo(one)
			one.Body().SetStr(text)
			if !p.read(one) {
				continue
			}
			text = p.view.Text
		}
		if strings.TrimSpace(text) == "" {
			continue
		}
		look := p.e.look(p, text, &memory)
		seen++
		if talk.proves(look) {
			return true
		}
		if seen > sampled {
			if seen == sampledOfTalk {
				return false
			}
			continue
		}
		switch look {
		case lookHeld:
			return true
		case lookLine:
			if seen == 1 {
				return true
			}
			known++
		case lookWords, lookCommand, lookReply:
			known++
		case lookData:
			return 2*(known+1) >= seen
		}
		if seen == sampled && 2*known >= seen {
			return true
		}
	}
	return seen > 0 && seen <= sampled && 2*known >= seen
}

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

// look is what a line is at a first look, without any memory of it.
type look uint8

const (
	lookNothing look = iota
	lookWords        // known, without a header
	lookCommand      // likewise, a command
	lookReply        // likewise, a reply
	lookLine         // known, behind a header
	lookData         // known, and message data follows
	lookHeld         // part of a conversation that is under way
)

// look reads a line and remembers nothing of it but in memory, which is made from that of the source.
func (e *engine) look(p *pass, text string, memory **dialect.Memory) look {
	e.mu.Lock()
	defer e.mu.Unlock()
	src := e.source(p.view.Source)
	if e.holds(src, session.FrameNone, true) {
		return lookHeld
	}
	h := &e.header
	p.view.Header(text, header.Clock{Zone: e.zone, Last: src.Last}, h)
	ev := &e.ev
	ev.Reset()
	ev.Time, ev.Resolution, ev.Shape, ev.Host, ev.PID, ev.Line = h.Time, h.Resolution, h.Shape, h.Host, h.PID, h.Text
	if *memory == nil {
		*memory = &dialect.Memory{Last: src.Dialect, Known: src.Servers, Columns: src.Columns}
	}
	result := e.detector.Parse(*memory, h, ev)
	(*memory).Entry = ev.Entry
	switch {
	case result == event.Unknown && !e.detector.Claims(h.Program):
		return lookNothing
	case ev.Kind == event.KindReply && ev.Code == 354, ev.Kind == event.KindCommand && ev.Command == "DATA":
		return lookData
	case h.Resolution != event.ResolutionNone || h.Program != "":
		return lookLine
	case ev.Kind == event.KindCommand:
		return lookCommand
	case ev.Kind == event.KindReply:
		return lookReply
	}
	return lookWords
}
