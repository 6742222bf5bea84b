package miltergreylist_test

import (
	"testing"

	miltergreylist "github.com/otelcol-smtp/otelcol-smtp/internal/dialect/milter-greylist"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialecttest"
)

func TestGolden(t *testing.T) { dialecttest.Run(t, miltergreylist.Parser{}) }

func FuzzParse(f *testing.F) { dialecttest.Fuzz(f, miltergreylist.Parser{}) }
