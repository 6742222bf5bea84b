package powermta_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/powermta"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialecttest"
)

func TestGolden(t *testing.T) { dialecttest.Run(t, powermta.Parser{}) }
func FuzzParse(f *testing.F)  { dialecttest.Fuzz(f, powermta.Parser{}) }
