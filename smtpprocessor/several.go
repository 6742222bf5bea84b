package smtpprocessor

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect"
	"github.com/otelcol-smtp/otelcol-smtp/internal/engine"
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
		look := p.core.engine.Look(p.at(text), &memory)
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
		case engine.LookHeld:
			return true
		case engine.LookLine:
			if seen == 1 {
				return true
			}
			known++
		case engine.LookWords, engine.LookCommand, engine.LookReply:
			known++
		case engine.LookData:
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
func (t *talk) proves(l engine.Look) bool {
	switch l {
	case engine.LookCommand:
		t.commands = true
	case engine.LookReply:
		t.answer = true
	case engine.LookData:
		t.data = true
	case engine.LookWords:
	default:
		*t = talk{}
		return false
	}
	t.lines++
	return t.lines >= provingTalk && t.answer && (t.commands || t.data && t.lines >= 2*provingTalk)
}
