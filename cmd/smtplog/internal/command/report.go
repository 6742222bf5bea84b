package command

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/input"
	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/render"
	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/report"
)

// outputs is where a report goes; none: the terminal.
type outputs struct {
	json, text bool
	csv, html  string
}

func (s *shell) report() *cobra.Command {
	var to outputs
	c := &cobra.Command{
		Use:   "report [LOG...]",
		Short: "What was delivered, what failed and why, who sends, who waits",
		RunE: func(c *cobra.Command, args []string) error {
			if to.json && to.text || to.html == stdout && (to.json || to.text) {
				return wrong("standard output takes one of --json, --text and --html -")
			}
			t, err := s.open(args)
			if err != nil {
				return err
			}
			b := report.New(report.Options{Version: s.version, Zone: t.zone, Top: s.options.top, Messages: to.messages()})
			if err := t.read(c.Context(), b); err != nil {
				return err
			}
			return t.write(t.finish(b), &to)
		},
	}
	s.options.flags(c)
	s.options.topFlag(c, "how many names each list holds")
	c.Flags().BoolVar(&to.json, "json", false, "as JSON, all that there is")
	c.Flags().BoolVar(&to.text, "text", false, "plain text for a mail, without colours")
	c.Flags().StringVar(&to.html, "html", "", "as one page that opens from disk, into this file; - is standard output")
	c.Flags().StringVar(&to.csv, "csv", "", "as tables, one file each, into this directory")
	return c
}

// finish is the report with what was read for it. A log of which no line was understood is none of a mail server.
func (t *task) finish(b *report.Builder) *report.Report {
	r := b.Report()
	for _, f := range t.in.Files() {
		one := report.File{Path: f.Name(), Lines: f.Lines}
		if f.Err != nil {
			one.Error = f.Err.Error()
		}
		r.Input.Files = append(r.Input.Files, one)
	}
	r.Input.Notes = t.notes
	if r.Input.Recognised == 0 {
		t.foundNothing(r.Input.Lines)
	}
	return r
}

// write renders the report.
func (t *task) write(r *report.Report, to *outputs) error {
	if to.csv != "" {
		if err := render.CSV(to.csv, r); err != nil {
			return failure{err, Wrong}
		}
	}
	if to.html != "" {
		if err := pageTo(to.html, t.out, r); err != nil {
			return failure{err, Wrong}
		}
	}
	if (to.csv != "" || to.html != "") && !to.json && !to.text {
		return nil
	}
	if to.json {
		return render.JSON(t.out, r)
	}
	out := bufio.NewWriter(t.out)
	style := styleOf(t.out)
	if to.text {
		style = render.Style{}
	}
	if err := render.Text(out, r, style); err != nil {
		return err
	}
	return out.Flush()
}

// messagesOfPage is how many messages a page tells one by one: as many as keep it small.
const messagesOfPage = 2000

func (o *outputs) messages() int {
	if o.html == "" {
		return 0
	}
	return messagesOfPage
}

// plain is an error of the system without the name of its call and file.
func plain(err error) error {
	var of *fs.PathError
	if errors.As(err, &of) {
		return of.Err
	}
	return err
}

// styleOf is what the place that the output goes to can show.
func styleOf(w io.Writer) render.Style {
	f, ok := w.(*os.File)
	if !ok || !input.IsTerminal(f) {
		return render.Style{}
	}
	return render.Style{Colour: colourful(w), Width: input.Width(f)}
}

// colourful says whether colours are welcome.
func colourful(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && input.IsTerminal(f)
}

// foundNothing says that no line is a mail server's. lines are those that were asked for.
func (t *task) foundNothing(lines int64) {
	t.complain(t.nothing(lines))
	if t.code == Found {
		t.code = Nothing
	}
}

// nothing says why there is no answer.
func (t *task) nothing(lines int64) error {
	read := int64(0)
	for _, f := range t.in.Files() {
		read += f.Lines
	}
	switch asked := t.options.asked(); {
	case lines > 0 && len(t.options.dialects) > 0:
		return fmt.Errorf("none of %d lines is of %s, which --dialect asked for", lines, strings.Join(t.options.dialects, " or "))
	case lines > 0:
		return fmt.Errorf("none of %d lines is a mail server's", lines)
	case asked == "":
		return errors.New("no line was read: the log is empty")
	case read > 0:
		return fmt.Errorf("none of %d lines is what %s asked for", read, asked)
	default:
		return fmt.Errorf("no line was read: the log is empty, or nothing in it is what %s asked for", asked)
	}
}
