package sendmail

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// ruleset is "check_rcpt, arg1=<a@b>, arg2=x, relay=host [ip], reject=550 5.7.1 text" (parseaddr.c, rscheck): a rule of the configuration
// refused, discarded or quarantined. The arguments are the client's words, a whole header at worst, and so may the text quote them; a
// relay is between.
func ruleset(ev *event.Event, s string) event.Kind {
	name, s, ok := strings.Cut(s, ", arg1=")
	if !ok || name == "" || strings.IndexByte(name, ' ') >= 0 {
		return event.KindNone
	}
	args, relay, what := dissect(s)
	if what == "" {
		return event.KindNone
	}
	arg1, arg2 := args, ""
	if i := strings.LastIndex(args, ", arg2="); i >= 0 {
		arg1, arg2 = args[:i], args[i+len(", arg2="):]
	}
	if p, ok := takePeer(relay); ok {
		p.caller(ev)
	}
	ev.FilterName = name
	arguments(ev, name, arg1, arg2)

	// what became of it
	if what == "discard" {
		ev.FilterVerdict = "discard"
		return event.KindFilter
	}
	verb, words, _ := scan.Cut(what, '=')
	ev.FilterVerdict = verb
	if verb == "quarantine" {
		if ev.Argument == "" {
			ev.Argument = words
		}
		return event.KindFilter
	}
	refusal(ev, words)
	if verb == "status" || client(name) { // rules about servers that we call: the verdict on the recipients follows
		ev.RejectPermanent, ev.Role, ev.Scope = event.Open, event.RoleClient, event.ScopeNone
		ev.ServerAddress, ev.ClientAddress = ev.ClientAddress, ""
		return event.KindFilter
	}
	served(ev)
	if name == "trust_auth" { // it only says whether AUTH= in MAIL is believed
		ev.RejectPermanent = event.Open
		return event.KindFilter
	}
	return event.KindReject
}

// dissect finds arguments, relay and result. An argument in brackets ends with them, and the first result behind it counts, for its text
// may quote the client; any other is the client's words up to the last result, whose text is the configuration's.
func dissect(s string) (args, relay, what string) {
	first := 0
	inner, _, bracketed := scan.Angle(s)
	if bracketed {
		first = len(inner) + 2
	}
	for from := first; ; {
		i := strings.Index(s[from:], ", relay=")
		if i < 0 {
			break
		}
		i += from
		from = i + 1
		rest := s[i+len(", relay="):]
		j := strings.Index(rest, ", ")
		if j < 0 || !isResult(rest[j+2:]) {
			continue
		}
		if _, ok := takePeer(rest[:j]); ok {
			args, relay, what = s[:i], rest[:j], rest[j+2:]
			if bracketed {
				return args, relay, what
			}
		}
	}
	if what != "" {
		return args, relay, what
	}
	for from := first; ; { // without a relay, of a local submission
		i := strings.Index(s[from:], ", ")
		if i < 0 {
			return "", "", ""
		}
		if i += from; isResult(s[i+2:]) {
			return s[:i], "", s[i+2:]
		}
		from = i + 1
	}
}

func isResult(s string) bool {
	return strings.HasPrefix(s, "reject=") || s == "discard" || strings.HasPrefix(s, "quarantine=") || strings.HasPrefix(s, "status=")
}

// client says whether a ruleset looks at the server that we called (cf/README).
func client(name string) bool {
	for _, one := range [...]string{"tls_server", "tls_rcpt", "try_tls", "authinfo", "clt_features", "tls_clt_features"} {
		if scan.EqualFold(name, one) {
			return true
		}
	}
	return false
}

