package sendmail_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/sendmail"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialecttest"
)

func TestGolden(t *testing.T) { dialecttest.Run(t, sendmail.Parser{}) }
func FuzzParse(f *testing.F)  { dialecttest.Fuzz(f, sendmail.Parser{}) }
