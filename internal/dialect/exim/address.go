package exim

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// address takes the recipient of a delivery line off the front (src/deliver.c string_log_address). In its full form it is "delivered
// (parent, parent) <original>": what it is delivered to is an address, the local part alone where a local transport took it, or a pipe, a
// file ("save name" where it is not a whole path) or a reply; parents stand there with +all_parents, or for a pipe, file or reply; the
// original where it differs.
//
// What is delivered to stands without quotes, so a local part may hold blanks and Exim's own words. But an address holds an "@", and what
// is none is followed by its original: so the first place that fits both ends it.
func address(ev *event.Event, s string) (rest string, ok bool) {
	to, rest, ok := deliveredTo(s)
	if !ok {
		if to, rest, ok = anonymous(s); !ok {
			return s, false
		}
	}
	if strings.HasPrefix(rest, " (") { // parents
		if end := strings.IndexByte(rest, ')'); end > 0 {
			rest = rest[end+1:]
		}
	}
	ev.RcptTo = strings.TrimPrefix(to, "save ")
	if !strings.HasPrefix(rest, " <") {
		return rest, true
	}
	original, tail, ok := scan.Angle(rest[1:])
	if !ok || original == "" {
		return s, false
	}
	if local, _, found := scan.CutLast(original, '@'); found && scan.EqualFold(local, to) ||
		scan.EqualFold(original, to) || isUnquoted(to, original) {
		ev.RcptTo = original // a mailbox of that name
	} else {
		ev.OrigRcptTo = original
	}
	return tail, true
}

// isUnquoted says whether to is an address whose local part is written without the quotes and backslashes that it has in original (RFC
// 5321 section 4.1.2).
func isUnquoted(to, original string) bool {
	if first(original) != '"' {
		return false
	}
	for i := 1; i < len(original); i++ {
		switch c := original[i]; {
		case c == '"':
			return to == original[i+1:]
		case c == '\\' && i+1 < len(original):
			i++
		}
		if to == "" || to[0] != original[i] {
			return false
		}
		to = to[1:]
	}
	return false
}

// deliveredTo takes what is delivered to off the front.
func deliveredTo(s string) (to, rest string, ok bool) {
	i := 0
	if first(s) == '"' { // an address that was not taken apart
		if _, tail, closed := quoted(s[1:]); closed && strings.HasPrefix(tail, "@") {
			i = len(s) - len(tail)
		}
	}
	at := i > 0
	// a command, file or reply, which may hold addresses and is followed by its original
	isCommand := first(s) == '|' || first(s) == '/' || first(s) == '>'
	for ; i <= min(len(s), longestAddress); i++ {
		switch {
		case i == len(s):
			return s, "", at
		case s[i] == '@':
			at = !isCommand
		case i > 0 && (s[i] == ' ' || s[i] == ':') && endsAddress(s[i:], at):
			return s[:i], s[i:], true
		}
	}
	return "", s, false
}

// anonymous takes an address off the front that somebody made anonymous: "XXXX R=dnslookup", "[email protected] R=dnslookup" as pages show addresses that scripts would
// uncover. Where an address stands anywhere, nobody knows.
func anonymous(s string) (to, rest string, ok bool) {
	if len(s) > longestAddress || strings.IndexByte(s, '@') >= 0 {
		return "", s, false
	}
	to, rest = s, ""
	if n := hiddenAddress(s); n > 0 {
		return s[:n], s[n:], endsAddress(s[n:], true) || s[n:] == ""
	}
	if i := strings.IndexAny(s, " :"); i > 0 {
		to, rest = s[:i], s[i:]
	}
	for _, c := range []byte(to) {
		if !scan.IsLetter(c) && !scan.IsDigit(c) && c != '*' && c != '.' && c != '-' && c != '_' && c != '+' {
			return "", s, false
		}
	}
	return to, rest, to != "" && rest != "" && endsAddress(rest, true)
}

// hiddenAddress is the length of what Cloudflare shows in the place of an address, if it stands in front.
func hiddenAddress(s string) int {
	for _, hidden := range [...]string{"[email protected]", "[email\u00a0protected]"} {
		if strings.HasPrefix(s, hidden) {
			return len(hidden)
		}
	}
	return 0
}

// longestAddress bounds the look at a hostile line.
const longestAddress = 2048

// endsAddress says whether what is delivered to is over in front of tail; at says that it holds an "@".
func endsAddress(tail string, at bool) bool {
	if tail = tail[:min(len(tail), longestAddress)]; strings.HasPrefix(tail, " <") || strings.HasPrefix(tail, " (") {
		return hasOriginal(tail)
	}
	if !at {
		return false
	}
	for _, next := range [...]string{
		": ", " : ", " F=<", " Q=", " P=<", " R=", " T=", " routing ", " defer (", " transporting ", " DT=", " mua_wrapper forced ",
	} {
		if strings.HasPrefix(tail, next) {
			return true
		}
	}
	return isUnknownKey(tail)
}

// isUnknownKey says whether a field begins whose key is none of Exim's own of today.
func isUnknownKey(tail string) bool {
	if first(tail) != ' ' {
		return false
	}
	key, _, ok := cutKey(tail[1:])
	return ok && len(key) > 1 && isCapitals(key)
}

// hasOriginal says whether tail is "<original>" with parents in front of it or not, and then a field or the end.
func hasOriginal(tail string) bool {
	if strings.HasPrefix(tail, " (") {
		end := strings.IndexByte(tail, ')')
		if end < 0 {
			return false
		}
		if tail = tail[end+1:]; !strings.HasPrefix(tail, " <") {
			return strings.HasPrefix(tail, " F=<") || strings.HasPrefix(tail, " R=") ||
				strings.HasPrefix(tail, " P=<") || strings.HasPrefix(tail, " Q=") ||
				isUnknownKey(tail)
		}
	}
	original, rest, ok := scan.Angle(tail[1:])
	return ok && original != "" && (rest == "" || rest[0] == ' ' || strings.HasPrefix(rest, ": "))
}
