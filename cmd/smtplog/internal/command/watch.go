package command

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/spf13/cobra"

	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/input"
	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/report"
	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/watch"
)

func (s *shell) watch() *cobra.Command {
	c := &cobra.Command{
		Use:   "watch LOG...",
		Short: "A live view of logs that are being written",
		Long: `What is in the logs, and what is written to them from now on, on the whole terminal: rates,
incidents, providers in trouble, the newest failures.
q quits.`,
		Example: `  smtplog watch /var/log/mail.log`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return wrong("watch takes logs that are being written, such as /var/log/mail.log")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			out, ok := s.out.(*os.File)
			if !ok || !input.IsTerminal(out) || !input.IsTerminal(s.in) {
				return wrong("watch needs a terminal, smtplog report answers without one")
			}
			s.options.follow, s.options.quiet = true, true
			t, err := s.open(args)
			if err != nil {
				return err
			}
			return t.watch(c.Context(), out)
		},
	}
	s.options.flags(c)
	s.options.topFlag(c, "how many names each list holds")
	return c
}

// watch reads beside the view, and has it drawn now and then.
func (t *task) watch(ctx context.Context, out *os.File) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	terminal, err := tcell.NewScreen()
	if err != nil {
		return wrong("watch: %w", err)
	}
	screen, err := watch.New(terminal, colourful(out))
	if err != nil {
		return wrong("watch: %w", err)
	}
	b := report.New(report.Options{Version: t.version, Zone: t.zone, Top: t.options.top})
	began, lines := time.Now(), int64(0)
	t.reader.Each = func(idle bool) {
		if since := time.Since(began); since >= watch.Every {
			r := b.Report()
			screen.Show(r, float64(r.Input.Lines-lines)/since.Seconds())
			began, lines = time.Now(), r.Input.Lines
		}
		if idle {
			time.Sleep(refresh)
		}
	}
	done := make(chan error, 1)
	go func() {
		done <- t.read(ctx, b)
		screen.End()
	}()
	screen.Run()
	stop()
	if err := <-done; !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}
