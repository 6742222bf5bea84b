// Package command is smtplog's command line.
package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/otelcol-smtp/otelcol-smtp/internal/terminal"
)

// The exit codes.
const (
	Found   = 0 // the question was answered
	Nothing = 1 // nothing was found, or no line was understood
	Wrong   = 2 // the command line or the configuration is wrong
	Unread  = 3 // a log could not be read, or not to its end; what could be read was answered
	Broken  = 130
)

// failure is an error that says how the program ends.
type failure struct {
	error
	code int
}

func (f failure) Unwrap() error { return f.error }

// wrong is a mistake of the command line.
func wrong(format string, args ...any) error { return failure{fmt.Errorf(format, args...), Wrong} }

// shell is what a command runs in.
type shell struct {
	version string
	in      *os.File
	out     io.Writer
	err     io.Writer
	options options
	code    int // how the program ends, where nothing went wrong
}

// Run runs smtplog with these arguments and gives its exit code.
func Run(version string, args []string, in *os.File, out, errors io.Writer) int {
	s := &shell{version: versionOf(version), in: in, out: out, err: errors}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)   // a second signal ends a read that waits
	signal.Ignore(syscall.SIGPIPE) // what was made for this run is taken away when nobody reads on, too
	root := s.root()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errors)
	return s.end(root.ExecuteContext(ctx))
}

// end says what went wrong, in one sentence, and gives the exit code. Whoever closed the pipe that the output went into is not told.
func (s *shell) end(err error) int {
	var f failure
	switch {
	case err == nil:
		return s.code
	case errors.Is(err, syscall.EPIPE):
		return Found
	case errors.Is(err, context.Canceled):
		return Broken
	case errors.As(err, &f):
		s.complain(f.error)
		return f.code
	}
	s.complain(errors.New(oneSentence.Replace(err.Error())))
	return Wrong
}

// oneSentence makes one of what the library says in several lines: a command that is none, and those that were perhaps meant.
var oneSentence = strings.NewReplacer("\n\nDid you mean this?\n\t", ", did you mean ", "\n\t", " or ", "\n", "")

func (s *shell) complain(err error) {
	fmt.Fprintln(s.err, "smtplog: "+terminal.Text(err.Error()))
}

// versionOf is the version that was built in, else that of the module.
func versionOf(version string) string {
	if info, ok := debug.ReadBuildInfo(); ok && version == "dev" && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return version
}

func (s *shell) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "smtplog",
		Short: "Answers from the logs of mail servers",
		Long: `smtplog reads the logs of mail servers (Postfix, Exim, Sendmail, Exchange, qmail, OpenSMTPD, Haraka
and some thirty more; filters beside them; transcripts of SMTP) and answers what was delivered, what
failed and why, who sends, who waits.

Logs are files, patterns, directories, or "-" for standard input; packed ones (gzip, bzip2, xz,
zstd) are unpacked, rotated ones are read in their order, several are merged by their stamps.

Exit codes: 0 the question was answered, as far as anybody read on; 1 nothing was found, or no line
was understood; 2 the command line or the configuration is wrong, or the answer could not be
written; 3 a log could not be read, or not to its end, and what could be read was answered; 130
interrupted.`,
		Version:       s.version,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return failure{err, Wrong} })
	root.AddCommand(s.report(), s.trace(), s.watch(), s.enrich(), s.topOf(), s.explain(), s.man())
	return root
}
