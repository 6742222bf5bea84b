package diagnose

import (
	_ "embed" // the tables
	"errors"
	"fmt"
	"slices"
	"strings"
)

//go:embed data/reasons.tsv
var reasonsData string

//go:embed data/rules.tsv
var rulesData string

//go:embed data/providers.tsv
var providersData string

// Reason is why something failed, with its category.
type Reason struct{ Name, Category string }

// Explanation is what docs/reasons.md says about a reason.
type Explanation struct {
	Reason
	Meaning, Remedy, Example string
}

var (
	// Explanations are the closed list of reasons with their meanings, in the order of the data.
	Explanations = loadReasons(reasonsData)
	// Reasons are the list alone.
	Reasons = reasonsOf(Explanations)
	// Categories are the groups of reasons.
	Categories = categoriesOf(Reasons)

	hosts, places = mustProviders(providersData)
)

// place says where in a table an error is.
func place(name string, line int, err error) error {
	return fmt.Errorf("%s, line %d: %w", name, line, err)
}

// lines calls fn for each line of a table that is neither empty nor a comment, from 1.
func lines(data string, fn func(number int, line string)) {
	for i, line := range strings.Split(data, "\n") {
		if line = strings.TrimSuffix(line, "\r"); line != "" && line[0] != '#' {
			fn(i+1, line)
		}
	}
}

func loadReasons(data string) []Explanation {
	var all []Explanation
	lines(data, func(_ int, line string) {
		f := strings.Split(line, "\t")
		all = append(all, Explanation{Reason{f[0], f[1]}, f[2], f[3], f[4]})
	})
	return all
}

func reasonsOf(all []Explanation) []Reason {
	names := make([]Reason, len(all))
	for i := range all {
		names[i] = all[i].Reason
	}
	return names
}

func categoriesOf(reasons []Reason) []string {
	var names []string
	for _, r := range reasons {
		if len(names) == 0 || names[len(names)-1] != r.Category {
			names = append(names, r.Category)
		}
	}
	return names
}

// listed gives the reason of that name, if the closed list has it.
func listed(name string) (Reason, bool) {
	for _, r := range Reasons {
		if r.Name == name {
			return r, true
		}
	}
	return Reason{}, false
}

// known is a reason of the closed list.
func known(name string) Reason {
	r, ok := listed(name)
	if !ok {
		panic(fmt.Sprintf("%q is not in the list of reasons", name))
	}
	return r
}

// readRules compiles a table, whose rules may ask for these providers; nil: for any. A line in brackets begins a group, in which the longer text stands first; elsewhere the order is that of the lines.
func readRules(name, data, basis string, providers map[string]bool) ([]rule, error) {
	var (
		all     []rule
		group   = -1
		wrong   []error
		classes = map[string][]string{}
		endOf   = func() {
			if group >= 0 {
				longestFirst(all[group:])
			}
		}
	)
	lines(data, func(number int, line string) {
		if line[0] == '[' {
			endOf()
			group = len(all)
			return
		}
		if err := readLine(line, &all, classes, basis, providers); err != nil {
			wrong = append(wrong, place(name, number, err))
		}
	})
	endOf()
	return all, errors.Join(wrong...)
}

// readLine reads a rule, or the words of a class.
func readLine(line string, all *[]rule, classes map[string][]string, basis string, providers map[string]bool) error {
	if line[0] == '{' {
		return parseClass(line, classes)
	}
	r, err := parseRule(line)
	if err != nil {
		return err
	}
	c, err := r.compile(basis, classes)
	*all = append(*all, c)
	if err != nil {
		return err
	}
	return c.asksFor(providers)
}

// longestFirst sorts rules of one group: the longer text asks for more; of two alike the one that asks for something else, too.
func longestFirst(group []rule) {
	slices.SortStableFunc(group, func(a, b rule) int {
		if d := b.length() - a.length(); d != 0 {
			return d
		}
		return b.keys() - a.keys()
	})
}

// mustRules is for the table of the binary: a broken one is a broken build.
func mustRules(data string) []rule {
	all, err := readRules("data/rules.tsv", data, "", nil)
	if err != nil {
		panic(err)
	}
	for _, n := range doubted(likenessData) {
		all[n-1].doubted = true
	}
	for i := range all {
		r := &all[i]
		r.late = r.commands == nil && r.errors == nil && (r.why.Category == "recipient" || r.why.Name == "invalid_domain")
		r.of = r.speaksOf()
	}
	return all
}
