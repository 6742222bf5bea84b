package rspamd_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/rspamd"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialecttest"
)

func TestGolden(t *testing.T) { dialecttest.Run(t, rspamd.Parser{}) }

func FuzzParse(f *testing.F) { dialecttest.Fuzz(f, rspamd.Parser{}) }
