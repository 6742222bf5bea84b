// Package check compares a section of a configuration with the struct that it is for, before any decoder does: an unknown key is answered with the keys there are, a
// duration without a unit with one that has it. It knows no format and nothing of the Collector.
package check

import (
	"encoding"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Section compares a section with what cfg, a pointer to a struct, is decoded from. Each mistake is one sentence that names its key. What is of a type that implements
// one of own, interfaces, reads itself.
func Section(section map[string]any, cfg any, own ...reflect.Type) error {
	c := newChecker(own)
	c.check("", section, reflect.TypeOf(cfg))
	return c.err()
}

type checker struct {
	own   []reflect.Type
	kind  func(path string, value any, t reflect.Type) // what is asked of every value besides
	reads func(path string, value any, t reflect.Type) // and of one whose type reads itself
	takes map[reflect.Type]string                      // what such types take
	errs  []error
}

func newChecker(own []reflect.Type) *checker {
	nothing := func(string, any, reflect.Type) {}
	return &checker{own: append(own, text), kind: nothing, reads: nothing}
}

func (c *checker) err() error { return errors.Join(c.errs...) }

func (c *checker) wrong(format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf(format, args...))
}

// readsItself says whether values of a type are its own decoder's to judge.
func (c *checker) readsItself(t reflect.Type) bool {
	return slices.ContainsFunc(c.own, func(own reflect.Type) bool { return reflect.PointerTo(t).Implements(own) })
}

var (
	duration = reflect.TypeFor[time.Duration]()
	text     = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// check compares a value with the type that it is for. What it does not know is the decoder's to judge.
func (c *checker) check(path string, value any, t reflect.Type) {
	if path != "" && c.readsItself(t) {
		c.reads(path, value, t)
		return
	}
	switch {
	case t.Kind() == reflect.Pointer:
		c.check(path, value, t.Elem())
		return
	case t == duration:
		c.checkDuration(path, value)
		return
	case isInteger(t.Kind()):
		if v, ok := value.(float64); ok && v != math.Trunc(v) {
			c.wrong("%s: %v is a fraction, takes a whole number", path, v)
			return
		}
	case t.Kind() == reflect.Struct:
		if section, ok := value.(map[string]any); ok {
			c.checkSection(path, section, t)
		}
	case t.Kind() == reflect.Map:
		section, _ := value.(map[string]any)
		for _, key := range sorted(section) {
			c.check(path+"::"+key, section[key], t.Elem())
		}
	case t.Kind() == reflect.Slice:
		list, _ := value.([]any)
		for i, item := range list {
			c.check(fmt.Sprintf("%s[%d]", path, i), item, t.Elem())
		}
	}
	c.kind(path, value, t)
}

func isInteger(k reflect.Kind) bool { return k >= reflect.Int && k <= reflect.Uint64 }

func (c *checker) checkDuration(path string, value any) {
	switch v := value.(type) {
	case int, int64, float64:
		if fmt.Sprint(v) != "0" {
			c.wrong("%s: %v has no unit, takes a duration such as %vs or %vm", path, v, v, v)
		}
	case string:
		if _, err := time.ParseDuration(v); err != nil {
			c.wrong("%s: %q is not a duration, takes a number with its unit such as 200ms, 10s, 5m or 24h", path, v)
		}
	case []any, map[string]any, bool:
		c.wrong("%s: is %s, takes a duration such as 200ms, 10s, 5m or 24h", path, what(v))
	}
}

func (c *checker) checkSection(path string, section map[string]any, t reflect.Type) {
	fields := keys(t)
	for _, key := range sorted(section) {
		at := key
		switch {
		case strings.Contains(path, "::"):
			at = path + "::" + key
		case path != "":
			at = path + "." + key
		}
		if field, ok := fields[key]; ok {
			c.check(at, section[key], field)
		} else {
			c.wrong("%s: there is no such key, takes any of %s", at, list(fields))
		}
	}
}

// keys gives the keys that a struct is decoded from, and what they are for.
func keys(t reflect.Type) map[string]reflect.Type {
	all := map[string]reflect.Type{}
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("mapstructure"), ",")
		switch {
		case strings.Contains(options, "squash"):
			for key, of := range keys(f.Type) {
				all[key] = of
			}
		case !f.IsExported() || name == "-":
		case name == "":
			all[f.Name] = f.Type
		default:
			all[name] = f.Type
		}
	}
	return all
}

func list[V any](m map[string]V) string { return strings.Join(sorted(m), ", ") }

func sorted[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
