package chasquid_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/chasquid"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialecttest"
)

func TestGolden(t *testing.T) { dialecttest.Run(t, chasquid.Parser{}) }
func FuzzParse(f *testing.F)  { dialecttest.Fuzz(f, chasquid.Parser{}) }
