package msmtp_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/msmtp"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialecttest"
)

func TestGolden(t *testing.T) { dialecttest.Run(t, msmtp.Parser{}) }
func FuzzParse(f *testing.F)  { dialecttest.Fuzz(f, msmtp.Parser{}) }
