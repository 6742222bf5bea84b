package command

import (
	"context"
	"errors"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/input"
	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/reading"
	"github.com/otelcol-smtp/otelcol-smtp/internal/engine"
	"github.com/otelcol-smtp/otelcol-smtp/internal/site"
)

// task is the reading of the logs that a command was given.
type task struct {
	*shell
	site   *site.Site
	zone   *time.Location
	reader *reading.Reader
	in     *input.Input
	bar    *progress
	notes  []string
}

// open makes ready to read the logs that the arguments name; none: standard input, where something is piped in.
func (s *shell) open(args []string) (*task, error) {
	if len(args) == 0 {
		if input.IsTerminal(s.in) {
			return nil, wrong("there is no log to read: name files, patterns or directories, or pipe a log in")
		}
		args = []string{input.Stdin}
	}
	of, err := s.options.site()
	if err != nil {
		return nil, err
	}
	set, _, err := of.Settings()
	if err != nil {
		return nil, failure{err, Wrong}
	}
	set.Assumed = func(dialect, _ string) {
		s.complain(errors.New("the log has shown no line that names its columns; taken are those that " + dialect + " writes by default"))
	}
	e, err := engine.New(set)
	if err != nil {
		return nil, failure{err, Wrong}
	}
	now := time.Now()
	t := &task{shell: s, site: of, zone: set.Zone, reader: &reading.Reader{Engine: e, Zone: set.Zone, Hosts: s.options.hosts}}
	if t.reader.From, err = when("since", s.options.since, now, set.Zone); err != nil {
		return nil, err
	}
	if t.reader.To, err = when("until", s.options.until, now, set.Zone); err != nil {
		return nil, err
	}
	if from, to := t.reader.From, t.reader.To; !from.IsZero() && !to.IsZero() && !from.Before(to) {
		return nil, wrong("--until %s is not after --since %s", s.options.until, s.options.since)
	}
	in, troubles, err := input.Open(input.Options{
		Paths: args, Stdin: s.in, Now: now, Since: t.reader.From, Follow: s.options.follow, Stamp: t.reader.Stamp,
	})
	for _, one := range troubles {
		t.note(one)
	}
	if err != nil {
		return nil, failure{err, Unread}
	}
	t.in = in
	t.bar = newProgress(s, in)
	t.reader.Each = t.bar.each
	return t, nil
}

// note says that something could not be read.
func (t *task) note(err error) {
	t.complain(err)
	t.code = Unread
	t.notes = append(t.notes, err.Error())
}

// read takes all lines to the visitor.
func (t *task) read(ctx context.Context, to reading.Visitor) error {
	defer t.in.Close()
	err := t.reader.Read(ctx, t.in, to)
	t.bar.clear()
	for _, one := range t.in.Troubles() {
		t.note(one)
	}
	return err
}
