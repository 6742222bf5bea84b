package exim

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// received is "<= sender R=ref H=host [ip]:port I=[ip]:port U=ident Ci=id P=esmtpsa L* SPF X=... CV=.. A=plain:anna PRDR PRX=ip K S=1000
// M8S=8 DKIM=dom DMARC=pass RT=1s Q=name id=mid T="subject" from <raw> for a b", each field where its log_selector is on (src/receive.c).
// The order is the writer's own, so what stands in a field further on is none of those before it.
func received(ev *event.Event, s string) event.Kind {
	ev.MailFrom, s = senderOf(s)
	if ev.MailFrom == "" {
		return event.KindNone
	}
	ev.First = true
	if rest, ok := after(s, " R="); ok {
		var ref string
		ref, s = cutWord(rest)
		if id, _, ok := messageID(ref); ok {
			ev.ParentQueueID = id
		}
	}
	s, _ = after2(s, " DS")
	if rest, ok := after(s, " H="); ok {
		p, tail, ok := takeCaller(ev, rest)
		if !ok {
			return event.KindNone
		}
		p.greeted(ev)
		s = tail
	}
	for s != "" {
		rest, ok := takeReceived(ev, s)
		if !ok {
			break
		}
		s = rest
	}
	if !ev.HasSize {
		return event.KindNone // the size is always logged
	}
	return event.KindMessageReceived
}

// after2 takes a word that stands alone off the front.
func after2(s, word string) (string, bool) {
	rest, ok := after(s, word)
	if ok && (rest == "" || rest[0] == ' ') {
		return rest, true
	}
	return s, false
}

// senderOf takes the envelope sender off the front: an address, without brackets but for "<>". A quoted local part may hold blanks.
func senderOf(s string) (sender, rest string) {
	if rest, ok := after(s, "<>"); ok {
		return "<>", rest
	}
	if n := hiddenAddress(s); n > 0 {
		return s[:n], s[n:]
	}
	i := 0
	if first(s) == '"' {
		_, tail, ok := quoted(s[1:])
		if !ok {
			return "", s
		}
		i = len(s) - len(tail)
	}
	end := strings.IndexByte(s[i:], ' ')
	if end < 0 {
		return "", s
	}
	return s[:i+end], s[i+end:]
}

// takeReceived takes one of the fields behind the host off the front.
func takeReceived(ev *event.Event, s string) (rest string, ok bool) {
	if !ev.HasSize {
		if rest, ok = takeTLS(ev, s); ok {
			return rest, true
		}
	}
	rest, ok = after(s, " ")
	if !ok {
		return s, false
	}
	key, value, isPair := cutKey(rest)
	if !isPair {
		return takeBare(ev, rest)
	}
	switch key {
	case "T":
		if !strings.HasPrefix(value, `"`) {
			return s, false
		}
		ev.Subject, rest, ok = quoted(value[1:])
		return rest, ok
	case "id", "id*":
		ev.MessageID, rest = idOf(value)
		return rest, true
	}
	word, behind := cutWord(value)
	switch {
	case key == "RT":
		if d, ok := duration(word); ok {
			ev.Delays.BeforeQueue = d
			ev.Delays.Has |= event.DelayBeforeQueue
		}
	case ev.HasSize: // S= is behind us: what follows says how it was taken
		return skipField(rest)
	case key == "U": // who called the program on this host; some have a blank in their name
		if name, tail, ok := strings.Cut(value, " P="); ok && strings.IndexByte(word, '=') < 0 && !strings.Contains(name, "=") {
			behind = value[len(value)-len(tail)-len(" P="):]
		}
	case key == "P":
		ev.Protocol = word
	case key == "S":
		ev.Size, ev.HasSize = scan.Int(word)
	case key == "A":
		authenticator(ev, word)
	case key == "Ci":
	default:
		return skipField(rest)
	}
	return behind, true
}

// longestKey is far above any key that Exim writes, longestValue above any path (RFC 5321 section 4.5.3.1).
const (
	longestKey   = 16
	longestValue = 320
)

