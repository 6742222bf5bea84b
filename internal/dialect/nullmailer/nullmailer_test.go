package nullmailer_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/nullmailer"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialecttest"
)

func TestGolden(t *testing.T) { dialecttest.Run(t, nullmailer.Parser{}) }
func FuzzParse(f *testing.F)  { dialecttest.Fuzz(f, nullmailer.Parser{}) }
