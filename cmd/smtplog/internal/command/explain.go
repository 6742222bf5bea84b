package command

import (
	"bufio"
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/render"
	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/diagnose"
	"github.com/otelcol-smtp/otelcol-smtp/internal/engine"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/record"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
)

func (s *shell) explain() *cobra.Command {
	var command, host string
	c := &cobra.Command{
		Use:   "explain 'REPLY OR LINE'",
		Short: "What one line or reply means, which rule said so, what to do about it",
		Example: `  smtplog explain '550 5.7.26 Unauthenticated email from example.com is not accepted due to domain policy'
  smtplog explain "$(grep 4AB12C /var/log/mail.log | tail -1)"`,
		Args: func(_ *cobra.Command, args []string) error {
			if strings.TrimSpace(strings.Join(args, " ")) == "" {
				return wrong("explain takes a reply or a line of a log")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if _, ok := event.VerbOf(command); command != "" && !ok && !slices.Contains(stages, strings.ToUpper(command)) {
				return wrong("--command: %q is no command of SMTP, takes %s, EHLO, MAIL, RCPT, DATA and the like", command, strings.Join(stages, ", "))
			}
			return s.tellMeaning(strings.TrimSpace(strings.Join(args, " ")), strings.ToUpper(command), host)
		},
	}
	s.options.siteFlags(c)
	c.Flags().StringVar(&command, "command", "", "the command that the reply answered: CONNECT, EHLO, MAIL, RCPT, DATA, EOM")
	c.Flags().StringVar(&host, "server", "", "the host that said so, which may tell the provider")
	return c
}

// stages are what a reply may answer beside commands.
var stages = []string{event.CommandConnect, event.CommandEOM}

// tellMeaning explains a text: as the line of a log where a mail server writes such ones, else as a reply.
func (s *shell) tellMeaning(text, command, host string) error {
	of, err := s.options.site()
	if err != nil {
		return err
	}
	set, _, err := of.Settings()
	if err != nil {
		return failure{err, Wrong}
	}
	e, err := engine.New(set)
	if err != nil {
		return failure{err, Wrong}
	}
	ev := new(event.Event)
	if _, isReply := reply.Parse(text); !isReply {
		ev = lineOf(e, text)
	}
	if ev.Kind == event.KindNone {
		ev = replyOf(text, command, host)
		set.Diagnosis.Event(ev)
	}
	out := bufio.NewWriter(s.out)
	if ev.Dialect == "" && ev.Code == 0 && ev.Reason == "unspecified" {
		s.complain(errNoMail)
		s.code = Nothing
		return nil
	}
	if ev.Dialect == "" && ev.Code == 0 {
		ev.Class = 0 // the words alone do not say how long it lasts
	}
	m := render.Meaning{Rule: set.Diagnosis.Deciding(ev)}
	m.Explanation, m.Known = diagnose.Explain(ev.Reason)
	if ev.Reason == "" {
		m.Rule = ""
	}
	var list attrs.List
	list.Full = true
	list.Put(ev)
	if err := render.Explain(out, ev, list.Items, &m, styleOf(s.out)); err != nil {
		return err
	}
	return out.Flush()
}

// errNoMail is the answer to a text that is neither.
var errNoMail = errors.New("this is neither a line of a mail server that is known nor a reply of one")

// lineOf reads a text as the line of a log.
func lineOf(e *engine.Engine, text string) *event.Event {
	view := record.View{Lines: e.Detector()}
	now := time.Now()
	view.ReadText(text, record.File{}, "host", now.UnixNano(), false)
	l := &engine.Line{
		Text: cmp.Or(view.Text, text), Carrier: &view, Source: engine.Source(view.Source), Anchor: now.UnixNano(), Now: now.UnixNano(),
	}
	e.Observe(l)
	if !l.Recognised {
		return new(event.Event)
	}
	return &l.Event
}

// replyOf reads a text as a server's reply; without a code it is only its words.
func replyOf(text, command, host string) *event.Event {
	ev := &event.Event{Kind: event.KindReply, Role: event.RoleClient, Command: command, ServerAddress: host, Text: text}
	if r, ok := reply.Parse(text); ok {
		ev.Code, ev.Class, ev.Enhanced, ev.Text = r.Code, r.Class(), r.Enhanced, r.Text
	} else {
		ev.Class = '5'
	}
	return ev
}