// arguments puts a ruleset's arguments where they belong, and the command that it answers (cf/README, doc/op).
func arguments(ev *event.Event, name, arg1, arg2 string) {
	switch {
	case scan.EqualFold(name, "check_rcpt"):
		ev.Command, ev.RcptTo = "RCPT", bare(arg1)
	case scan.EqualFold(name, "check_mail"):
		ev.Command, ev.MailFrom = "MAIL", nullSender(arg1)
		if from, _, ok := scan.Angle(arg1); ok && from != "" { // parameters may follow
			ev.MailFrom = from
		}
	case scan.EqualFold(name, "check_relay"):
		ev.Command = event.CommandConnect
		if arg1 != "" && arg1[0] != '[' {
			ev.ClientAddress = arg1
		}
		if ip := address(arg2); ip != "" && ev.PeerIP == "" { // of a DNS list it may be the list's answer
			ev.PeerIP = ip
			served(ev)
		}
	case scan.EqualFold(name, "check_compat"):
		ev.MailFrom, ev.RcptTo = nullSender(arg1), bare(arg2)
	case scan.EqualFold(name, "check_data"):
		ev.Command = "DATA"
	case scan.EqualFold(name, "check_eom"), scan.EqualFold(name, "check_eoh"):
		ev.Command = event.CommandEOM
	case scan.EqualFold(name, "check_vrfy"):
		ev.Command, ev.Argument = "VRFY", arg1
	case scan.EqualFold(name, "check_expn"):
		ev.Command, ev.Argument = "EXPN", arg1
	case scan.EqualFold(name, "check_etrn"):
		ev.Command, ev.Argument = "ETRN", arg1
	case scan.EqualFold(name, "tls_client"):
		ev.Command, ev.Argument = "STARTTLS", arg1
	case scan.EqualFold(name, "trust_auth"):
		ev.Command, ev.Argument = "MAIL", arg1
	case scan.EqualFold(name, "tls_server"), scan.EqualFold(name, "tls_rcpt"), scan.EqualFold(name, "try_tls"):
		ev.Argument = arg1
	default: // a header's own ruleset
		ev.Command, ev.Argument = event.CommandEOM, arg1
	}
}

// refusal reads "550 5.7.1 text".
func refusal(ev *event.Event, words string) {
	if r, ok := reply.Parse(words); ok {
		r.Into(ev)
		ev.TextJoined = r.Joined() // a filter may answer in several lines
		ev.RejectPermanent = event.TriOf(ev.Class == '5')
		return
	}
	ev.Text = words
}

// refused is "<a@b>... User unknown": the answer to a recipient without its code (err.c, usrerr; written while RCPT is read, and for the
// recipients of a local submission).
func refused(ev *event.Event, s string) event.Kind {
	if s == "Too many recipients" { // srvrsmtp.c: 452, MaxRecipientsPerMessage
		ev.Command, ev.Text, ev.Scope, ev.RejectPermanent, ev.Class = "RCPT", s, event.ScopeFork, event.No, '4'
		return event.KindReject
	}
	to, rest, ok := scan.Angle(s)
	// what the client gave has brackets of its own
	if end := strings.Index(s, ">>... "); end > 0 && strings.HasPrefix(s, "<<") && strings.IndexByte(s[:end], ' ') < 0 {
		to, rest, ok = s[1:end+1], s[end+2:], true
	}
	if !ok || to == "" {
		i := strings.Index(s, "... ")
		if i < 1 || strings.IndexByte(s[:i], ' ') >= 0 {
			return event.KindNone
		}
		to, rest = s[:i], s[i:]
	}
	text, ok := after(rest, "... ")
	if !ok || text == "" {
		return event.KindNone
	}
	ev.RcptTo, ev.Text, ev.Scope = to, text, event.ScopeFork
	if s[0] != '<' { // as the command line has it: the verdict follows
		ev.Command, ev.Argument, ev.Text = "", text, ""
		return event.KindWarning
	}
	ev.Command = "RCPT"
	if permanent(text) {
		ev.RejectPermanent, ev.Class = event.Yes, '5'
	}
	return event.KindReject
}

// permanent knows the texts that go with a 5 in the source (recipient.c, parseaddr.c, cf/m4/proto.m4).
func permanent(text string) bool {
	for _, begin := range [...]string{
		"User unknown", "Relaying denied", "Hostname required", "User address required", "Real domain name required", "Domain name required",
		"Invalid route address", "Unbalanced ", "Colon illegal in host name", "Invalid host name", "No such user", "Host unknown",
		"List:; syntax illegal",
	} {
		if strings.HasPrefix(text, begin) {
			return true
		}
	}
	return false
}
