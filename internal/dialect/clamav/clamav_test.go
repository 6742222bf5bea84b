package clamav_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/clamav"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialecttest"
)

func TestGolden(t *testing.T) { dialecttest.Run(t, clamav.Parser{}) }

func FuzzParse(f *testing.F) { dialecttest.Fuzz(f, clamav.Parser{}) }
