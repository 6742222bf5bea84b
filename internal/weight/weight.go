// Package weight weighs what is kept of mail: the memory of strings and lists, as the limits count it.
package weight

// Rounding is what the allocator adds to a string.
const Rounding = 16

// Of is what strings take in memory, in bytes.
func Of(strings ...string) (bytes int) {
	for _, s := range strings {
		if s != "" {
			bytes += len(s) + Rounding
		}
	}
	return bytes
}

// List is the weight of a list when it was that long. Long lists are weighed anew only when they have grown by a quarter.
type List struct{ n, bytes int32 }

// Of gives the weight of a list of n items, each weighed by one.
func (w *List) Of(n int, one func(int) int) int {
	const few = 32
	if known := int(w.n); n <= few || n > known+known/4 || n < known/2 {
		bytes := 0
		for i := range n {
			bytes += one(i)
		}
		*w = List{int32(n), int32(bytes)}
		return bytes
	}
	return int(w.bytes/w.n) * n
}
