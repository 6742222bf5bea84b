package backends

import (
	"os"
	"path/filepath"
	"strings"
)

const (
	root  = "../.."
	pages = root + "/docs/backends/"
)

// Questions are those of a mail admin; each page has a section of that name for each.
var Questions = []string{
	"What happened to this recipient's mail?",
	"Who throttles us, since when and why?",
	"Rejects by reason",
	"Delivery, bounce and deferral rate",
	"Delivery time by provider",
	"Top senders",
	"Attacked accounts",
	"TLS posture",
	"What changed since yesterday",
	"What waits now",
}

// Query is one that a page holds in a fenced block.
type Query struct {
	Page, Section string
	Language      string // the fence's word
	Text          string
}

// notQueries are the fences that hold something else.
var notQueries = map[string]bool{"": true, "sh": true, "console": true, "yaml": true, "json": true}

// Queries are all of a page, in order.
func Queries(page string) (list []Query, err error) {
	text, err := os.ReadFile(pages + page)
	if err != nil {
		return nil, err
	}
	section, open := "", false
	var block Query
	for line := range strings.Lines(string(text)) {
		fence, isFence := strings.CutPrefix(strings.TrimSpace(line), "```")
		heading, isHeading := strings.CutPrefix(line, "#")
		switch {
		case isFence && open:
			if open = false; !notQueries[block.Language] {
				list = append(list, block)
			}
		case isFence:
			open, block = true, Query{Page: page, Section: section, Language: fence}
		case open:
			block.Text += line
		case isHeading:
			section = strings.TrimSpace(strings.TrimLeft(heading, "#"))
		}
	}
	return list, nil
}

// Pages are the names of the pages, without the table of them.
func Pages() (names []string) {
	files, _ := filepath.Glob(pages + "*.md")
	for _, file := range files {
		if name := filepath.Base(file); name != "README.md" {
			names = append(names, name)
		}
	}
	return names
}
