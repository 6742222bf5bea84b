package greylistd_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/greylistd"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialecttest"
)

func TestGolden(t *testing.T) { dialecttest.Run(t, greylistd.Parser{}) }

func FuzzParse(f *testing.F) { dialecttest.Fuzz(f, greylistd.Parser{}) }
