package diagnose

import (
	"os"
	"strings"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
)

// plain asks rules the plain way, one by one, and each for its words at every place of the text: what the automata do in one pass for all.
type plain struct {
	words string          // folded, a blank around them
	holds map[string]bool // the parts that were looked for
}

func newPlain(text string) *plain {
	text = text[:min(len(text), maxText)]
	var b strings.Builder
	from, to := nextAddress(text, 0)
	for i := 0; i < len(text); {
		switch {
		case i == from:
			b.WriteByte(' ')
			i = to
			from, to = nextAddress(text, to)
		case text[i] == '<' && enclosed(text[i:]) > 0:
			b.WriteByte(' ')
			i += enclosed(text[i:])
			if from < i {
				from, to = nextAddress(text, i)
			}
		default:
			b.WriteByte(text[i])
			i++
		}
	}
	words := fold(b.String())
	if words != "" {
		words = " " + words + " "
	}
	return &plain{words, map[string]bool{}}
}

func (p *plain) has(words string) bool {
	has, asked := p.holds[words]
	if !asked {
		has = strings.Contains(p.words, words)
		p.holds[words] = has
	}
	return has
}

// fits says whether the words of a rule are in the text.
func (p *plain) fits(c *rule) bool {
	if c.parts == nil {
		return true
	}
	var found [partsMax][]string
	for i := range c.parts {
		for _, w := range c.parts[i].words {
			if p.has(w) {
				found[i] = append(found[i], w)
			}
		}
		if found[i] == nil {
			return false
		}
	}
	var ends [partsMax]int // where the part was heard last
	for at := 1; at <= len(p.words); at++ {
		for i := len(c.parts) - 1; i >= 0; i-- {
			for _, w := range found[i] {
				begin := at - len(w)
				if !strings.HasSuffix(p.words[:at], w) || i > 0 && (ends[i-1] == 0 || begin < ends[i-1]-1 || begin > ends[i-1]+c.parts[i].gap) {
					continue
				}
				if i == len(c.parts)-1 {
					return true
				}
				ends[i] = at
			}
		}
	}
	return false
}

// all are the numbers of the rules that fit, in their order.
func (s *Rules) all(a *asked) []int {
	var fit, spare []int // spare are of what was not there yet
	p := newPlain(a.text)
	for i := range s.rules {
		r := &s.rules[i]
		if r.parts == nil && r.pattern == nil && r.errors == nil && r.enhanced == nil && r.verdicts == nil && r.codes == nil && r.commands == nil && r.provider == nil {
			continue
		}
		switch {
		case !r.fits(a) || !p.fits(r):
		case r.of > a.at:
			spare = append(spare, i+1)
		default:
			fit = append(fit, i+1)
		}
	}
	return append(fit, spare...)
}

// answered is the event of a reply by host to a command; "-" for what the log does not say.
func answered(t testing.TB, host, command, words string) *event.Event {
	t.Helper()
	ev := &event.Event{Kind: event.KindDelivery, Status: event.StatusBounced}
	if host != "-" {
		ev.Role, ev.ServerAddress = event.RoleClient, host
	}
	if command != "-" {
		ev.Command = command
	}
	r, ok := reply.Parse(words)
	if !ok {
		t.Fatalf("no reply: %q", words)
	}
	r.Into(ev)
	return ev
}

// sample is a reply with the reason that is wanted.
type sample struct{ host, command, words, reason string }

// samples are the rows of testdata/replies.tsv.
func samples(t testing.TB) []sample {
	t.Helper()
	data, err := os.ReadFile("testdata/replies.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var list []sample
	lines(string(data), func(number int, line string) {
		f := strings.Split(line, "\t")
		if len(f) != 4 {
			t.Fatalf("testdata/replies.tsv, line %d: want host, command, reply and reason, got %q", number, f)
		}
		list = append(list, sample{f[0], f[1], f[2], f[3]})
	})
	return list
}
