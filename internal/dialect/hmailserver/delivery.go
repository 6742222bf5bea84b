package hmailserver

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// readDeliverer reads what the delivery of a message logs (SMTPDeliverer.cpp, ExternalDelivery.cpp, LocalDelivery.cpp). Replies of other
// servers stand in the rows of the conversation, which name no message.
func readDeliverer(s string, ev *event.Event) bool {
	rest, ok := strings.CutPrefix(s, "SMTPDeliverer - Message ")
	if !ok {
		return false
	}
	_, words, ok := scan.Digits(rest)
	if !ok || !strings.HasPrefix(words, ": ") {
		return false
	}
	ev.Daemon = "SMTPDeliverer"
	ev.QueueID, ev.UniqueID = rest[:len(rest)-len(words)], true // of the database, which counts on
	words = words[2:]
	switch {
	case readDelivering(words, ev), readNotDelivered(words, ev), readDeleted(words, ev), readPutOff(words, ev), readHost(words, ev):
		return true
	case words == "Message delivery thread completed.":
		ev.Kind = event.KindMessageRemoved
		return true
	case strings.HasPrefix(words, "Message could not be delivered. Returning error log to sender."):
		ev.Kind = event.KindMessageExpired
		return true
	}
	ev.Kind = event.KindLifecycle
	return true
}

// readDelivering reads "Delivering message from a@a.example to b@b.example, c@c.example. File: C:\...\{id}.eml": the beginning of each run.
func readDelivering(words string, ev *event.Event) bool {
	rest, ok := strings.CutPrefix(words, "Delivering message from ")
	if !ok {
		return false
	}
	from, rest, ok := strings.Cut(rest, " to ")
	if !ok {
		return false
	}
	list, _, ok := strings.Cut(rest, ". File: ")
	if !ok {
		return false // cut off
	}
	ev.Kind, ev.MailFrom, ev.First = event.KindMessageReceived, from, true
	if from == "<Empty>" {
		ev.MailFrom = "<>"
	}
	for list != "" {
		var one string
		one, list, _ = scan.Cut(list, ',')
		if one = scan.Trim(one); one != "" {
			ev.RcptList = append(ev.RcptList, one)
		}
	}
	ev.RecipientCount = len(ev.RcptList)
	if len(ev.RcptList) == 1 {
		ev.RcptTo, ev.RcptList = ev.RcptList[0], ev.RcptList[:0]
	}
	return true
}

// readNotDelivered reads what a mailbox here did not get, and why.
func readNotDelivered(words string, ev *event.Event) bool {
	rest, ok := strings.CutPrefix(words, "The message was not delivered to ")
	if !ok {
		return false
	}
	to, why, _ := scan.Cut(rest, ' ')
	switch {
	case why == "because a forward was set up for the account.":
		ev.Status, ev.Route = event.StatusDelivered, event.RouteForward
	case strings.HasPrefix(why, "Delivery to this account was canceled by an account rule"):
		to = strings.TrimSuffix(to, ".")
		ev.Status, ev.Route = event.StatusDiscarded, event.RouteDiscard
	case strings.HasPrefix(why, "Delivery to this account was cancelled since the account inbox is full."):
		to = strings.TrimSuffix(to, ".")
		ev.Status, ev.Route, ev.Tried = event.StatusBounced, event.RouteLocal, event.Yes
		ev.Argument = why
	default:
		return false
	}
	ev.Kind, ev.RcptTo = event.KindDelivery, to
	return true
}

// readDeleted reads what a rule, a script or the virus scanner did to the whole message.
func readDeleted(words string, ev *event.Event) bool {
	rest, ok := strings.CutPrefix(words, "Message will be deleted")
	if ok {
		ev.Kind = event.KindMessageDiscarded
		if virus, found := strings.CutPrefix(rest, " (contained virus "); found {
			ev.FilterName, ev.FilterVerdict = "antivirus", "virus"
			ev.Argument = strings.TrimSuffix(virus, ").")
		}
		return true
	}
	if virus, found := strings.CutPrefix(words, "Message attachments stripped (contained virus "); found {
		ev.Kind, ev.FilterName, ev.FilterVerdict, ev.Argument = event.KindFilter, "antivirus", "virus", strings.TrimSuffix(virus, ").")
		return true
	}
	return false
}

// readPutOff reads "Message could not be delivered. Scheduling it for later delivery in 60 minutes.", and the same for a quick retry.
func readPutOff(words string, ev *event.Event) bool {
	if !strings.HasPrefix(words, "Message could not be delivered. Scheduling it for later delivery in ") &&
		!strings.HasPrefix(words, "Message could not be delivered. Greylisting? Scheduling it for quick retry ") {
		return false
	}
	ev.Kind, ev.PutOff = event.KindMessageQueued, true
	return true
}

// readHost reads which hosts are asked.
func readHost(words string, ev *event.Event) bool {
	if host, ok := strings.CutPrefix(words, "Relaying to host "); ok {
		ev.Kind, ev.ServerAddress = event.KindLifecycle, strings.TrimSuffix(host, ".")
		return true
	}
	if to, ok := strings.CutPrefix(words, "No mail servers could be found for the address "); ok {
		ev.Kind, ev.Role, ev.ErrorType, ev.RcptTo = event.KindConnect, event.RoleClient, "host_not_found", strings.TrimSuffix(to, ".")
		return true
	}
	return false
}

// readSpam reads "hMailServer SpamProtection rejected RCPT (Sender: a@b.example, IP:192.0.2.1, Reason: words)". The sender and the reason
// are others' words; the reply stands in the conversation.
func readSpam(s string, ev *event.Event) bool {
	rest, ok := strings.CutPrefix(s, "hMailServer SpamProtection rejected RCPT (Sender: ")
	if !ok {
		return false
	}
	ev.Kind, ev.Daemon, ev.FilterName, ev.FilterVerdict = event.KindFilter, "SpamProtection", "spamprotection", "reject"
	from, rest, ok := strings.Cut(rest, ", IP:")
	if !ok {
		return true
	}
	ev.MailFrom = from
	ip, _, _ := scan.Cut(rest, ',')
	ev.PeerIP = address(ip)
	return true
}
