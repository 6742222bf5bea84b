package traces

import "github.com/otelcol-smtp/otelcol-smtp/internal/event"

// recent remembers something of the messages that were named last.
type recent[V any] struct {
	by    map[event.ID]V
	order [maxRecent]event.ID
	next  int
}

const maxRecent = 8192

// put notes what is known of a message.
func (r *recent[V]) put(uid event.ID, v V) {
	if uid == 0 {
		return
	}
	if r.by == nil {
		r.by = make(map[event.ID]V)
	}
	if _, known := r.by[uid]; !known {
		delete(r.by, r.order[r.next])
		r.order[r.next] = uid
		r.next = (r.next + 1) % maxRecent
	}
	r.by[uid] = v
}

func (r *recent[V]) of(uid event.ID) (V, bool) {
	v, known := r.by[uid]
	return v, known
}
