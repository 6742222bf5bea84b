package exim_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/exim"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialecttest"
)

func TestGolden(t *testing.T) { dialecttest.Run(t, exim.Parser{}) }
func FuzzParse(f *testing.F)  { dialecttest.Fuzz(f, exim.Parser{}) }
