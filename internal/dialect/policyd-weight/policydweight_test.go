package policydweight_test

import (
	"testing"

	policydweight "github.com/otelcol-smtp/otelcol-smtp/internal/dialect/policyd-weight"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialecttest"
)

func TestGolden(t *testing.T) { dialecttest.Run(t, policydweight.Parser{}) }

func FuzzParse(f *testing.F) { dialecttest.Fuzz(f, policydweight.Parser{}) }
