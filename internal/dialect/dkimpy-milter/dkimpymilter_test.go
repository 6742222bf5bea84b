package dkimpymilter_test

import (
	"testing"

	dkimpymilter "github.com/otelcol-smtp/otelcol-smtp/internal/dialect/dkimpy-milter"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialecttest"
)

func TestGolden(t *testing.T) { dialecttest.Run(t, dkimpymilter.Parser{}) }

func FuzzParse(f *testing.F) { dialecttest.Fuzz(f, dkimpymilter.Parser{}) }
