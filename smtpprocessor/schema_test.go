package smtpprocessor

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/settings/schema"
)

func TestSchemaOfTheConfiguration(t *testing.T) {
	schema.Golden(t, createDefaultConfig(), "../internal/site")
}
