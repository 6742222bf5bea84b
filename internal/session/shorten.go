package session

import (
	"strconv"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// The longest that a string of a line may be that is kept, or compared with what was kept. Nothing real is longer; of what is, the beginning stays, and a hash of all of it: so it is still the
// same as itself, and as nothing else.
const (
	longestID      = 128 // queue ids, connection ids
	longestName    = 256 // hosts, users
	longestAddress = 512 // RFC 5321 section 4.5.3.1.3 allows a path of 256
	longestHeader  = 998 // a Message-ID: the longest line of a header (RFC 5322 section 2.1.1)
)

// shorten makes the strings of an event that are kept as long as they may be.
func shorten(ev *event.Event) {
	for _, s := range [...]*string{
		&ev.QueueID, &ev.RemoteQueueID, &ev.ParentQueueID, &ev.ChildQueueID, &ev.ConnID, &ev.ConnAlias, &ev.TryID, &ev.Receipt, &ev.ChildReceipt, &ev.RecipientID, &ev.FilterID,
		&ev.Instance, &ev.Service, &ev.Daemon, &ev.Enhanced, &ev.DSN, &ev.TLSVersion, &ev.TLSCipher, &ev.TLSTrust, &ev.AuthMechanism, &ev.Protocol, &ev.PeerIP,
	} {
		if len(*s) > longestID {
			*s = short(*s, longestID)
		}
	}
	for _, s := range [...]*string{&ev.Host, &ev.ClientAddress, &ev.ServerAddress, &ev.Helo, &ev.User} {
		if len(*s) > longestName {
			*s = short(*s, longestName)
		}
	}
	for _, s := range [...]*string{&ev.MailFrom, &ev.RcptTo, &ev.OrigRcptTo, &ev.OnBehalf, &ev.TryTo} {
		if len(*s) > longestAddress {
			*s = short(*s, longestAddress)
		}
	}
	for i, s := range ev.RcptList {
		if len(s) > longestAddress {
			ev.RcptList[i] = short(s, longestAddress)
		}
	}
	if len(ev.MessageID) > longestHeader {
		ev.MessageID = short(ev.MessageID, longestHeader)
	}
}

// short is the beginning of s and a hash of all of it, n bytes together.
func short(s string, n int) string {
	const zeros = "0000000000000000"
	digits := strconv.FormatUint(uint64(newHash().str(s)), 16)
	return s[:n-len(zeros)-1] + "#" + zeros[len(digits):] + digits
}
