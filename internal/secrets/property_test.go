package secrets

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// foreign makes a line as other programs write them: words of every case, AUTH and mechanisms among them, numbers, hashes, paths, keys, base64 of anything.
func foreign(r *rand.Rand) string {
	words := []string{
		"AUTH", "Auth", "auth", "PLAIN", "LOGIN", "plain", "login", "failed", "failure", "succeeded", "for", "user", "from", "334", "500", "502", "535", "command", "Command", "mechanism", "not", "supported", "unknown",
		"error:", "info", "WARN", "authentication", "Authorization:", "Basic", "Bearer", "base64", "data", "user=", "password", "token", "commands", "(auth", "authenticator", "set_id", "PASS=12", "FAIL=0", "XCLIENT", "PREGREET",
		"SMTP", "IMAP", "HTTP/1.1", "GET", "POST", "status=200", "TLSv1.3", "ECDHE-RSA-AES256-GCM-SHA384", "AAAA", "ABCD", "AGENTS", "CAFEBABE", "Mechanisms:", "CRAM-MD5", "input=", "last", "was", "response", "challenge",
	}
	bytes := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(r.IntN(256))
		}
		return b
	}
	var b strings.Builder
	for n := 1 + r.IntN(14); n > 0; n-- {
		switch r.IntN(12) {
		case 0:
			fmt.Fprintf(&b, "%d", r.IntN(100000))
		case 1:
			b.WriteString(hex.EncodeToString(bytes(4 + r.IntN(30))))
		case 2:
			b.WriteString(strings.ToUpper(hex.EncodeToString(bytes(4 + r.IntN(30)))))
		case 3:
			b.WriteString(base64.StdEncoding.EncodeToString(bytes(12 + r.IntN(200)))) // an image, a key, a signature
		case 4:
			b.WriteString(base64.RawURLEncoding.EncodeToString(bytes(16 + r.IntN(16))))
		case 5:
			fmt.Fprintf(&b, "/usr/lib/%s/%x.so", words[r.IntN(len(words))], r.Uint32())
		case 6:
			fmt.Fprintf(&b, "%s=%x", words[r.IntN(len(words))], r.Uint64())
		case 7:
			fmt.Fprintf(&b, "192.0.2.%d:%d", r.IntN(256), r.IntN(65536))
		default:
			b.WriteString(words[r.IntN(len(words))])
		}
		b.WriteString([]string{" ", " ", " ", ", ", ": ", "\t", " - ", "\" ", "\n"}[r.IntN(9)])
	}
	return b.String()
}

// A hundred thousand lines of other programs, and what is behind AUTH and a mechanism in them is a word: they come out as they are.
func TestForeignLinesAreLeftAlone(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	changed := 0
	for range 100_000 {
		line := foreign(r)
		if clean, found := Clean(line, Anyone); found {
			if isCommand(line) {
				continue // the generator wrote what nobody can tell from a login
			}
			changed++
			t.Logf("%q\n%q", line, clean)
		}
	}
	if changed > 0 {
		t.Errorf("%d lines were changed", changed)
	}
}

// isCommand says whether AUTH, a mechanism, and something that is no word stand behind one another.
func isCommand(line string) bool {
	fields := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" \t,\"\n", r) })
	for i := 0; i+1 < len(fields); i++ {
		if strings.EqualFold(strings.Trim(fields[i], ":-"), "auth") && strings.ContainsAny(fields[min(i+2, len(fields)-1)]+fields[min(i+1, len(fields)-1)], "0123456789") {
			return true
		}
	}
	return false
}

// A credential is found whatever stands around it.
func TestCredentialsAreFoundAnywhere(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	letters := "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!$%&/()=?-_.:,;#+*'ßé "
	word := func() string {
		runes := []rune(letters)
		var b strings.Builder
		for n := 1 + r.IntN(24); n > 0; n-- {
			b.WriteRune(runes[r.IntN(len(runes))])
		}
		return b.String()
	}
	marks := []string{" ", "\"", "'", "<", ">", "(", ")", "[", "]", "{", "}", ":", ",", ";", "\n", "\r\n", `\n`, `\r\n`, `\u000a`, "#012", "#015#012", "=", ": ", ">> ", "."}
	for range 50_000 {
		user, password := word(), word()
		authz := ""
		if r.IntN(3) == 0 {
			authz = word()
		}
		secret := base64.StdEncoding.EncodeToString([]byte(authz + "\x00" + user + "\x00" + password))
		before, after := marks[r.IntN(len(marks))], marks[r.IntN(len(marks)-2)]
		if after == "=" {
			after = " "
		}
		line := foreign(r) + before + secret + after + foreign(r)
		if clean, _ := Clean(line, Anyone); strings.Contains(clean, secret) && !isHex(secret) { // of a name and a password of a few letters
			t.Fatalf("%q (%q %q %q)\n%q", secret, authz, user, password, clean)
		}
	}
}

// Looking costs no memory where there is nothing to find.
func TestLookingAllocatesNothing(t *testing.T) {
	lines := corpus(t, "postfix-main.rfc3164.log")[:200]
	var room [8]event.Span
	var x Exchange
	for _, of := range []Of{Anyone, Server, Talk} {
		least := math.Inf(1)
		for range 30 { // under the race detector a sync.Pool forgets at random what was put back
			least = min(least, testing.AllocsPerRun(1, func() {
				for _, l := range lines {
					Find(l, of, room[:0])
					x.Line(l, room[:0])
				}
			}))
		}
		if least != 0 {
			t.Errorf("%v allocations", least)
		}
	}
}

// FuzzClean: the spans are in order and within the text, what is cleaned needs no cleaning again, and every byte that is not hidden stays.
func FuzzClean(f *testing.F) {
	for _, part := range hostile {
		f.Add(part+part, uint8(0))
	}
	f.Add("AUTH LOGIN\n334 VXNlcm5hbWU6\ndXNlcg==\n", uint8(1))
	f.Add(`{"a":"AUTH PLAIN AGEAYg\u003d\u003d\n"}`, uint8(2))
	f.Fuzz(func(t *testing.T, s string, of uint8) {
		kind := Of(of % 3)
		spans := Find(s, kind, nil)
		at, kept := 0, ""
		for _, span := range spans {
			if span.From < at || at > 0 && span.From == at || span.To <= span.From || span.To > len(s) {
				t.Fatalf("%q: %v", s, spans)
			}
			kept += s[at:span.From]
			at = span.To
		}
		kept += s[at:]
		clean, found := Clean(s, kind)
		if found != (len(spans) > 0) || !found && clean != s {
			t.Fatalf("%q: %q", s, clean)
		}
		if !strings.Contains(s, event.Mark) && strings.ReplaceAll(clean, event.Mark, "") != kept {
			t.Fatalf("%q became %q", s, clean)
		}
		var x Exchange
		for _, line := range strings.Split(s, "\n") {
			for _, span := range x.Line(line, nil) {
				if span.From < 0 || span.To > len(line) || span.From >= span.To {
					t.Fatalf("%q: %v", line, span)
				}
			}
		}
	})
}
