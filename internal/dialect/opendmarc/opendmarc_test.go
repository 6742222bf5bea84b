package opendmarc_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/opendmarc"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialecttest"
)

func TestGolden(t *testing.T) { dialecttest.Run(t, opendmarc.Parser{}) }

func FuzzParse(f *testing.F) { dialecttest.Fuzz(f, opendmarc.Parser{}) }
