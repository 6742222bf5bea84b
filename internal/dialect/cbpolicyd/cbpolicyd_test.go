package cbpolicyd_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/cbpolicyd"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialecttest"
)

func TestGolden(t *testing.T) { dialecttest.Run(t, cbpolicyd.Parser{}) }

func FuzzParse(f *testing.F) { dialecttest.Fuzz(f, cbpolicyd.Parser{}) }
