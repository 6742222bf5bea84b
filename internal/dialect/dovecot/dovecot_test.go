package dovecot_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/dovecot"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialecttest"
)

func TestGolden(t *testing.T) { dialecttest.Run(t, dovecot.Parser{}) }

func FuzzParse(f *testing.F) { dialecttest.Fuzz(f, dovecot.Parser{}) }
