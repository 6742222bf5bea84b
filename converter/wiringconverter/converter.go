// Package wiringconverter looks at how the parts of a configuration are put together. A component sees only its own section: that the storage which it
// names does not exist it learns when everything starts, and that nothing enriches what it is to count it never learns. A converter sees all of it, at
// `validate`, too. It changes nothing.
package wiringconverter // import "github.com/otelcol-smtp/otelcol-smtp/converter/wiringconverter"

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"go.opentelemetry.io/collector/confmap"
	"go.uber.org/zap"
)

// NewFactory returns the factory of the converter.
func NewFactory() confmap.ConverterFactory {
	return confmap.NewConverterFactory(func(set confmap.ConverterSettings) confmap.Converter {
		return &converter{logger: set.Logger, validating: len(os.Args) > 1 && os.Args[1] == "validate", stderr: os.Stderr}
	})
}

type converter struct {
	logger     *zap.Logger
	validating bool // nobody reads the logger then
	stderr     io.Writer
}

// Convert returns a mistake that keeps the collector from running, one sentence each, and warns of others.
func (c *converter) Convert(_ context.Context, conf *confmap.Conf) error {
	w := read(conf.ToStringMap())
	for _, warning := range w.unenriched() {
		c.logger.Warn(warning)
		if c.validating {
			_, _ = fmt.Fprintln(c.stderr, "Warning: "+warning)
		}
	}
	return errors.Join(w.storages()...)
}

// wiring is a configuration's pipelines, and the sections that they name.
type wiring struct {
	sections   map[string]map[string]any // by kind: receivers, processors, exporters, connectors, extensions
	extensions []string                  // that are started
	pipelines  map[string]pipeline
}

type pipeline struct{ receivers, processors, exporters []string }

var kinds = []string{"receivers", "processors", "exporters", "connectors", "extensions"}

// read takes out of a configuration what is of the shape that the Collector expects; the rest it answers itself.
func read(conf map[string]any) *wiring {
	w := &wiring{sections: map[string]map[string]any{}, pipelines: map[string]pipeline{}}
	for _, kind := range kinds {
		w.sections[kind] = section(conf[kind])
	}
	service := section(conf["service"])
	w.extensions = names(service["extensions"])
	for name, p := range section(service["pipelines"]) {
		of := section(p)
		w.pipelines[name] = pipeline{names(of["receivers"]), names(of["processors"]), names(of["exporters"])}
	}
	return w
}

func section(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

func names(v any) (list []string) {
	items, _ := v.([]any)
	for _, item := range items {
		if s, ok := item.(string); ok {
			list = append(list, s)
		}
	}
	return list
}

// used gives the components of a kind that stand in a pipeline, in order: the others are not started.
func (w *wiring) used(kind string) []string {
	var list []string
	for id := range w.sections[kind] {
		for _, p := range w.pipelines {
			if slices.Contains(p.receivers, id) || slices.Contains(p.processors, id) || slices.Contains(p.exporters, id) {
				list = append(list, id)
				break
			}
		}
	}
	slices.Sort(list)
	return list
}
