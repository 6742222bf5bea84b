package transcript_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/transcript"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialecttest"
)

func TestGolden(t *testing.T) { dialecttest.Run(t, transcript.Parser{}) }
func FuzzParse(f *testing.F)  { dialecttest.Fuzz(f, transcript.Parser{}) }
