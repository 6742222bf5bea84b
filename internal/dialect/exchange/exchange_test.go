package exchange_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/exchange"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialecttest"
)

func TestGolden(t *testing.T) { dialecttest.Run(t, exchange.Parser{}) }

func FuzzParse(f *testing.F) { dialecttest.Fuzz(f, exchange.Parser{}) }
