package postfix_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/postfix"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialecttest"
)

func TestGolden(t *testing.T) { dialecttest.Run(t, postfix.Parser{}) }
func FuzzParse(f *testing.F)  { dialecttest.Fuzz(f, postfix.Parser{}) }
