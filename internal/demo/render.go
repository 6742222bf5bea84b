package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/terminal"
)

// record is one enriched record as text.
type record struct {
	time   time.Time
	body   string
	attr   map[string]string
	path   string
	offset int64
}

// records flattens a batch. What stood in a log is the words of strangers: it is written out where a terminal would obey it.
func records(ld plog.Logs) (list []record) {
	for _, rl := range ld.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			path, _ := sl.Scope().Attributes().Get(attrs.FilePath)
			for _, rec := range sl.LogRecords().All() {
				r := record{time: rec.Timestamp().AsTime(), body: terminal.Text(rec.Body().AsString()), attr: map[string]string{}, path: path.AsString(), offset: -1}
				for k, v := range rec.Attributes().All() {
					r.attr[k] = terminal.Text(v.AsString())
				}
				if v, ok := rec.Attributes().Get(attrs.FileOffset); ok {
					r.offset = v.Int()
				}
				list = append(list, r)
			}
		}
	}
	return list
}

// printer writes records as lines for people. What tells little is only counted.
type printer struct {
	to      io.Writer
	colour  bool
	skipped map[string]int
}

func newPrinter(to io.Writer) *printer {
	p := &printer{to: to, skipped: map[string]int{}}
	if f, ok := to.(*os.File); ok && os.Getenv("NO_COLOR") == "" {
		info, err := f.Stat()
		p.colour = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

// The colours of a terminal.
const (
	dim, red, yellow, green, plain = "\x1b[2m", "\x1b[31m", "\x1b[33m", "\x1b[32m", "\x1b[0m"
)

// print writes one record, or counts it.
func (p *printer) print(r *record) {
	event := r.attr[attrs.Event]
	words, colour := describe(r)
	if words == "" {
		if event == "" {
			event = "not mail"
		}
		p.skipped[event]++
		return
	}
	when := "--:--:--"
	if r.time.Unix() > 0 {
		when = r.time.Format("15:04:05")
	}
	line := fmt.Sprintf("%s %-9s %s", when, event, words)
	if p.colour && colour != "" {
		line = colour + line + plain
	}
	fmt.Fprintln(p.to, line)
}

// rest says how many records were only counted.
func (p *printer) rest() {
	n := 0
	for _, k := range p.skipped {
		n += k
	}
	if n > 0 {
		fmt.Fprintf(p.to, "\n(%d further records: connects, TLS, queue steps and lines that are not mail)\n", n)
	}
}

// describe is the gist of a record; empty for those that are only counted.
func describe(r *record) (words, colour string) {
	a := r.attr
	switch a[attrs.Event] {
	case "session", "message":
		return r.body, dim
	case "delivery":
		return join(a[attrs.QueueID], bracket(a[attrs.RcptTo]), a[attrs.DeliveryStatus], answer(a), from(a), synthetic(a)), colourOf(a[attrs.DeliveryStatus])
	case "reject":
		return join(a[attrs.Command], bracket(a[attrs.RcptTo]), answer(a), "to", or(a[attrs.ClientAddress], a[attrs.PeerAddress])), red
	case "auth":
		return join(a[attrs.AuthMechanism], a[attrs.AuthResult], or(a[attrs.ClientAddress], a[attrs.PeerAddress])), yellow
	case "filter":
		return join(a[attrs.FilterName], a[attrs.FilterVerdict], or(a[attrs.ClientAddress], a[attrs.PeerAddress])), yellow
	case "command":
		return join("C:", a[attrs.Command], a[attrs.Argument]), dim
	case "reply":
		return join("S:", a[attrs.Command], answer(a), a[attrs.DeliveryStatus], latency(a)), colourOf(a[attrs.DeliveryStatus])
	}
	if e := a[attrs.ErrorType]; e != "" {
		return join(a[attrs.Command], e, or(a[attrs.ServerAddress], or(a[attrs.ClientAddress], a[attrs.PeerAddress]))), yellow
	}
	return "", ""
}

func colourOf(status string) string {
	switch status {
	case "delivered":
		return green
	case "deferred", "held":
		return yellow
	case "bounced", "expired":
		return red
	}
	return ""
}

// answer is code, enhanced code, reason and the words, cut to one line's room.
func answer(a map[string]string) string {
	text := a[attrs.ReplyText]
	if len(text) > 60 {
		text = strings.ToValidUTF8(text[:60], "") + "..."
	}
	dsn := a[attrs.ReplyEnhancedCode]
	if a[attrs.ReplyCode] == "" {
		dsn = a[attrs.DeliveryDSN]
	}
	reason := a[attrs.FailureReason]
	if reason != "" {
		reason = "[" + reason + "]"
	}
	return join(a[attrs.ReplyCode], dsn, reason, text)
}

func from(a map[string]string) string {
	if host := or(a[attrs.ServerAddress], a[attrs.PeerAddress]); host != "" {
		return "(" + host + ")"
	}
	return ""
}

func synthetic(a map[string]string) string {
	if a[attrs.Synthetic] != "" {
		return "(the log has no line for it)"
	}
	return ""
}

func latency(a map[string]string) string {
	if l := a[attrs.Latency]; l != "" && l != "0" {
		return "after " + l + " s"
	}
	return ""
}

func bracket(address string) string {
	if address == "" {
		return ""
	}
	return "<" + address + ">"
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// join puts words in a row and leaves the empty ones out.
func join(words ...string) string {
	var list []string
	for _, w := range words {
		if w != "" {
			list = append(list, w)
		}
	}
	return strings.Join(list, " ")
}