// cutKey reads "KEY=" off the front: letters, and what Exim's keys hold besides.
func cutKey(s string) (key, value string, ok bool) {
	for i := 0; i < len(s) && i < longestKey; i++ {
		c := s[i]
		if c == '=' && i > 0 {
			return s[:i], s[i+1:], true
		}
		if !scan.IsLetter(c) && !scan.IsDigit(c) && c != '*' && c != '_' {
			break
		}
	}
	return "", s, false
}

// skipField takes a field off the front that is not known here, "KEY=value" or "FLAG": versions, patches (SRS=<address> of
// EXPERIMENTAL_SRS) and builds of hosters have more than these. Keys and flags are capitals; a value is a word, or what stands in
// brackets or quotes.
func skipField(s string) (rest string, ok bool) {
	key, value, pair := cutKey(s)
	if !pair {
		key, rest = cutWord(s)
		return rest, isCapitals(key) && (rest == "" || rest[0] == ' ')
	}
	if !isCapitals(key) {
		return s, false
	}
	window := value[:min(len(value), longestValue)] // else a hostile line would be looked through at every field
	switch first(value) {
	case '<':
		if _, tail, closed := scan.Angle(window); closed {
			return value[len(window)-len(tail):], true
		}
	case '"':
		if _, tail, closed := quoted(window[1:]); closed {
			return value[len(window)-len(tail):], true
		}
	}
	_, rest = cutWord(value)
	return rest, true
}

// isCapitals says whether a word may be a key of Exim's: it begins with a capital, and has no small letter.
func isCapitals(s string) bool {
	if s == "" || len(s) > longestKey || s[0] < 'A' || s[0] > 'Z' {
		return false
	}
	for i := 1; i < len(s); i++ {
		if c := s[i]; c >= 'a' && c <= 'z' || !scan.IsLetter(c) && !scan.IsDigit(c) && c != '_' && c != '*' && c != '-' {
			return false
		}
	}
	return true
}

// takeBare takes a field without a value off the front, or the envelope at the end.
func takeBare(ev *event.Event, s string) (rest string, ok bool) {
	if ev.HasSize {
		if tail, ok := after(s, "from "); ok { // +received_sender: the sender before rewriting
			_, behind, ok := scan.Angle(tail)
			return behind, ok
		}
		if list, ok := after(s, "for "); ok { // +received_recipients
			recipients(ev, list)
			return "", true
		}
	}
	word, rest := cutWord(s)
	switch word {
	case "DS", "L", "L-", "L*", "L.", "L.-", "L*-", "PRDR", "K", "SPF", "ARC", "TFO", "TFO*":
		return rest, true
	}
	return skipField(s)
}

// idOf takes a Message-ID off the front: an addr-spec, whose local part may be quoted.
func idOf(s string) (id, rest string) {
	i := 0
	if first(s) == '"' {
		if _, tail, ok := quoted(s[1:]); ok {
			i = len(s) - len(tail)
		}
	}
	end := strings.IndexByte(s[i:], ' ')
	if end < 0 {
		return s, ""
	}
	return s[:i+end], s[i+end:]
}

// recipients reads the addresses behind "for", apart by a blank each; a quoted local part may hold one.
func recipients(ev *event.Event, s string) {
	list := ev.RcptList[:0]
	for s != "" && s != "<trunc>" {
		var one string
		if n := hiddenAddress(s); n > 0 {
			one, s = s[:n], s[n:]
		} else {
			one, s = idOf(s)
		}
		s = strings.TrimPrefix(s, " ")
		if one != "" {
			list = append(list, one)
		}
	}
	ev.RecipientCount = len(list)
	if len(list) == 1 {
		ev.RcptTo = list[0]
		list = list[:0]
	}
	ev.RcptList = list
}

// duration reads "1.095s", "0s" and "1h2m3s", as string_timediff and readconf_printtime write them.
func duration(s string) (seconds float64, ok bool) {
	units := [...]struct {
		unit byte
		n    float64
	}{{'w', 7 * 86400}, {'d', 86400}, {'h', 3600}, {'m', 60}}
	for _, u := range units {
		if n, rest, digits := scan.Digits(s); digits && first(rest) == u.unit {
			seconds += float64(n) * u.n
			s, ok = rest[1:], true
		}
	}
	if s == "" {
		return seconds, ok
	}
	number, found := strings.CutSuffix(s, "s")
	d, isFloat := scan.Float(number)
	return seconds + d, found && isFloat
}
