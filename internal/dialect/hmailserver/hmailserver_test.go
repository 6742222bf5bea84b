package hmailserver_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/hmailserver"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialecttest"
)

func TestGolden(t *testing.T) { dialecttest.Run(t, hmailserver.Parser{}) }

func FuzzParse(f *testing.F) { dialecttest.Fuzz(f, hmailserver.Parser{}) }
