package dma_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/dma"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialecttest"
)

func TestGolden(t *testing.T) { dialecttest.Run(t, dma.Parser{}) }
func FuzzParse(f *testing.F)  { dialecttest.Fuzz(f, dma.Parser{}) }
