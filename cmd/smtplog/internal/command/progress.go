package command

import (
	"fmt"
	"os"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/input"
)

// progress shows on a terminal how far the reading is.
type progress struct {
	to    *os.File // nil: nobody looks
	in    *input.Input
	began time.Time
	shown time.Time
}

// refresh is how often it is drawn.
const refresh = 200 * time.Millisecond

func newProgress(s *shell, in *input.Input) *progress {
	p := &progress{in: in, began: time.Now()}
	if to, ok := s.err.(*os.File); ok && !s.options.quiet && input.IsTerminal(to) {
		p.to = to
	}
	return p
}

// each draws it now and then. Where nothing is to be read for now it waits a moment.
func (p *progress) each(idle bool) {
	if idle {
		time.Sleep(refresh)
	}
	if p.to == nil || time.Since(p.shown) < refresh {
		return
	}
	p.shown = time.Now()
	read, total := p.in.Progress()
	rate := float64(read) / time.Since(p.began).Seconds()
	if total == 0 {
		fmt.Fprintf(p.to, "\r\x1b[K%s read, %s/s", size(read), size(int64(rate)))
		return
	}
	left := time.Duration(float64(total-read) / max(rate, 1) * float64(time.Second)).Round(time.Second)
	fmt.Fprintf(p.to, "\r\x1b[K%3.0f %%  %s of %s, %s/s, %s left",
		100*float64(read)/float64(total), size(read), size(total), size(int64(rate)), left)
}

// clear takes it off the terminal.
func (p *progress) clear() {
	if p.to != nil && !p.shown.IsZero() {
		fmt.Fprint(p.to, "\r\x1b[K")
	}
}

// size writes bytes with three digits.
func size(n int64) string {
	x, unit := float64(n), 0
	for x >= 1000 && unit < 4 {
		x, unit = x/1024, unit+1
	}
	if unit == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.3g %s", x, [...]string{"", "KiB", "MiB", "GiB", "TiB"}[unit])
}
