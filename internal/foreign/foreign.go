// Package foreign makes lines of programs that have nothing to do with mail, as they stand beside a mail server's in a journal, a
// container's output or a file that many write to. It is for tests: none of these lines may be changed by anything that reads mail logs.
package foreign

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Source makes lines, always the same for the same seed.
type Source struct {
	r    *rand.Rand
	left []string // of the block that is being told
	now  int      // seconds of its clock
}

// New makes a source of lines.
func New(seed uint64) *Source { return &Source{r: rand.New(rand.NewPCG(seed, 0x666f726569676e))} }

// Line gives the next line. Lines come in blocks, as a program writes them: a stack trace, a file of YAML, a request.
func (s *Source) Line() string {
	for len(s.left) == 0 {
		writer := writers[s.r.IntN(len(writers))]
		s.left = strings.Split(s.fill(writer[s.r.IntN(len(writer))]), "\n")
		if s.r.IntN(3) == 0 { // another program breaks in
			s.left = s.left[:1+s.r.IntN(len(s.left))]
		}
	}
	line := s.left[0]
	s.left = s.left[1:]
	return line
}

// fill puts words, numbers and stamps in the place of what stands in braces.
func (s *Source) fill(shape string) string {
	var b strings.Builder
	for {
		head, rest, ok := strings.Cut(shape, "{{")
		b.WriteString(head)
		if !ok {
			return b.String()
		}
		name, rest, _ := strings.Cut(rest, "}}")
		b.WriteString(s.value(name))
		shape = rest
	}
}

func (s *Source) value(name string) string {
	s.now += s.r.IntN(3)
	h, m, sec := 8+s.now/3600%12, s.now/60%60, s.now%60
	switch name {
	case "n":
		return fmt.Sprint(s.r.IntN(1000))
	case "big":
		return fmt.Sprint(s.r.IntN(1 << 30))
	case "hex":
		return fmt.Sprintf("%08x", s.r.Uint32())
	case "word":
		return words[s.r.IntN(len(words))]
	case "ip":
		return fmt.Sprintf("192.0.2.%d", 1+s.r.IntN(250))
	case "clock":
		return fmt.Sprintf("%02d:%02d:%02d", h, m, sec)
	case "iso":
		return fmt.Sprintf("2026-11-23T%02d:%02d:%02d.%03dZ", h, m, sec, s.r.IntN(1000))
	case "date":
		return fmt.Sprintf("2026-11-23 %02d:%02d:%02d", h, m, sec)
	case "bsd":
		return fmt.Sprintf("Nov 23 %02d:%02d:%02d", h, m, sec)
	}
	panic("no value is called " + name)
}

var words = strings.Fields("alpha bravo config worker cache index session user order invoice backup report queue image volume " +
	"metric handler render parse connect timeout retry token secret stream table column vector kernel driver memory payload router " +
	"gateway replica shard leader follower")
