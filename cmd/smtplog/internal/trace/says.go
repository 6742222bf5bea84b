package trace

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// says is an event in words.
func says(ev *event.Event) string {
	peer := named(cmp.Or(ev.ServerAddress, ev.ClientAddress), ev.PeerIP)
	switch ev.Kind {
	case event.KindConnect:
		if ev.ErrorType != "" || ev.Class > '2' {
			return words("could not talk to", peer+":", answer(ev))
		}
		return words("connection with", peer)
	case event.KindDisconnect:
		if ev.SessionEnd == event.EndShutdown { // of the reading
			return words("the log ends before the connection with", peer, "does")
		}
		return words("connection with", peer, "ended", bracketed(ev.SessionEnd.String()))
	case event.KindTLS:
		if ev.TLS == event.No || ev.ErrorType != "" {
			return words("TLS with", peer, "failed", answer(ev))
		}
		return words("TLS", ev.TLSVersion, "with", peer, ev.TLSTrust)
	case event.KindAuth:
		return words("login", ev.User, ev.AuthResult, bracketed(ev.AuthMechanism), answer(ev))
	case event.KindReject:
		return words("refused", peer, "at", ev.Command, "<"+ev.RcptTo+">:", answer(ev))
	case event.KindFilter:
		return words("filter", ev.FilterName, "says", ev.FilterVerdict, score(ev))
	case event.KindMessageOpened:
		if peer == "" {
			return words("received as", ev.QueueID, login(ev))
		}
		return words("comes from", peer, login(ev), "as", ev.QueueID)
	case event.KindMessageHeader:
		return words("Message-ID", ev.MessageID)
	case event.KindMessageReceived:
		return "in the queue, from <" + strings.Trim(ev.MailFrom, "<>") + ">" + size(ev) + recipients(ev)
	case event.KindDelivery:
		return delivery(ev)
	case event.KindNotification:
		return words("notification to the sender as", ev.ChildQueueID)
	case event.KindMessageRemoved:
		return "out of the queue"
	case event.KindMessageHeld:
		return words("held", answer(ev))
	case event.KindCommand:
		return words("C:", ev.Command, ev.Argument)
	case event.KindReply:
		if ev.Status != event.StatusNone {
			return delivery(ev)
		}
		return words("S:", answer(ev))
	}
	return words(strings.ReplaceAll(ev.Kind.String(), ".", " "), peer, ev.ErrorType, answer(ev))
}

// server is who a message was taken to. The peer of a record that knows its message's client, and no server, is that client.
func server(ev *event.Event) (name, ip string) {
	if ev.ServerAddress == "" && ev.ClientAddress != "" {
		return "", ""
	}
	return ev.ServerAddress, ev.PeerIP
}

func delivery(ev *event.Event) string {
	peer := named(server(ev))
	to := ev.RcptTo
	if to == "" {
		to = strings.Join(ev.RcptList, ", ")
	}
	try := ""
	if ev.Attempt > 1 {
		try = fmt.Sprintf("at try %d", ev.Attempt)
	}
	by := ""
	if peer != "" {
		by = "by " + peer
	} else if ev.Route != event.RouteUnknown {
		by = "by " + ev.Route.String()
	}
	after := ""
	if ev.Delays.Has&event.DelayTotal != 0 {
		after = "after " + strconv.FormatFloat(math.Round(ev.Delays.Total*1000)/1000, 'f', -1, 64) + " s"
	}
	next := ""
	if ev.ChildQueueID != "" {
		next = "goes on as " + ev.ChildQueueID
	}
	reply := answer(ev)
	if reply != "" {
		reply = ": " + reply
	}
	return words(ev.Status.String(), "<"+to+">", by, try, after, next) + reply
}

// answer is a reply with its reason.
func answer(ev *event.Event) string {
	text, _ := attrs.CleanText(ev)
	code := ""
	if ev.Code > 0 {
		code = fmt.Sprint(ev.Code)
	}
	reason := ""
	if ev.Reason != "" {
		reason = "[" + ev.Reason + "]"
	}
	return words(code, cmp.Or(ev.Enhanced, failed(ev)), text, reason)
}

func failed(ev *event.Event) string {
	if ev.Status == event.StatusDelivered {
		return ""
	}
	return ev.DSN
}

func named(name, ip string) string {
	switch {
	case name == "" || name == ip:
		return ip
	case ip == "":
		return name
	}
	return name + " [" + ip + "]"
}

func login(ev *event.Event) string {
	if ev.User == "" {
		return ""
	}
	return "logged in as " + ev.User
}

func size(ev *event.Event) string {
	if !ev.HasSize {
		return ""
	}
	return fmt.Sprintf(", %d bytes", ev.Size)
}

func recipients(ev *event.Event) string {
	switch n := max(ev.RecipientCount, ev.Recipients()); n {
	case 0:
		return ""
	case 1:
		return ", for 1 recipient"
	default:
		return fmt.Sprintf(", for %d recipients", n)
	}
}

func score(ev *event.Event) string {
	if !ev.HasScore {
		return ""
	}
	return fmt.Sprintf("(%g)", ev.FilterScore)
}

func bracketed(s string) string {
	if s == "" {
		return ""
	}
	return "(" + s + ")"
}

// words puts words in a row and leaves the empty ones out.
func words(list ...string) string {
	var b strings.Builder
	for _, w := range list {
		if w == "" || w == "<>:" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w)
	}
	return b.String()
}
