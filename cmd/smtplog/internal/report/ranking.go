package report

// ranking is names by how often, and by how many bytes. As long as every name is kept, one list gives both; from then on each has its own.
type ranking struct {
	often *top[item]
	bytes *top[item] // nil as long as every name is kept
}

func newRanking() *ranking { return &ranking{often: newTop[item](mostNames)} }

// add counts n messages of so many bytes in all for a name, and tells what else is to be noted of it.
func (r *ranking) add(name string, n, bytes int64, note func(*item)) {
	if r.bytes == nil && len(r.often.byName) >= r.often.size && r.often.get(name) == nil {
		r.part()
	}
	i := r.often.add(name, n)
	i.weight += bytes
	note(i)
	if r.bytes != nil && bytes > 0 {
		i = r.bytes.add(name, bytes)
		i.weight += bytes
		note(i)
	}
}

// part begins the list by bytes with all names that there are.
func (r *ranking) part() {
	r.bytes = newTop[item](r.often.size)
	for name, e := range r.often.byName {
		r.bytes.byName[name] = &entry[item]{name: name, rank: e.value.weight, value: e.value}
	}
}

// byBytes is the list by bytes.
func (r *ranking) byBytes() *top[item] {
	if r.bytes != nil {
		return r.bytes
	}
	all := newTop[item](r.often.size)
	for name, e := range r.often.byName {
		if e.value.weight > 0 {
			all.byName[name] = &entry[item]{name: name, rank: e.value.weight, value: e.value}
		}
	}
	return all
}
