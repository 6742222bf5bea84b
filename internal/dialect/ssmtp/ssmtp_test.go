package ssmtp_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/ssmtp"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialecttest"
)

func TestGolden(t *testing.T) { dialecttest.Run(t, ssmtp.Parser{}) }
func FuzzParse(f *testing.F)  { dialecttest.Fuzz(f, ssmtp.Parser{}) }
