package kumomta_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/kumomta"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialecttest"
)

func TestGolden(t *testing.T) { dialecttest.Run(t, kumomta.Parser{}) }
func FuzzParse(f *testing.F)  { dialecttest.Fuzz(f, kumomta.Parser{}) }
