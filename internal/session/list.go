package session

// links are the neighbours of an item in its list.
type links[T any] struct {
	prev, next *T
	in         *list[T]
}

// list is an intrusive list, oldest first. Items of one list all live equally long after their last line, so the
// order of the list is the order of expiry, and nothing needs a timer.
type list[T any] struct {
	head, tail *T
	n          int
	of         func(*T) *links[T]
	host       *host // whose counts it is part of; nil: nobody's
	kind       kind
}

// count changes how many items there are.
func (l *list[T]) count(n int) {
	l.n += n
	if l.host != nil {
		l.host.add(l.kind, n)
	}
}

// push puts x at the young end, from whatever list it was in.
func (l *list[T]) push(x *T) {
	k := l.of(x)
	if k.in != nil {
		k.in.remove(x)
	}
	k.in, k.prev, k.next = l, l.tail, nil
	if l.tail != nil {
		l.of(l.tail).next = x
	} else {
		l.head = x
	}
	l.tail = x
	l.count(1)
}

func (l *list[T]) remove(x *T) {
	k := l.of(x)
	if k.in != l {
		return
	}
	if k.prev != nil {
		l.of(k.prev).next = k.next
	} else {
		l.head = k.next
	}
	if k.next != nil {
		l.of(k.next).prev = k.prev
	} else {
		l.tail = k.prev
	}
	*k = links[T]{}
	l.count(-1)
}
