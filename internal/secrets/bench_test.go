package secrets

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

func corpus(t testing.TB, name string) []string {
	t.Helper()
	file, err := os.Open("../../testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var lines []string
	for s := bufio.NewScanner(file); s.Scan(); {
		lines = append(lines, s.Text())
	}
	return lines
}

// BenchmarkFind is what the net costs a line of a real log; its share of the whole is in smtpprocessor's BenchmarkNet.
//
//	go test -run - -bench Find ./internal/secrets
func BenchmarkFind(b *testing.B) {
	lines := corpus(b, "postfix-main.rfc3164.log")
	bytes := 0
	for _, l := range lines {
		bytes += len(l)
	}
	var room [8]event.Span
	b.SetBytes(int64(bytes / len(lines)))
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		Find(lines[i], Server, room[:0])
		if i++; i == len(lines) {
			i = 0
		}
	}
}

// BenchmarkLinear doubles texts that are made to be dear: ns/byte stays what it is.
func BenchmarkLinear(b *testing.B) {
	for name, part := range hostile {
		for size := 64 << 10; size <= 1<<20; size *= 4 {
			text := strings.Repeat(part, size/len(part))
			b.Run(fmt.Sprintf("%s/%dKiB", name, size>>10), func(b *testing.B) {
				spans := make([]event.Span, 0, size)
				for b.Loop() {
					Find(text, Talk, spans[:0])
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(text)), "ns/byte")
			})
		}
	}
}

// hostile are pieces of texts that look like much.
var hostile = map[string]string{
	"AUTH": "AUTH ", "AUTH PLAIN": "AUTH PLAIN ", "auth": "authauth", "credentials": "AGEAYg== ", "one run": "QUFB", "pluses": "AG+/AG+/", "334": "AUTH LOGIN\n334 ", "commands": "5 command ",
	"mechanisms": "500 mechanism c", "escapes": `\n\r\n`, "braces": "AUTH{{{{{{{{", "numbers": "500 5005", "logins": "AUTH failure (, user=", "answers": "AUTH LOGIN\n334 a\ndXNlcg==\n", "echoes": "500 unknown command dXNlcg== ",
	"set_id": "authenticator failed for (set_id=", "PASS": "PASS=", "padding": "AAAAAA=", "words": "dXNlcm5h ", "userinfo": "x://a:b@", "colons": "://:", "fillers": "AUTH arg arg arg arg ",
}
