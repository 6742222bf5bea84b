// Package speech reads the words of an SMTP conversation as every log that shows them has them: one command, or one line of a reply (RFC 5321).
package speech

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Command reads a command with the argument that it takes (RFC 5321 section 4.1.1). It is as strict for words behind a mark as
// for others, because a message may hold the same words.
func Command(said string, ev *event.Event) bool {
	said = scan.TrimRight(said)
	word, rest, _ := scan.Cut(said, ' ')
	verb, ok := event.VerbOf(word)
	if !ok || !oneCase(word) {
		return false
	}
	rest = scan.TrimLeft(rest)
	switch verb {
	case event.VerbMAIL:
		ok = readPath(rest, "FROM", &ev.MailFrom, ev)
		if ok && ev.MailFrom == "" {
			ev.MailFrom = "<>"
		}
	case event.VerbRCPT:
		ok = readPath(rest, "TO", &ev.RcptTo, ev) && ev.RcptTo != ""
	case event.VerbEHLO, event.VerbHELO, event.VerbLHLO:
		ev.Helo, _ = scan.Word(rest)
		ok = len(rest) == len(ev.Helo)
	case event.VerbDATA, event.VerbRSET, event.VerbQUIT, event.VerbSTARTTLS:
		ok = rest == ""
	case event.VerbAUTH:
		return readAuth(rest, word[0] <= 'Z', ev)
	case event.VerbBDAT:
		ok = isChunk(rest)
	case event.VerbNOOP, event.VerbHELP:
		ok = !strings.Contains(rest, " ")
	case event.VerbVRFY, event.VerbEXPN:
		ok = rest != ""
	case event.VerbETRN: // one node (RFC 1985)
		ok = rest != "" && !strings.Contains(rest, " ")
	case event.VerbXCLIENT, event.VerbXFORWARD:
		ok = strings.Contains(rest, "=")
	}
	if !ok {
		ev.Helo, ev.MailFrom, ev.RcptTo, ev.Size, ev.HasSize = "", "", "", 0, false
		return false
	}
	ev.Kind, ev.Command, ev.Argument = event.KindCommand, verb.String(), rest
	return true
}

// OfClient is Command for a line that is told to be a client's: it may be Misspoken, too.
func OfClient(said string, ev *event.Event) bool { return Command(said, ev) || Misspoken(said, ev) }

// Misspoken reads MAIL FROM: and RCPT TO: with an address that is none (<bad, a blank), and HELO with a name that is none: the server
// refuses it, and knew which command it was. It is for lines that are told to be a client's, and behind Command.
func Misspoken(said string, ev *event.Event) bool {
	said = scan.TrimRight(said)
	word, rest, _ := scan.Cut(said, ' ')
	verb, ok := event.VerbOf(word)
	if !ok || !oneCase(word) {
		return false
	}
	rest = scan.TrimLeft(rest)
	switch verb {
	case event.VerbMAIL:
		_, ok = scan.PrefixFold(rest, "FROM:")
	case event.VerbRCPT:
		_, ok = scan.PrefixFold(rest, "TO:")
	case event.VerbHELO, event.VerbEHLO, event.VerbLHLO:
	default:
		return false
	}
	if !ok {
		return false
	}
	ev.Kind, ev.Command, ev.Argument = event.KindCommand, verb.String(), rest
	return true
}

// oneCase says whether a verb is written as clients do: in capitals, or without any. "Data" begins a sentence.
func oneCase(s string) bool {
	capital := s[0] <= 'Z'
	for i := 1; i < len(s); i++ {
		if (s[i] <= 'Z') != capital {
			return false
		}
	}
	return true
}

// readPath reads "FROM:<a@b> SIZE=1000" into to, and the size. Blanks around the colon and an address without brackets are wrong but common.
func readPath(s, word string, to *string, ev *event.Event) bool {
	s, ok := scan.PrefixFold(s, word)
	if !ok {
		return false
	}
	if s, ok = scan.Byte(scan.TrimLeft(s), ':'); !ok {
		return false
	}
	s = scan.TrimLeft(s)

	// path
	params := ""
	if *to, params, ok = scan.Angle(s); !ok {
		*to, params = scan.Word(s)
		if *to == "" || (*to)[0] == '<' || word == "FROM" && !strings.Contains(*to, "@") {
			return false
		}
	}

	// SIZE= (RFC 1870)
	for params != "" {
		var param string
		param, params = scan.Word(params)
		if size, ok := scan.PrefixFold(param, "SIZE="); ok {
			ev.Size, ev.HasSize = scan.Int(size)
		}
	}
	return true
}

// isChunk says whether s is BDAT's argument (RFC 3030 section 2).
func isChunk(s string) bool {
	_, rest, ok := scan.Digits(s)
	return ok && (rest == "" || scan.EqualFold(rest, " LAST"))
}

// Reply reads one line of a reply: "250-text", "250 2.1.0 text" or "250" alone (RFC 5321 section 4.2).
func Reply(said string, ev *event.Event) bool {
	r, ok := reply.Parse(said)
	if !ok || !IsCode(r.Code) {
		return false
	}
	ev.Kind, ev.Code, ev.Class, ev.MoreLines = event.KindReply, r.Code, r.Class(), r.More
	ev.Enhanced, ev.Text = r.Enhanced, scan.Trim(r.Text)
	if ev.Class == '2' {
		ev.RemoteQueueID = reply.QueueID(ev.Text)
	}
	return true
}

// IsCode says whether servers answer so. The good answers are few (RFC 5321 section 4.2.3, RFC 4954, RFC 3030); refusals vary.
func IsCode(code int) bool {
	switch code {
	case 211, 214, 220, 221, 235, 240, 250, 251, 252, 253, 334, 354:
		return true
	}
	return code >= 400 && code < 600 && code%100 < 80
}
