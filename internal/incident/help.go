package incident

import (
	_ "embed" // help.tsv
	"strings"
)

//go:embed data/help.tsv
var helpData string

// helpPages are the providers' public pages on refusals.
var helpPages = func() map[string]string {
	pages := map[string]string{}
	for line := range strings.Lines(helpData) {
		if name, page, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok && !strings.HasPrefix(line, "#") {
			pages[name] = page
		}
	}
	return pages
}()
