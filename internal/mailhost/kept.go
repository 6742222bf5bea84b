package mailhost

// Kept is how much a host keeps of each small thing that has a limit of its own, beside sessions and messages.
type Kept struct {
	Streams, Starts, Copies, Aliases    int
	Promises, Receipts, Tries           int
	Places, Filtered, Peers, MessageIDs int
	Domains, Words                      int
}

// Kept counts what the host keeps.
func (h *Host) Kept() Kept {
	k := Kept{
		Streams: len(h.streams), Starts: h.starts.Len(), Copies: h.copies.Len(), Aliases: len(h.aliases.ids),
		Promises: h.promises.Len(), Receipts: len(h.receipts.order), Tries: len(h.tries.order),
		Places: len(h.filters.places), Filtered: len(h.filters.mail), Domains: len(h.domains), Words: len(h.words),
	}
	for _, st := range h.streams {
		k.Peers += st.peerOrder.N
	}
	if h.ids != nil {
		k.MessageIDs = len(h.ids.one)
	}
	return k
}
