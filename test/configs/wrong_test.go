package configs

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"

	"github.com/otelcol-smtp/otelcol-smtp/extension/filestorageextension"
	"github.com/otelcol-smtp/otelcol-smtp/receiver/maillogreceiver"
	"github.com/otelcol-smtp/otelcol-smtp/smtpconnector"
	"github.com/otelcol-smtp/otelcol-smtp/smtpprocessor"
)

// leaves gives the keys of a configuration by their paths, "::" between their parts, and what they are of.
func leaves(prefix string, t reflect.Type, add func(path string, of reflect.Type)) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return
	}
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("mapstructure"), ",")
		if strings.Contains(options, "squash") {
			leaves(prefix, f.Type, add)
			continue
		}
		if !f.IsExported() || name == "" || name == "-" {
			continue
		}
		path := prefix + name
		add(path, f.Type)
		switch of := f.Type; of.Kind() {
		case reflect.Struct, reflect.Pointer:
			leaves(path+"::", of, add)
		case reflect.Map:
			leaves(path+"::smtp.delivery.attempts::", of.Elem(), add)
		}
	}
}

var wrongs = []struct {
	name  string
	value any
}{
	{"text", "big"},
	{"negative", -5},
	{"empty", ""},
	{"duplicate", []any{"a", "a"}},
	{"section", map[string]any{"a": "b"}},
	{"bool", true},
	{"unit", "5parsecs"},
	{"fraction", 1.5},
	{"huge", 1e20},
	{"negative duration", "-5s"},
	{"nested list", []any{[]any{"a"}}},
	{"list of an empty text", []any{""}},
}

// unclear are words of decoders, which say nothing to whoever wrote a configuration.
var unclear = []string{"unconvertible", "source data", "expected a map", "expected type", "invalid", "strconv", "id must not be"}

// Each key with each wrong value is answered with one sentence that names the key, or is taken where it is none that is wrong.
func TestWrongValuesAreAnsweredByTheirKeys(t *testing.T) {
	asked := 0
	for _, c := range []struct {
		id   string
		cfg  func() component.Config
		base map[string]any
	}{
		{"maillog", maillogreceiver.NewFactory().CreateDefaultConfig, map[string]any{"include": []any{"/var/log/mail.log"}}},
		{"processor", smtpprocessor.NewFactory().CreateDefaultConfig, nil},
		{"connector", smtpconnector.NewFactory().CreateDefaultConfig, nil},
		{"file_storage", filestorageextension.NewFactory().CreateDefaultConfig, map[string]any{
			"directory": os.TempDir(), "compaction": map[string]any{"directory": os.TempDir()},
		}},
	} {
		leaves("", reflect.TypeOf(c.cfg()), func(path string, of reflect.Type) {
			for _, w := range wrongs {
				asked++
				err := decode(c.cfg(), c.base, path, w.value)
				name := fmt.Sprintf("%s %s: %s", c.id, path, w.name)
				if err == nil {
					assert.True(t, mayBe(of, w.value), "%s is taken", name)
					continue
				}
				for _, word := range unclear {
					assert.NotContains(t, err.Error(), word, name)
				}
				key := path[strings.LastIndex(path, ":")+1:]
				words := strings.ReplaceAll(strings.TrimSuffix(key, "_mib"), "_", " ") // contrib's file_storage
				assert.True(t, strings.Contains(err.Error(), key) || strings.Contains(err.Error(), words), "%s: %v", name, err)
			}
		})
	}
	assert.Greater(t, asked, 900)
}

// decode reads a section in which a key has a value, as the Collector does, and validates it.
func decode(cfg component.Config, base map[string]any, path string, value any) error {
	parts := strings.Split(path, "::")
	for _, part := range slices.Backward(parts) {
		value = map[string]any{part: value}
	}
	section := confmap.NewFromStringMap(maps.Clone(base))
	if err := section.Merge(confmap.NewFromStringMap(value.(map[string]any))); err != nil {
		return err
	}
	if err := section.Unmarshal(cfg); err != nil {
		return err
	}
	err := cfg.(interface{ Validate() error }).Validate()
	if own, ok := cfg.(*filestorageextension.Config); ok {
		err = errors.Join(err, own.Config.Validate())
	}
	return err
}

// mayBe says whether a key of this type may take the value: texts and lists may hold any text.
func mayBe(of reflect.Type, value any) bool {
	for of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	switch of.Kind() {
	case reflect.Bool:
		return value == true
	case reflect.String, reflect.Slice:
		return true
	}
	return of == reflect.TypeFor[component.ID]() && value == "big"
}
