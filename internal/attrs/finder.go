package attrs

// Finder finds a name's place in a list without a map: a perfect hash over six bytes and the length of the name, as a map's hash is
// a good part of what a record costs.
type Finder struct {
	names   []string
	table   [1 << finderBits]uint8 // place + 1
	a, b, c uint32
}

const finderBits = 10

// NewFinder finds names, of five bytes at least, and at most 255. It panics where two of them are too much alike.
func NewFinder(names []string) *Finder {
	for seed := uint32(1); seed < 1_000_000; seed++ {
		f := &Finder{names: names, a: seed * 2654435761, b: seed*40503 + 7, c: seed*97 + 131}
		if f.fill() {
			return f
		}
	}
	panic("two names have the same hash whatever the seed")
}

// fill puts every name into the table; false: two of them would share a place.
func (f *Finder) fill() bool {
	for i, name := range f.names {
		at := &f.table[f.hash(name)]
		if *at != 0 {
			return false
		}
		*at = uint8(i + 1)
	}
	return true
}

func (f *Finder) hash(name string) uint32 {
	n := len(name)
	h := uint32(n)*f.a + uint32(name[n-1])*f.b + uint32(name[n-3])*f.c +
		uint32(name[n/2])*(f.a^f.b) + uint32(name[n-5])*(f.b^f.c) + uint32(name[0])*(f.a^f.c)
	return h >> 7 & (1<<finderBits - 1)
}

// Find gives a name's place in the list, or the list's length where it is not in it.
func (f *Finder) Find(name string) int {
	if len(name) >= 5 {
		if i := int(f.table[f.hash(name)]) - 1; i >= 0 && f.names[i] == name {
			return i
		}
	}
	return len(f.names)
}
