package mdaemon_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/mdaemon"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialecttest"
)

func TestGolden(t *testing.T) { dialecttest.Run(t, mdaemon.Parser{}) }

func FuzzParse(f *testing.F) { dialecttest.Fuzz(f, mdaemon.Parser{}) }
