package mailhost

// ledger lists the items of one kind that a host has. In front stand those that have changed since they were written into a saved state: at first all.
type ledger[T any] struct {
	of      func(*T) *page
	all     []*T
	changed int
	turn    int // of take
}

// page is an item's place in its ledger.
type page struct {
	key uint32 // by which saved states know it; 0: none has it
	at  uint32 // from 1; 0: in none
}

// change notes that an item, perhaps a new one, is not as it was written.
func (l *ledger[T]) change(x *T) {
	k := l.of(x)
	if k.at == 0 {
		l.all = append(l.all, x)
		k.at = uint32(len(l.all))
	}
	if int(k.at) > l.changed {
		l.swap(int(k.at)-1, l.changed)
		l.changed++
	}
}

// changeAll notes that none is as it was written.
func (l *ledger[T]) changeAll() { l.changed = len(l.all) }

// drop takes an item out, and gives the key by which saved states know it.
func (l *ledger[T]) drop(x *T) (key uint32) {
	k := l.of(x)
	if k.at == 0 {
		return 0
	}
	if int(k.at) <= l.changed {
		l.changed--
		l.swap(int(k.at)-1, l.changed)
	}
	last := len(l.all) - 1
	l.swap(int(k.at)-1, last)
	l.all[last] = nil
	l.all = l.all[:last]
	if cap(l.all) > 1024 && len(l.all) < cap(l.all)/4 {
		l.all = append(make([]*T, 0, 2*len(l.all)), l.all...)
	}
	key, *k = k.key, page{}
	return key
}

// take gives one that has changed, which is to be written now; nil: none has. It goes round, for what changes all the time comes again and again else.
func (l *ledger[T]) take() *T {
	if l.changed == 0 {
		return nil
	}
	l.turn++
	if l.turn >= l.changed {
		l.turn = 0
	}
	x := l.all[l.turn]
	l.changed--
	l.swap(l.turn, l.changed)
	return x
}

func (l *ledger[T]) swap(i, j int) {
	l.all[i], l.all[j] = l.all[j], l.all[i]
	l.of(l.all[i]).at, l.of(l.all[j]).at = uint32(i+1), uint32(j+1)
}
