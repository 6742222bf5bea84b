package opensmtpd_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/opensmtpd"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialecttest"
)

func TestGolden(t *testing.T) { dialecttest.Run(t, opensmtpd.Parser{}) }
func FuzzParse(f *testing.F)  { dialecttest.Fuzz(f, opensmtpd.Parser{}) }
