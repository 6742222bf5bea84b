package qmail_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/qmail"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialecttest"
)

func TestGolden(t *testing.T) { dialecttest.Run(t, qmail.Parser{}) }
func FuzzParse(f *testing.F)  { dialecttest.Fuzz(f, qmail.Parser{}) }
