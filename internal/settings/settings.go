// Package settings reads a component's section of the configuration and answers its mistakes in words that help: an unknown key with the keys
// that there are, a duration without a unit with one that has it. The Collector alone takes `10` for ten nanoseconds.
package settings

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/confmap"
)

// Unmarshal decodes a section into a component's configuration, a pointer to a struct. Each mistake is one sentence that names its key.
func Unmarshal(conf *confmap.Conf, cfg any) error {
	var errs []error
	check("", conf.ToStringMap(), reflect.TypeOf(cfg), func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) })
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	return conf.Unmarshal(cfg)
}

var (
	duration = reflect.TypeFor[time.Duration]()
	text     = reflect.TypeFor[encoding.TextUnmarshaler]()
	own      = reflect.TypeFor[confmap.Unmarshaler]()
)

// check compares a value with the type that it is for. What it does not know is the decoder's to judge.
func check(path string, value any, t reflect.Type, wrong func(format string, args ...any)) {
	if path != "" && (reflect.PointerTo(t).Implements(text) || reflect.PointerTo(t).Implements(own)) {
		return
	}
	switch {
	case t.Kind() == reflect.Pointer:
		check(path, value, t.Elem(), wrong)
	case t == duration:
		checkDuration(path, value, wrong)
	case t.Kind() == reflect.Struct:
		if section, ok := value.(map[string]any); ok {
			checkSection(path, section, t, wrong)
		}
	case t.Kind() == reflect.Map:
		section, _ := value.(map[string]any)
		for _, key := range sorted(section) {
			check(path+"::"+key, section[key], t.Elem(), wrong)
		}
	case t.Kind() == reflect.Slice:
		list, _ := value.([]any)
		for i, item := range list {
			check(fmt.Sprintf("%s[%d]", path, i), item, t.Elem(), wrong)
		}
	}
}

func checkDuration(path string, value any, wrong func(format string, args ...any)) {
	switch v := value.(type) {
	case int, int64, float64:
		if fmt.Sprint(v) != "0" {
			wrong("%s: %v has no unit, takes a duration such as %vs or %vm", path, v, v, v)
		}
	case string:
		if _, err := time.ParseDuration(v); err != nil {
			wrong("%s: %q is not a duration, takes a number with its unit such as 200ms, 10s, 5m or 24h", path, v)
		}
	}
}

func checkSection(path string, section map[string]any, t reflect.Type, wrong func(format string, args ...any)) {
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
			check(at, section[key], field, wrong)
		} else {
			wrong("%s: there is no such key, takes any of %s", at, strings.Join(sorted(fields), ", "))
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

func sorted[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
