package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/session"
)

// mostOfOne is how many recipients of a message are told.
const mostOfOne = 20

// keep tells a message, where messages are asked for: the newest of those in trouble, and as far as there is room of the others.
func (b *Builder) keep(s *session.Summary, trouble bool) {
	if b.options.Messages <= 0 {
		return
	}
	ev := &s.Event
	for i := range s.Message.Recipients {
		status := s.Message.Recipients[i].Status
		trouble = trouble || status == event.StatusBounced || status == event.StatusExpired
	}
	to, n := &b.smooth, &b.told[0]
	if trouble {
		to, n = &b.troubled, &b.told[1]
	}
	m := Message{
		Time: b.at(ev.Time), Host: strings.Clone(ev.Host), QueueID: strings.Clone(ev.QueueID),
		Sender: strings.Clone(ev.MailFrom), Trouble: trouble,
	}
	counts := map[string]int{}
	for i := range s.Message.Recipients {
		r := &s.Message.Recipients[i]
		word := cmp.Or(r.Status.String(), "not tried")
		if counts[word]++; len(m.Recipients) < mostOfOne {
			m.Recipients = append(m.Recipients, Recipient{
				Address: strings.Clone(r.To), Status: word, Attempts: r.Attempts, Reason: strings.Clone(r.Reason), Reply: short(r.Reply),
			})
		}
	}
	var words []string
	for word, count := range counts {
		words = append(words, strconv.Itoa(count)+" "+word)
	}
	slices.Sort(words)
	m.Outcome = strings.Join(words, ", ")
	if len(*to) < b.options.Messages {
		*to = append(*to, m)
	} else {
		(*to)[*n%b.options.Messages] = m
	}
	*n++
}

// messages are those that were kept, the ones in trouble first, each part the newest first.
func (b *Builder) messages() []Message {
	newest := func(list []Message) []Message {
		list = slices.Clone(list)
		slices.SortStableFunc(list, func(x, y Message) int { return cmp.Or(y.Time.Compare(x.Time), strings.Compare(x.QueueID, y.QueueID)) })
		return list
	}
	list := first(append(newest(b.troubled), newest(b.smooth)...), b.options.Messages)
	for i, bytes := 0, 0; i < len(list); i++ {
		if bytes += list[i].weight(); bytes > mostTold {
			return list[:i]
		}
	}
	return list
}

// mostTold is how many bytes all that is told of messages may take, about.
const mostTold = 800_000

// weight is how many bytes it takes to tell the message.
func (m *Message) weight() int {
	const frame = 300
	n := frame + len(m.QueueID) + len(m.Sender) + len(m.Outcome)
	for i := range m.Recipients {
		r := &m.Recipients[i]
		n += frame/3 + len(r.Address) + len(r.Reason) + len(r.Reply)
	}
	return n
}
