package secrets

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
	"github.com/otelcol-smtp/otelcol-smtp/internal/speech"
)

// answers looks for what a client says to the 334 of an AUTH whose command ends at at, further on in the same text, and gives where it has
// looked up to. Marks of who speaks, stamps and other words may stand between. It ends at another AUTH, at a reply that ends the exchange,
// and after 64 words.
func (f *finder) answers(at int) int {
	s := f.s
	start := at
	asked, challenge, below := false, false, false // below: on a further line than the 334
	alone := true                                  // straight behind the command, which a client may send in one piece with its answers
	for range 64 {
		// to the next word
		line := false
		for at < len(s) {
			if n := isLineEnd(s, at); n > 0 {
				line, at = true, at+n
			} else if strings.IndexByte(" \t\"'`<>()[]{},;|:\\", s[at]) >= 0 {
				at++
			} else {
				break
			}
		}
		if at >= len(s) {
			return start
		}
		from := at
		at = f.argument(at)
		if at == from {
			at++
		}
		challenge, below = challenge && !line, below || line
		switch token := strings.TrimRight(s[from:at], ":"); {
		case token == "AUTH", token == "auth":
			return start
		case token == "334":
			asked, challenge, alone, below = true, true, false, false
		case strings.HasPrefix(token, "334-"), strings.HasPrefix(token, "334="):
			asked, alone, below = true, false, false
		case isReply(token) && (asked || line):
			return start
		case challenge: // the server's question, in base64
			challenge = false
		case (asked && !below || (asked || alone && line) && f.ends(at)) && isAnswer(token):
			f.add(from, from+len(token))
			start, asked = at, false
		default:
			alone = alone && !line && isLineEnd(s, at) > 0
		}
	}
	return start
}

// isReply says whether a word is the code of a reply that ends an exchange.
func isReply(token string) bool {
	code, rest, ok := scan.Fixed(token, 3)
	return ok && (rest == "" || rest[0] == '-') && speech.IsCode(code)
}

// isAnswer says whether a word is base64, and not likely to be another: of whole characters, or padded.
func isAnswer(token string) bool {
	run := strings.TrimRight(token, "=")
	if len(token) < 4 || len(token)%4 != 0 || len(token)-len(run) > 2 {
		return false
	}
	return strings.IndexFunc(run, isForeign) < 0 && !isPlain(run) && !isNumber(run)
}

func isNumber(s string) bool { return strings.Trim(s, "0123456789") == "" }
