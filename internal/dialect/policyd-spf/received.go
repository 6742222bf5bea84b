package policydspf

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// remark is what debugLevel 2 adds in front of the action, which has the verdict: "Pass; identity=mailfrom; client-ip=192.0.2.1; helo=x;
// envelope-from=a; receiver=b" and `spfcheck: pyspf result: "['Pass', 'sender SPF authorized', 'mailfrom']"`.
func remark(ev *event.Event, s string) bool {
	if why, ok := strings.CutPrefix(s, "spfcheck: pyspf result: "); ok {
		ev.Argument = why
		return true
	}
	word, list, ok := strings.Cut(s, "; identity=")
	if !ok || result(word) == "" {
		return false
	}
	scope, list, ok := strings.Cut(list, "; ")
	ev.Argument = s[:len(word)+len("; identity=")+len(scope)]
	ev.FilterVerdict, ev.VerdictRetold = result(word), true
	if ok {
		keys(ev, list)
	}
	return true
}

// received is "Pass (mailfrom) identity=mailfrom; client-ip=192.0.2.1; helo=x; envelope-from=a; receiver=b", or in Perl "pass (why)
// receiver=b; identity=mailfrom; envelope-from="a"; helo=x; client-ip=192.0.2.1" (RFC 7208 section 9.1).
func received(ev *event.Event, s string) bool {
	word, rest, ok := scan.Cut(s, ' ')
	if ev.FilterVerdict = result(word); !ok || ev.FilterVerdict == "" {
		return false
	}
	if python, ok := strings.CutPrefix(rest, "("); ok {
		if i := strings.Index(python, ") identity="); i >= 0 && strings.IndexByte(python[:i], ')') < 0 {
			keys(ev, python[i+2:])
			return true
		}
	}
	if _, list, ok := scan.CutOnce(rest, ") receiver="); ok {
		keys(ev, list)
	}
	return true
}

// keys reads the values that are kept. One whose name stands twice is left: HELO name and sender are a client's words.
func keys(ev *event.Event, s string) {
	ip, isOne := value(s, "client-ip=")
	if strings.IndexByte(ip, ' ') >= 0 || !isOne {
		return
	}
	ev.PeerIP = strings.TrimSuffix(ip, ")")
	if name, ok := value(s, "helo="); ok {
		ev.Helo = unquote(name)
	}
	if from, ok := value(s, "envelope-from="); ok {
		ev.MailFrom = unquote(from)
		if inner, rest, ok := scan.Angle(ev.MailFrom); ok && rest == "" {
			ev.MailFrom = inner
		}
		if ev.MailFrom == "" {
			ev.MailFrom = "<>"
		}
	}
	if to, ok := value(s, "receiver="); ok {
		to, _, _ = scan.Cut(to, ')')
		if strings.IndexByte(to, '@') > 0 && strings.IndexByte(to, ' ') < 0 {
			ev.RcptTo = to
		}
	}
}

// unquote takes off the quotes that the service in Perl sets around what is no dot-atom (RFC 5322 section 3.2.3). A quoted local part has
// its own inside.
func unquote(s string) string {
	if len(s) > 1 && s[0] == '"' && s[len(s)-1] == '"' {
		return s[1 : len(s)-1]
	}
	return s
}

// value is what stands behind a key up to "; ", of a key that stands once.
func value(s, key string) (v string, ok bool) {
	_, v, ok = scan.CutOnce(s, key)
	if !ok {
		return "", false
	}
	v, _, _ = strings.Cut(v, "; ")
	return scan.TrimRight(v), true
}

// result is one of the results of RFC 7208 section 2.6, which the line has in any case; empty for other words.
func result(word string) string {
	for _, one := range [...]string{"pass", "fail", "softfail", "neutral", "none", "permerror", "temperror"} {
		if scan.EqualFold(word, one) {
			return one
		}
	}
	return ""
}

// checked is "pass (Mechanism 'ip4:192.0.2.0/24' matched): Envelope-from: a@example.com", with "IP Address:" and "Recipient:" in a fuller
// line. The action that follows is the verdict. The reason may hold words of the domain's owner, so what is behind it must stand once.
func checked(ev *event.Event, s string) bool {
	for _, key := range [...]string{": Envelope-from: ", ": HELO/EHLO: ", ": HELO/EHLO (Null Sender): "} {
		why, who, ok := scan.CutOnce(s, key)
		if !ok {
			continue
		}
		word, _ := scan.Word(why)
		ev.FilterVerdict, ev.VerdictRetold = result(word), true
		ev.Argument = why
		if at := strings.Index(who, ", IP Address: "); at >= 0 {
			var rest string
			if who, rest, ok = scan.CutOnce(who, ", IP Address: "); !ok {
				return true
			}
			ip, to, ok := scan.CutOnce(rest, ", Recipient: ")
			if !ok {
				return true
			}
			ev.PeerIP = ip
			if to != "<UNKNOWN>" {
				ev.RcptTo = to
			}
		}
		switch {
		case who == "<UNKNOWN>":
		case key == ": Envelope-from: ":
			ev.MailFrom = who
		default:
			ev.Helo = who
		}
		return true
	}
	return false
}
