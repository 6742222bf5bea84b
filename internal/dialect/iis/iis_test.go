package iis_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/iis"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialecttest"
)

func TestGolden(t *testing.T) { dialecttest.Run(t, iis.Parser{}) }

func FuzzParse(f *testing.F) { dialecttest.Fuzz(f, iis.Parser{}) }
