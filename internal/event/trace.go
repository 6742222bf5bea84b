package event

import "encoding/binary"

// TraceID is the identity of a trace: all that happens to one mail, on whichever host. The zero TraceID is none.
type TraceID struct{ High, Low uint64 }

// Bytes is the id as OTLP and W3C trace context write it.
func (id TraceID) Bytes() (b [16]byte) {
	binary.BigEndian.PutUint64(b[:8], id.High)
	binary.BigEndian.PutUint64(b[8:], id.Low)
	return b
}

// Bytes is the id of a span as OTLP writes it.
func (id ID) Bytes() (b [8]byte) {
	binary.BigEndian.PutUint64(b[:], uint64(id))
	return b
}

// longestTraced is how much of a Message-ID makes the trace id: Sendmail logs a hundred characters of it, the "<" in front included (envelope.c,
// "msgid=%.100s"), and a mail that passes a Sendmail shall be in the trace that the other hosts see.
const longestTraced = 99

// TraceOfMessageID is the trace of the mail with this Message-ID, without its brackets: the same on every host.
func TraceOfMessageID(id string) TraceID {
	const offset, prime, other = 14695981039346656037, 1099511628211, 0x9e3779b97f4a7c15
	high, low := uint64(offset), uint64(offset^other)
	for i := range min(len(id), longestTraced) {
		high = (high ^ uint64(id[i])) * prime
		low = (low ^ uint64(id[i])) * (prime ^ other)
	}
	return TraceID{mix(high), mix(low)}
}

// TraceOfMessage is the trace of a message alone, for one without a Message-ID, or with one that far too many have.
func TraceOfMessage(uid ID) TraceID { return TraceID{mix(uint64(uid)), mix(^uint64(uid))} }

// SpanOfMessage is the span that is a whole message at one host: others name it as the one that they come out of.
func SpanOfMessage(uid ID) ID { return Within(uid, 1) }

// Within is the n-th of the spans that a thing's own id makes.
func Within(id ID, n uint64) ID { return ID(mix(uint64(id) + n*0x9e3779b97f4a7c15)) }

// mix spreads the bits (the finalizer of SplitMix64), and never gives zero, which is no id.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	if x ^= x >> 31; x == 0 {
		return 1
	}
	return x
}
