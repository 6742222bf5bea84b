package mailhost

import (
	"strconv"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/hash"
)

// The longest that a string of a line may be that is kept, or compared with what was kept. Nothing real is longer; of what is, the
// beginning stays, and a hash of all of it: so it is still the same as itself, and as nothing else.
const (
	LongestID      = 128 // queue ids, connection ids
	LongestName    = 256 // hosts, users
	LongestAddress = 512 // RFC 5321 section 4.5.3.1.3 allows a path of 256
	LongestHeader  = 998 // a Message-ID: the longest line of a header (RFC 5322 section 2.1.1)
)

// Shorten makes the strings of an event that are kept as long as they may be.
func Shorten(ev *event.Event) {
	for _, s := range [...]*string{
		&ev.QueueID, &ev.RemoteQueueID, &ev.ParentQueueID, &ev.ChildQueueID, &ev.ConnID,
		&ev.ConnAlias, &ev.TryID, &ev.Receipt, &ev.ChildReceipt, &ev.RecipientID, &ev.FilterID, &ev.Program,
		&ev.Instance, &ev.Service, &ev.Daemon, &ev.Enhanced, &ev.DSN, &ev.TLSVersion,
		&ev.TLSCipher, &ev.TLSTrust, &ev.AuthMechanism, &ev.Protocol, &ev.PeerIP,
	} {
		if len(*s) > LongestID {
			*s = short(*s, LongestID)
		}
	}
	for _, s := range [...]*string{&ev.Host, &ev.ClientAddress, &ev.ServerAddress, &ev.Helo, &ev.User} {
		if len(*s) > LongestName {
			*s = short(*s, LongestName)
		}
	}
	for _, s := range [...]*string{&ev.MailFrom, &ev.RcptTo, &ev.OrigRcptTo, &ev.OnBehalf, &ev.TryTo} {
		if len(*s) > LongestAddress {
			*s = short(*s, LongestAddress)
		}
	}
	for i, s := range ev.RcptList {
		if len(s) > LongestAddress {
			ev.RcptList[i] = short(s, LongestAddress)
		}
	}
	if len(ev.MessageID) > LongestHeader {
		ev.MessageID = short(ev.MessageID, LongestHeader)
	}
}

// short is the beginning of s and a hash of all of it, n bytes together.
func short(s string, n int) string {
	const zeros = "0000000000000000"
	digits := strconv.FormatUint(uint64(hash.New().Str(s)), 16)
	return s[:n-len(zeros)-1] + "#" + zeros[len(digits):] + digits
}

// ShortName is a host's or file's name, as long as it may be.
func ShortName(s string) string {
	if len(s) > LongestName {
		return short(s, LongestName)
	}
	return s
}
