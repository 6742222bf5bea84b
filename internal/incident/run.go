package incident

import (
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// run is a departure while it adds up: what hit whom since when.
type run struct {
	Start    int64  // of the first failure; 0: none
	From     uint64 // trials of the group before it
	Fails    int
	Messages int // different ones
	Keys     []uint64
	Examples []string // ids of the first messages
	Reply    reply
	Votes    int  // of the reply over others
	Senders  tops `json:",omitzero"` // whose mail was hit
	Domains  tops `json:",omitzero"` // of the recipients
	Froms    tops `json:",omitzero"` // addresses or pools of ours
	Clients  tops `json:",omitzero"` // other sides of sessions, and
	Others   []uint64
	Hosts    tops `json:",omitzero"`
	What     tops `json:",omitzero"`
}

// reply is what was answered.
type reply struct {
	Code                        int
	Enhanced, Text, Fingerprint string
	Category                    string
}

const (
	maxKeys     = 64
	maxExamples = 3
	maxText     = 240 // bytes of a reply's text in a report
	maxName     = 255
)

// add notes a failure.
func (r *run) add(o *Observation) {
	r.Fails++
	key := xxhash.Sum64String(o.UID)
	switch {
	case o.UID != "" && slices.Contains(r.Keys, key):
	default:
		r.Messages++
		if len(r.Keys) < maxKeys {
			r.Keys = append(r.Keys, key)
		}
		if len(r.Examples) < maxExamples && o.UID != "" && o.Event != Login && o.Event != Session && o.Event != Handshake {
			r.Examples = append(r.Examples, clone(o.UID))
		}
	}
	r.vote(o)
	r.Senders.add(o.Sender)
	r.Domains.add(o.Domain)
	r.Froms.add(o.From)
	r.Hosts.add(o.Host)
	r.What.add(o.What)
	if o.Client == "" {
		return
	}
	r.Clients.add(o.Client)
	if other := xxhash.Sum64String(o.Client); len(r.Others) < maxKeys && !slices.Contains(r.Others, other) {
		r.Others = append(r.Others, other)
	}
}

// vote keeps the answer that most had (Boyer and Moore, MJRTY, 1981).
func (r *run) vote(o *Observation) {
	switch {
	case r.Votes > 0 && r.Reply.Fingerprint == o.Fingerprint && r.Reply.Code == o.Code:
		r.Votes++
	case r.Votes > 0:
		r.Votes--
	case o.Code != 0 || o.Text != "" || o.Category != "":
		r.Votes = 1
		r.Reply = reply{o.Code, clone(o.Enhanced), clone(cut(o.Text, maxText)), clone(cut(o.Fingerprint, maxText)), clone(o.Category)}
	}
}

// share is that of the failures in the trials since the run began, when n is how many the group has.
func (r *run) share(n uint64) float64 {
	if n <= r.From {
		return 0
	}
	return min(1, float64(r.Fails)/float64(n-r.From))
}

// tops counts the most frequent of names (Misra and Gries, Finding repeated elements, 1982); Total counts all.
type tops struct {
	List  []named
	Total int
}

type named struct {
	Name string
	N    int
}

const maxNames = 6

func (n *tops) add(name string) {
	if name == "" {
		return
	}
	n.Total++
	for i := range n.List {
		if n.List[i].Name == name {
			n.List[i].N++
			if i > 0 && n.List[i].N > n.List[i-1].N {
				n.List[i], n.List[i-1] = n.List[i-1], n.List[i]
			}
			return
		}
	}
	if len(n.List) < maxNames {
		n.List = append(n.List, named{clone(cut(name, maxName)), 1})
		return
	}
	for i := range n.List {
		n.List[i].N--
	}
	n.List = slices.DeleteFunc(n.List, func(x named) bool { return x.N == 0 })
}

// halve forgets, so that what is new counts.
func (n *tops) halve(limit int) {
	if n.Total < limit {
		return
	}
	n.Total /= 2
	for i := range n.List {
		n.List[i].N /= 2
	}
	n.List = slices.DeleteFunc(n.List, func(x named) bool { return x.N == 0 })
}

// top is the most frequent name, and its share.
func (n *tops) top() (string, float64) {
	if len(n.List) == 0 {
		return "", 0
	}
	return n.List[0].Name, float64(n.List[0].N) / float64(n.Total)
}

func clone(s string) string { return strings.Clone(s) }

// cut shortens a text to n bytes at most, at a character's boundary.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xc0 == 0x80 {
		n--
	}
	return s[:n]
}
