package postfwd_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/postfwd"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialecttest"
)

func TestGolden(t *testing.T) { dialecttest.Run(t, postfwd.Parser{}) }

func FuzzParse(f *testing.F) { dialecttest.Fuzz(f, postfwd.Parser{}) }
