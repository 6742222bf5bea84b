package policydspf_test

import (
	"testing"

	policydspf "github.com/otelcol-smtp/otelcol-smtp/internal/dialect/policyd-spf"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialecttest"
)

func TestGolden(t *testing.T) { dialecttest.Run(t, policydspf.Parser{}) }

func FuzzParse(f *testing.F) { dialecttest.Fuzz(f, policydspf.Parser{}) }
