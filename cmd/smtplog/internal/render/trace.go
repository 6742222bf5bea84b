package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/trace"
	"github.com/otelcol-smtp/otelcol-smtp/internal/terminal"
)

// Stories writes what became of messages; lines shows what the log says of each step, too.
func Stories(to io.Writer, list []trace.Story, lines bool, style Style) error {
	p := &page{to: to, style: style}
	for i := range list {
		p.story(&list[i], lines)
	}
	return p.err
}

func (p *page) story(s *trace.Story, lines bool) {
	name := "Session"
	switch {
	case s.Kind == "dsn":
		name = "Notification " + s.QueueID
	case s.QueueID != "":
		name = "Message " + s.QueueID
	case s.Kind == trace.Rows:
		name = "Rows"
	}
	p.title(terminal.Text(name + " on " + s.Host))
	t := p.table("", "")
	add := func(name, value string) {
		if value != "" {
			t.row(name, value)
		}
	}
	add("from", s.Sender)
	for i := range s.Recipients {
		r := &s.Recipients[i]
		to := r.Address
		if r.Original != "" && r.Original != r.Address {
			to += " (for " + r.Original + ")"
		}
		t.row("to", cell{to + ": " + recipient(r), colourOf(r.Status)})
	}
	add("Message-ID", s.MessageID)
	add("made of", s.Of)
	add("outcome", s.Outcome)
	t.write()
	day := ""
	for i := range s.Steps {
		step := &s.Steps[i]
		if d := step.Time.Format("2006-01-02"); d != day && !step.Time.IsZero() {
			day = d
			p.write("  %s\n", p.in(dim, day))
		}
		when := "--:--:--"
		if !step.Time.IsZero() {
			when = step.Time.Format("15:04:05")
		}
		t := p.table("", "")
		t.row(when, cell{step.Says, colourOf(step.Status)})
		t.write()
		if lines && step.Line != "" {
			p.write("            %s\n", p.in(dim, terminal.Text(step.Line)))
		}
	}
}

func recipient(r *trace.Recipient) string {
	words := []string{r.Status}
	switch {
	case r.Next != "":
		words[0] = "goes on as " + r.Next
	case r.Status == "":
		words[0] = "not tried"
	case r.Status == "deferred" && !r.Final:
		words[0] = "waits"
	}
	if r.Attempts > 1 {
		words = append(words, fmt.Sprintf("after %d tries", r.Attempts))
	}
	if r.Reason != "" {
		words = append(words, "["+r.Reason+"]")
	}
	return strings.Join(words, " ")
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
