package enrich

import (
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/engine"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// line is what became of one line of a record.
type line struct {
	recognised bool
	dropped    bool   // nobody needs its record
	text       string // the line behind its header
	clean      string // text without what must not leave
	scrubbed   bool
	login      bool // what must not leave is a credential, no message data
	wrapped    bool // it stood within another text, as JSON writes it
	layer      int  // of texts within one another, while they are looked through
	caught     bool // it has a credential that its words prove
	time       int64
	hidden     []engine.Secret // of an object that the record may have taken apart, too: the values that must not leave
	private    bool            // persons are hidden in all that came with it
	persons    bool            // and nothing else must not leave
	from, to   int             // what it brought about, in the pass's list of records to make
}

// line takes one line of the record that was read through the engine. came is how many attributes the record came with.
func (p *pass) line(text string, rec plog.LogRecord, came int) line {
	l := p.observe(text, rec)
	p.clean(rec, &l, came)
	return l
}

// observe takes one line through the engine and, where it is recognised, writes its attributes to rec.
func (p *pass) observe(text string, rec plog.LogRecord) line {
	one := p.at(text)
	p.engine.Observe(one)
	ev := &one.Event
	p.counts.line(ev, one.Result, ev.Duplicate)
	p.counts.Output(&one.Output)
	l := line{
		recognised: one.Recognised, text: one.Message, clean: one.Clean,
		scrubbed: one.Scrubbed, login: one.Login, caught: one.Caught, hidden: one.Hidden,
		private: one.Private, persons: one.Persons,
	}
	p.collect(&l)
	if !l.recognised {
		return l
	}
	if ev.Resolution >= event.ResolutionSecond {
		l.time = ev.Time
	}
	p.home(ev.Host)
	if p.dropChatter && len(p.lines) == 1 && isChatter(ev) {
		l.dropped = true
		p.counts.Dropped++
		return l
	}
	p.w.Host = p.view.HostName(ev.Host)
	p.w.Put(ev, rec)
	return l
}

// at is a line of the record that was read, for the engine.
func (p *pass) at(text string) *engine.Line {
	l := &p.one
	l.Text, l.Carrier, l.Source, l.Place = text, &p.view, engine.Source(p.view.Source), engine.Place(p.view.File)
	l.Anchor, l.Now, l.Duplicate, l.Pipe, l.Cut = p.view.Anchor, p.now, p.duplicate, p.view.Pipe, p.view.Cut
	return l
}

// collect lists what the line at hand brought about behind the line.
func (p *pass) collect(l *line) {
	l.from = len(p.made)
	for i := range p.one.Output.Made {
		m := &p.one.Output.Made[i]
		p.made = append(p.made, *m)
		host := ""
		if m.Host == p.one.Event.Host {
			host = p.view.HostName(m.Host)
		} else if home, _ := p.homes.of(m.Host); home.named {
			host = p.view.HostName(m.Host)
		}
		p.hosts = append(p.hosts, host)
	}
	l.to = len(p.made)
}
