package command

import (
	"bufio"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/render"
	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/report"
)

// tops are what can be asked for.
var tops = []string{
	"replies", "providers", "senders", "recipients", "clients", "users", "reasons", "rejects", "attackers", "warnings", "domains",
}

func (s *shell) topOf() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:       "top WHAT [LOG...]",
		Short:     "The most frequent " + strings.Join(tops, ", "),
		ValidArgs: tops,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 || !slices.Contains(tops, args[0]) {
				return wrong("top takes one of %s, and then logs", strings.Join(tops, ", "))
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			t, err := s.open(args[1:])
			if err != nil {
				return err
			}
			b := report.New(report.Options{Version: s.version, Zone: t.zone, Top: s.options.top})
			if err := t.read(c.Context(), b); err != nil {
				return err
			}
			r := t.finish(b)
			if asJSON {
				return render.JSON(t.out, report.Top(r, args[0]))
			}
			out := bufio.NewWriter(t.out)
			if err := render.Top(out, r, args[0], styleOf(t.out)); err != nil {
				return err
			}
			return out.Flush()
		},
	}
	s.options.flags(c)
	s.options.topFlag(c, "how many to show")
	c.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return c
}
