package haraka_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/haraka"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialecttest"
)

func TestGolden(t *testing.T) { dialecttest.Run(t, haraka.Parser{}) }
func FuzzParse(f *testing.F)  { dialecttest.Fuzz(f, haraka.Parser{}) }
