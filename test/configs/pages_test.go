package configs

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/metrics"
)

var (
	fenced   = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	code     = regexp.MustCompile("`[^`\n]+`")
	link     = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading  = regexp.MustCompile(`(?m)^#+ (.*)$`)
	foreign  = regexp.MustCompile(`^[a-z]+:`)
	noSlug   = regexp.MustCompile(`[^\p{L}\p{N}_\- ]`)
	target   = regexp.MustCompile(`(?m)^([a-z0-9][a-z0-9-]*):`)
	making   = regexp.MustCompile(`(?m)(?:^|&& |^` + "`" + `)make ([a-z0-9-]+)`)
	testName = regexp.MustCompile(`^(?:Test|Benchmark|Fuzz)[A-Z]\w*`)
	function = regexp.MustCompile(`(?m)^func ((?:Test|Benchmark|Fuzz)\w+)`)
	ourName  = regexp.MustCompile(`(^|[^\w./-])(smtp\.[a-z_0-9.]*[a-z0-9])([^\w*.(/-]|$)`)
	ownName  = regexp.MustCompile(`otelcol_(?:connector_smtp|processor_smtp|receiver_maillog)_[a-z_]*[a-z]`)
)

// page is one of the documents, by its path from the root.
type page struct{ name, text, prose string }

// pages are all documents. The parts of the dialects' page are read where they end up, in docs/dialects.md.
func pages(t *testing.T) (all []page) {
	each(t, func(name string) {
		if path.Ext(name) != ".md" || path.Base(name) == "about.md" {
			return
		}
		text := read(t, name)
		all = append(all, page{name, text, fenced.ReplaceAllString(text, "")})
	})
	require.Greater(t, len(all), 50)
	return all
}

// each goes through the files of the repository.
func each(t *testing.T, visit func(name string)) {
	require.NoError(t, filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			if base := d.Name(); name == root+"/build" || name == root+"/bin" || base == "node_modules" || strings.HasPrefix(base, ".") && name != root {
				return fs.SkipDir
			}
			return nil
		}
		visit(relative(name))
		return err
	}))
}

func read(t *testing.T, name string) string {
	text, err := os.ReadFile(filepath.Join(root, name))
	require.NoError(t, err)
	return string(text)
}

// TestLinks: what a page links to within the repository is there, file and heading.
func TestLinks(t *testing.T) {
	headings := make(map[string]map[string]bool)
	all := pages(t)
	for _, p := range all {
		headings[p.name] = make(map[string]bool)
		for _, m := range heading.FindAllStringSubmatch(p.prose, -1) {
			headings[p.name][slug(m[1])] = true
		}
	}
	n := 0
	for _, p := range all {
		for _, m := range link.FindAllStringSubmatch(code.ReplaceAllString(p.prose, ""), -1) {
			if foreign.MatchString(m[1]) {
				continue
			}
			n++
			file, section, _ := strings.Cut(m[1], "#")
			to := p.name
			if file != "" {
				to = path.Join(path.Dir(p.name), file)
			}
			if _, err := os.Stat(filepath.Join(root, to)); err != nil {
				t.Errorf("%s: the link to %s is dead", p.name, m[1])
			} else if known, isPage := headings[to]; section != "" && isPage && !known[section] {
				t.Errorf("%s: %s has no heading %q", p.name, to, section)
			}
		}
	}
	require.Greater(t, n, 200)
}

// slug is the anchor that GitHub makes of a heading.
func slug(heading string) string {
	s := strings.ToLower(strings.TrimSpace(strings.ReplaceAll(heading, "`", "")))
	return strings.ReplaceAll(noSlug.ReplaceAllString(s, ""), " ", "-")
}

// TestMakeTargets: what a page tells to make can be made.
func TestMakeTargets(t *testing.T) {
	known := make(map[string]bool)
	for _, m := range target.FindAllStringSubmatch(read(t, "Makefile"), -1) {
		known[m[1]] = true
	}
	n := 0
	for _, p := range pages(t) {
		for _, part := range append(fenced.FindAllString(p.text, -1), code.FindAllString(p.prose, -1)...) {
			if strings.HasPrefix(p.name, "docs/dialects") { // there fences hold the words of logs
				continue
			}
			for _, m := range making.FindAllStringSubmatch(part, -1) {
				if n++; !known[m[1]] {
					t.Errorf("%s: make %s: there is no such target", p.name, m[1])
				}
			}
		}
	}
	require.Greater(t, n, 30)
}

// TestNamesInPages: the attributes, metrics and tests that a page names are there.
func TestNamesInPages(t *testing.T) {
	known := map[string]bool{}
	for i := range attrs.Table {
		known[attrs.Table[i].Name] = true
	}
	for i := range metrics.Table {
		known[metrics.Table[i].Name] = true
		for _, name := range metrics.Table[i].Dimensions {
			known[name] = true
		}
	}
	for _, other := range []string{
		"smtp.message", "smtp.session", "smtp.delivery", "smtp.trial", "smtp.verdict", "smtp.filter", "smtp.notification", "smtp.hop", "smtp.link", // traces
		metrics.AttrOutcome, metrics.AttrWindow, "smtp.rest", // on data points alone
		"smtp.clock", "smtp.time", "smtp.yaml", "smtp.wasm", // of the filter for Fluent Bit
		"smtp.incident", // an event's name
		"smtp.x",        // a mistake that is shown
	} {
		known[other] = true
	}
	own := ""
	for _, component := range []string{"smtpconnector", "smtpprocessor", "receiver/maillogreceiver"} {
		own += read(t, component+"/documentation.md")
	}
	tests := make(map[string]bool)
	each(t, func(name string) {
		if strings.HasSuffix(name, "_test.go") {
			for _, m := range function.FindAllStringSubmatch(read(t, name), -1) {
				tests[m[1]] = true
			}
		}
	})
	n := 0
	for _, p := range pages(t) {
		if strings.HasPrefix(p.name, "docs/dialects/") || p.name == "CHANGELOG.md" { // the changelog names what was, too
			continue
		}
		for _, words := range code.FindAllString(p.prose, -1) {
			words = strings.Trim(words, "`")
			for _, m := range ourName.FindAllStringSubmatch(words, -1) {
				if n++; !known[m[2]] {
					t.Errorf("%s: %s is no attribute and no metric", p.name, m[2])
				}
			}
			if name := testName.FindString(words); name != "" && !tests[name] {
				t.Errorf("%s: there is no %s", p.name, name)
			}
		}
		for _, name := range ownName.FindAllString(p.text, -1) {
			if !strings.Contains(own, "### "+name+"\n") && !strings.Contains(own, "### "+strings.TrimSuffix(name, "_total")+"\n") {
				t.Errorf("%s: %s is no metric of the collector's own", p.name, name)
			}
		}
	}
	require.Greater(t, n, 300)
}
