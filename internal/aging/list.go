// Package aging holds what everything that expires is kept in, oldest first: List, a chain through the items themselves, and Recent, a ring
// of values by key.
package aging

// Links are the neighbours of an item in its list.
type Links[T any] struct {
	Next, prev *T
	In         *List[T] // nil: in none
	Age        uint64   // in its list: the older, the less
}

// List is an intrusive list, oldest first. Items of one list all live equally long after their last line, so the
// order of the list is the order of expiry, and nothing needs a timer.
type List[T any] struct {
	Head, Tail *T
	N          int
	Of         func(*T) *Links[T]
	Counted    func(n int) // told how many items come and go; nil: nobody counts
	Pushed     func(*T)    // told of each Push; nil: nobody asks

	pushes uint64
}

// count changes how many items there are.
func (l *List[T]) count(n int) {
	l.N += n
	if l.Counted != nil {
		l.Counted(n)
	}
}

// Push puts x at the young end, from whatever list it was in.
func (l *List[T]) Push(x *T) {
	if l.Pushed != nil {
		l.Pushed(x)
	}
	if l.Tail == x {
		return
	}
	k := l.Of(x)
	if k.In == l {
		l.unlink(k) // it only grows young again
	} else {
		if k.In != nil {
			k.In.Remove(x)
		}
		l.count(1)
	}
	l.pushes++
	k.In, k.prev, k.Next, k.Age = l, l.Tail, nil, l.pushes
	if l.Tail != nil {
		l.Of(l.Tail).Next = x
	} else {
		l.Head = x
	}
	l.Tail = x
}

// Remove takes x out, if it is in this list.
func (l *List[T]) Remove(x *T) {
	k := l.Of(x)
	if k.In != l {
		return
	}
	l.unlink(k)
	*k = Links[T]{}
	l.count(-1)
}

// unlink joins the neighbours of an item.
func (l *List[T]) unlink(k *Links[T]) {
	if k.prev != nil {
		l.Of(k.prev).Next = k.Next
	} else {
		l.Head = k.Next
	}
	if k.Next != nil {
		l.Of(k.Next).prev = k.prev
	} else {
		l.Tail = k.prev
	}
}
