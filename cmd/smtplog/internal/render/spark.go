package render

import "strings"

// The bars of a line of text, from nothing to most.
var bars = []rune(" ▁▂▃▄▅▆▇█")

// Spark draws values as bars of one line, at most wide of them: values side by side are added up.
func Spark(values []int64, wide int) string {
	if len(values) == 0 {
		return ""
	}
	sums := make([]int64, min(wide, len(values)))
	most := int64(0)
	for i, v := range values {
		at := i * len(sums) / len(values)
		sums[at] += v
		most = max(most, sums[at])
	}
	var b strings.Builder
	for _, v := range sums {
		step := 0
		if v > 0 {
			step = 1 + int(v*int64(len(bars)-2)/most)
		}
		b.WriteRune(bars[step])
	}
	return b.String()
}
