package mailhost

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/diagnose"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// A filter may refuse a client where that connects or says who it is. Postfix then takes the greeting as if nothing had been said, and answers each
// command behind it with the filter's words (src/smtpd/smtpd.c, helo_cmd; src/milter/milter8.c, def_reply): they say nothing of the
// sender whose MAIL is answered so.

// announced is such a refusal.
type announced struct{ Command, Words string }

// says tells whether a refusal has the same words; in those of an announcement the codes stand in front.
func (a *announced) says(text string) bool { return text != "" && strings.HasSuffix(a.Words, text) }

// longestAnnounced is how much of its words is kept.
const longestAnnounced = 256

// announce keeps a filter's refusal of the client, and reads that of a command behind it as what it is: an answer to where it was said first.
func (h *Host) announce(s *Session, ev *event.Event) {
	if s == nil || ev.FilterName != "milter" || ev.FilterVerdict != "reject" {
		return
	}
	before := s.Announced
	switch ev.Command {
	case event.CommandConnect, "EHLO", "HELO":
		words := ev.Text
		if ev.Kind == event.KindFilter {
			words = ev.Argument
		}
		if len(words) <= longestAnnounced && (before == nil || !strings.HasSuffix(words, before.Words)) {
			s.Announced = &announced{strings.Clone(ev.Command), strings.Clone(words)}
		}
		return
	}
	if before == nil || ev.Kind != event.KindReject || !diagnose.IsByCommand(ev) || !before.says(ev.Text) {
		return
	}
	command := ev.Command
	ev.Command, ev.Reason, ev.Category, ev.Basis = before.Command, "", "", ""
	h.site.Explain(ev)
	ev.Command = command
}
