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
type List struct{ n, bytes int }

// Of gives the weight of a list of n items, each weighed by one.
func (w *List) Of(n int, one func(int) int) int {
	const few = 32
	if n <= few || n > w.n+w.n/4 || n < w.n/2 {
		*w = List{n: n}
		for i := range n {
			w.bytes += one(i)
		}
		return w.bytes
	}
	return w.bytes / w.n * n
}
