package amavis_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/amavis"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialecttest"
)

func TestGolden(t *testing.T) { dialecttest.Run(t, amavis.Parser{}) }

func FuzzParse(f *testing.F) { dialecttest.Fuzz(f, amavis.Parser{}) }
