// Package settings reads a component's section of the configuration, so that a mistake is answered with what there is to choose: an unknown key with the keys
// there are, a duration without a unit with one that has it, a text where a number is wanted with what is. The Collector alone takes `10` for ten nanoseconds.
package settings

import (
	"maps"
	"reflect"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"

	"github.com/otelcol-smtp/otelcol-smtp/internal/settings/check"
)

// Takes says of types that are read from texts what they take.
type Takes map[reflect.Type]string

// Unmarshal decodes a section into a component's configuration, a pointer to a struct. Each mistake is one sentence that names its key. Takes is for
// types that read themselves, beside the name of a component.
func Unmarshal(conf *confmap.Conf, cfg any, takes ...Takes) error {
	words := Takes{reflect.TypeFor[component.ID](): "the name of an extension such as file_storage"}
	for _, t := range takes {
		maps.Copy(words, t)
	}
	own := reflect.TypeFor[confmap.Unmarshaler]()
	if err := check.Section(conf.ToStringMap(), cfg, own); err != nil {
		return err
	}
	err := conf.Unmarshal(cfg)
	if err == nil {
		return nil
	}
	if told := check.Types(conf.ToStringMap(), cfg, words, own); told != nil {
		return told
	}
	return err
}
