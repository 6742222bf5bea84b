package privacy

import (
	"strings"
)

// keyed finds the names of users behind the keys that mail programs write them with: user=<anna>, sasl_username=anna, authid=anna,
// A=plain:anna; and those of senders and recipients that have no domain: to=anna, to=<anna>,<bert>.
func (p *Policy) keyed(s string, into []match) []match {
	for i := 0; i < len(s); i++ {
		if s[i] != '=' {
			continue
		}
		key := i
		for key > 0 && (isWord(s[key-1]) || s[key-1] == '_') {
			key--
		}
		word := strings.ToLower(s[key:i])
		if _, known := userKeys[word]; known {
			from, to := value(s, i+1)
			if name := s[from:to]; isName(name) {
				into = append(into, match{from, to, p.User(name)})
			}
			i = to - 1
		} else if _, known := bareKeys[word]; known {
			into = p.bare(s, i+1, into)
		}
	}
	return into
}

// value is where a value begins and ends, without the quotes or brackets around it.
func value(s string, at int) (from, to int) {
	end := " ,;>)]}\"'\t"
	if at < len(s) && strings.IndexByte("<\"'(", s[at]) >= 0 {
		end = map[byte]string{'<': ">", '"': "\"", '\'': "'", '(': ")"}[s[at]]
		at++
	}
	if k := strings.IndexAny(s[at:], end); k >= 0 {
		return at, at + k
	}
	return at, len(s)
}

// bare finds the names without a domain in a list of senders or recipients. What was hidden already is none, nor is a host or a
// word that anybody's text has.
func (p *Policy) bare(s string, at int, into []match) []match {
	for {
		from, to := value(s, at)
		name := s[from:to]
		if isName(name) && strings.Trim(name, bareBytes) == "" && !isCommonWord(name) && !isPseudonym(name) && (to == len(s) || s[to] != '[') {
			into = append(into, match{from, to, p.Address(name)})
		}
		at = to
		if from > 0 && at < len(s) && strings.IndexByte("<\"'(", s[from-1]) >= 0 {
			at++
		}
		if at+1 >= len(s) || s[at] != ',' || s[at+1] == ' ' {
			return into
		}
		at++
	}
}

// bareBytes are those that the name of a mailbox without a domain is made of.
const bareBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+-_"

// isPseudonym says whether a name is one that this package makes.
func isPseudonym(s string) bool {
	return len(s) == 16 && strings.Trim(s, "0123456789abcdef") == ""
}

// isName says whether what stands in a user's place can be one: it is no mark of something that was hidden.
func isName(s string) bool { return s != "" && s[0] != '[' && s != "*" }

// phrased finds the names of users, and mailboxes called after them, in the words and paths that mail programs write them with.
func (p *Policy) phrased(s string, into []match) []match {
	for _, phrase := range userPhrases {
		for at := 0; at < len(s); {
			i := strings.Index(s[at:], phrase)
			if i < 0 {
				break
			}
			from := at + i + len(phrase)
			to := from
			for to < len(s) && inHost[s[to]] {
				to++
			}
			at = to
			for to > from && s[to-1] == '.' {
				to--
			}
			if to > from && (to == len(s) || s[to] != '@') && !isCommonWord(s[from:to]) {
				into = append(into, match{from, to, p.User(s[from:to])})
			}
		}
	}
	return into
}

var userPhrases = []string{
	"aliased to ", "for user ", "unknown user: \"", "local user ", "/var/mail/", "/var/spool/mail/", "/home/", "/var/vmail/",
}

var bareKeys = set("to from orig_to rcpt rcptto rcpt_to mailfrom mail_from sender recipient ctladdr")

var userKeys = set("user username sasl_username sasl_sender authid auser uname login account ruser luser logname duser suser")
