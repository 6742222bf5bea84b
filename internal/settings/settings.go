// Package settings reads a component's section of the configuration, so that a mistake is answered with what there is to choose: an unknown key with the keys
// there are, a duration without a unit with one that has it, a text where a number is wanted with what is. The Collector alone takes `10` for ten nanoseconds.
package settings

import (
	"reflect"

	"go.opentelemetry.io/collector/confmap"

	"github.com/otelcol-smtp/otelcol-smtp/internal/settings/check"
)

// Unmarshal decodes a section into a component's configuration, a pointer to a struct. Each mistake is one sentence that names its key.
func Unmarshal(conf *confmap.Conf, cfg any) error {
	own := reflect.TypeFor[confmap.Unmarshaler]()
	if err := check.Section(conf.ToStringMap(), cfg, own); err != nil {
		return err
	}
	err := conf.Unmarshal(cfg)
	if err == nil {
		return nil
	}
	if told := check.Types(conf.ToStringMap(), cfg, own); told != nil {
		return told
	}
	return err
}
