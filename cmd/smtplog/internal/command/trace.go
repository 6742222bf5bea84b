package command

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/input"
	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/reading"
	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/render"
	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/trace"
	"github.com/otelcol-smtp/otelcol-smtp/internal/engine"
)

func (s *shell) trace() *cobra.Command {
	var also []string
	var asJSON, lines bool
	c := &cobra.Command{
		Use:   "trace TERM [LOG...]",
		Short: "What became of messages: every one that a term names, as one story",
		Long: `Every message that a term names, with all that the logs say of it in order: the session that brought
it, checks and filters, the queue, each try with host, reply, reason and delay, and what was made of
it. A term is a recipient, a sender or a part of one, a queue id here or on the next host, a
Message-ID, a client's address or name, a user or a session's id.`,
		Example: `  smtplog trace anna@example.com /var/log/mail.log*
  smtplog trace 4AB12C3 -v /var/log/mail.log`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 || strings.TrimSpace(args[0]) == "" {
				return wrong("trace takes a term, and then logs")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			logs, done, err := s.again(c.Context(), args[1:])
			if err != nil {
				return err
			}
			defer done()
			search, t, err := s.search(c, append([]string{args[0]}, also...), logs)
			if err != nil {
				return err
			}
			list := search.Stories()
			if len(list) == 0 {
				if t.code == Found {
					t.code = Nothing
				}
				s.complain(nowhere(append([]string{args[0]}, also...), t.in.Files()))
				return nil
			}
			if search.Full() {
				s.complain(fmt.Errorf("there is more than fits: the newest steps are left out; take a narrower term"))
			}
			if asJSON {
				return render.JSON(t.out, list)
			}
			out := bufio.NewWriter(t.out)
			if err := render.Stories(out, list, lines, styleOf(t.out)); err != nil {
				return err
			}
			return out.Flush()
		},
	}
	s.options.flags(c)
	c.Flags().StringArrayVar(&also, "or", nil, "another term; messages that any of them names are shown")
	c.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	c.Flags().BoolVarP(&lines, "verbose", "v", false, "with the lines of the log")
	return c
}

// search reads the logs as often as it takes.
func (s *shell) search(c *cobra.Command, terms, logs []string) (search *trace.Search, t *task, err error) {
	for {
		if t, err = s.open(logs); err != nil {
			return nil, nil, err
		}
		if search == nil {
			search = trace.New(terms, t.zone)
		}
		t.reader.Wants, t.reader.Passes = search.Wants, search.Passes
		search.LookBack = func(text []byte, with *trace.Search) { t.lookBack(c.Context(), text, with) }
		if err := t.read(c.Context(), search); err != nil {
			return nil, nil, err
		}
		if !search.Next() {
			return search, t, nil
		}
	}
}

// lookBack takes a part of a log to a search that it needs no answer of: what cannot be read here is read with the whole log.
func (t *task) lookBack(ctx context.Context, text []byte, with *trace.Search) {
	for {
		set, _, err := t.site.Settings()
		if err != nil {
			return
		}
		e, err := engine.New(set)
		if err != nil {
			return
		}
		r := &reading.Reader{Engine: e, Zone: t.zone, Wants: with.Wants, Passes: with.Passes}
		in, _, err := input.Open(input.Options{Paths: []string{input.Stdin}, Stdin: bytes.NewReader(text), Now: time.Now(), Stamp: r.Stamp})
		if err != nil || r.Read(ctx, in, with) != nil || !with.Next() {
			return
		}
	}
}

// again are logs that can be read several times: what comes on standard input is kept in a file until done.
func (s *shell) again(ctx context.Context, logs []string) (paths []string, done func(), err error) {
	done = func() {}
	piped := len(logs) == 0 && !input.IsTerminal(s.in)
	if !piped && !slices.Contains(logs, input.Stdin) {
		return logs, done, nil
	}
	f, err := os.CreateTemp("", "smtplog")
	if err != nil {
		return nil, done, err
	}
	done = func() { _ = os.Remove(f.Name()) } // it is nobody's
	copied := make(chan error, 1)
	go func() {
		_, err := io.Copy(f, s.in)
		copied <- errors.Join(err, f.Close())
	}()
	select {
	case err = <-copied:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		done()
		return nil, func() {}, err
	}
	for _, path := range logs {
		if path != input.Stdin {
			paths = append(paths, path)
		}
	}
	return append(paths, f.Name()), done, nil
}

// nowhere says what was searched.
func nowhere(terms []string, files []*input.File) error {
	lines := int64(0)
	for _, f := range files {
		lines += f.Lines
	}
	logs := "1 log"
	if len(files) != 1 {
		logs = fmt.Sprintf("%d logs", len(files))
	}
	return fmt.Errorf("no message, session or client is named %s in %d lines of %s", strings.Join(terms, " or "), lines, logs)
}
