package mailenable_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/mailenable"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialecttest"
)

func TestGolden(t *testing.T) { dialecttest.Run(t, mailenable.Parser{}) }

func FuzzParse(f *testing.F) { dialecttest.Fuzz(f, mailenable.Parser{}) }
