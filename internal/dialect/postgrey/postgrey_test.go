package postgrey_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/postgrey"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialecttest"
)

func TestGolden(t *testing.T) { dialecttest.Run(t, postgrey.Parser{}) }

func FuzzParse(f *testing.F) { dialecttest.Fuzz(f, postgrey.Parser{}) }
