package courier_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/courier"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialecttest"
)

func TestGolden(t *testing.T) { dialecttest.Run(t, courier.Parser{}) }
func FuzzParse(f *testing.F)  { dialecttest.Fuzz(f, courier.Parser{}) }
