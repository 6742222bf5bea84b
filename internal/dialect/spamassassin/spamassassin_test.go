package spamassassin_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/spamassassin"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialecttest"
)

func TestGolden(t *testing.T) { dialecttest.Run(t, spamassassin.Parser{}) }

func FuzzParse(f *testing.F) { dialecttest.Fuzz(f, spamassassin.Parser{}) }
