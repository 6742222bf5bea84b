package pmg_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/pmg"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialecttest"
)

func TestGolden(t *testing.T) { dialecttest.Run(t, pmg.Parser{}) }

func FuzzParse(f *testing.F) { dialecttest.Fuzz(f, pmg.Parser{}) }
