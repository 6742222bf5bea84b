package mimedefang_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/mimedefang"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialecttest"
)

func TestGolden(t *testing.T) { dialecttest.Run(t, mimedefang.Parser{}) }

func FuzzParse(f *testing.F) { dialecttest.Fuzz(f, mimedefang.Parser{}) }
