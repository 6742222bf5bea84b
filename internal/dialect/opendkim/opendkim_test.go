package opendkim_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/opendkim"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialecttest"
)

func TestGolden(t *testing.T) { dialecttest.Run(t, opendkim.Parser{}) }

func FuzzParse(f *testing.F) { dialecttest.Fuzz(f, opendkim.Parser{}) }
