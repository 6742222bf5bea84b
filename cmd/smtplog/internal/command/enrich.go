package command

import (
	"bufio"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/reading"
	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/render"
	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/enrich"
)

func (s *shell) enrich() *cobra.Command {
	var otlp, mail bool
	c := &cobra.Command{
		Use:   "enrich [LOG...]",
		Short: "Each record with all that is known of it, as one line of JSON",
		Long: `Each line of the logs, and each record that the collector's processor would add, as one JSON object:
"time", "body" and the attributes by their names (docs/attributes.md). With --otlp each line of
output is a batch as OTLP writes it in JSON, as the collector's file exporter does.`,
		Example: `  smtplog enrich /var/log/mail.log | jq 'select(."smtp.delivery.status" == "bounced")'`,
		RunE: func(c *cobra.Command, args []string) error {
			t, err := s.open(args)
			if err != nil {
				return err
			}
			return t.enrich(c, otlp, mail)
		},
	}
	s.options.flags(c)
	c.Flags().BoolVar(&s.options.follow, "follow", false, "go on with what is written to the logs")
	c.Flags().BoolVar(&otlp, "otlp", false, "batches of OTLP JSON")
	c.Flags().BoolVar(&mail, "mail", false, "leave out lines that are no mail server's")
	return c
}

// enrich writes the records.
func (t *task) enrich(c *cobra.Command, otlp, mail bool) error {
	out := bufio.NewWriterSize(t.out, 64<<10)
	flat := &render.Flat{To: out, Zone: t.zone}
	var lines, mails int64
	r := &reading.Records{
		Engine: t.reader.Engine, Host: t.reader.HostOf, Each: t.bar.each,
		Enricher: enrich.New(t.reader.Engine, enrich.Choices{Full: t.site.Full(), DropChatter: t.site.Drops()}),
	}
	r.To = func(ld plog.Logs) error {
		seen, ours := t.choose(ld, mail)
		lines, mails = lines+seen, mails+ours
		err := t.writeBatch(out, flat, ld, otlp)
		if err == nil && t.options.follow {
			err = out.Flush()
		}
		return err
	}
	defer t.in.Close()
	err := r.Read(c.Context(), t.in)
	t.bar.clear()
	for _, one := range t.in.Troubles() {
		t.note(one)
	}
	if last := out.Flush(); last != nil && !errors.Is(err, last) { // of what was read before an interruption, too: whole lines
		err = errors.Join(err, last)
	}
	if err == nil && mails == 0 {
		t.foundNothing(lines)
	}
	return err
}

// choose leaves the records that were asked for, and counts them, and those of mail servers. Lines of others count when mail leaves them out, too.
func (t *task) choose(ld plog.Logs, mail bool) (lines, mails int64) {
	from, to := t.reader.From, t.reader.To
	for _, rl := range ld.ResourceLogs().All() {
		home := ""
		if v, ok := rl.Resource().Attributes().Get(attrs.HostName); ok {
			home = v.Str()
		}
		for _, sl := range rl.ScopeLogs().All() {
			foreign := sl.Scope().Name() != attrs.Scope
			sl.LogRecords().RemoveIf(func(rec plog.LogRecord) bool {
				at := rec.Timestamp().AsTime()
				host := home
				if v, ok := rec.Attributes().Get(attrs.HostName); ok {
					host = v.Str()
				}
				if !from.IsZero() && at.Before(from) || !to.IsZero() && !at.Before(to) ||
					len(t.options.hosts) > 0 && !slices.ContainsFunc(t.options.hosts, func(h string) bool { return strings.EqualFold(h, host) }) {
					return true
				}
				if lines++; !foreign {
					mails++
				}
				return mail && foreign
			})
		}
	}
	return lines, mails
}

// writeBatch writes a batch in the way that was asked for.
func (t *task) writeBatch(out *bufio.Writer, flat *render.Flat, ld plog.Logs, otlp bool) error {
	if otlp {
		if ld.LogRecordCount() == 0 {
			return nil
		}
		data, err := (&plog.JSONMarshaler{}).MarshalLogs(ld)
		if err != nil {
			return err
		}
		_, err = out.Write(append(data, '\n'))
		return err
	}
	for _, rl := range ld.ResourceLogs().All() {
		host := ""
		if v, ok := rl.Resource().Attributes().Get(attrs.HostName); ok {
			host = v.Str()
		}
		for _, sl := range rl.ScopeLogs().All() {
			for _, rec := range sl.LogRecords().All() {
				if err := flat.Write(host, rec); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
