package diagnose

import (
	"fmt"
	"strings"
)

// element is a part of a text: any of its words, folded, with the blanks that bound them, at most gap bytes behind the part in front of it.
type element struct {
	words []string
	gap   int
}

// setText reads a text: words, {names} of classes of words, and gaps.
func (c *rule) setText(text string, classes map[string][]string) error {
	gap := 0
	for rest := text; rest != ""; {
		var piece string
		if i := strings.IndexByte(rest, '{'); i > 0 {
			piece, rest = rest[:i], rest[i:]
		} else if i == 0 {
			name, behind, ok := strings.Cut(rest[1:], "}")
			words, known := classes[name]
			if !ok || !known {
				return fmt.Errorf("text: {%s} is no class of words", name)
			}
			c.parts = append(c.parts, element{words, gap})
			gap, rest = 0, behind
			continue
		} else {
			piece, rest = rest, ""
		}
		parts := strings.Split(piece, "...")
		for i, part := range parts {
			if i > 0 {
				gap = gapMax
			}
			if part = strings.TrimSpace(part); part == "" {
				continue
			}
			words, err := bounded(part)
			if err != nil {
				return err
			}
			c.parts = append(c.parts, element{[]string{words}, gap})
			gap = 0
		}
	}
	if text != "" && len(c.parts) == 0 || len(c.parts) > partsMax {
		return fmt.Errorf("text: %q has %d parts, takes 1 to %d", text, len(c.parts), partsMax)
	}
	return nil
}

// bounded folds words and sets the blanks that bound them, but where a star leaves them open.
func bounded(part string) (string, error) {
	words := fold(strings.Trim(part, "*"))
	if words == "" {
		return "", fmt.Errorf("text: %q has neither letter nor digit", part)
	}
	if !strings.HasPrefix(part, "*") {
		words = " " + words
	}
	if !strings.HasSuffix(part, "*") {
		words += " "
	}
	if len(words) > maxPart {
		return "", fmt.Errorf("text: %q is longer than %d bytes", part, maxPart)
	}
	return words, nil
}

// parseClass reads a line that names a class of words: {name}, a tab, the words separated by commas.
func parseClass(line string, classes map[string][]string) error {
	name, words, ok := strings.Cut(line, "\t")
	name, named := strings.CutSuffix(strings.TrimPrefix(name, "{"), "}")
	if !ok || !named || !isName(name) {
		return fmt.Errorf("%q is no class of words, takes {name}, a tab, words separated by commas", line)
	}
	for _, w := range list(words) {
		part, err := bounded(w)
		if err != nil {
			return err
		}
		classes[name] = append(classes[name], bothWays(part)...)
	}
	return nil
}
