package amavis

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// envelope is ", MYNETS LOCAL [192.0.2.1]:6101 [192.0.2.1] ESMTPS/ESMTP <a> -> <b>,<c>": policy bank, client as the MTA told it, first
// host in the trace, and the protocols where the form is the verbose one. Nothing in front of the first address is the sender's.
func envelope(ev *event.Event, s string) (rest string, ok bool) {
	s, ok = strings.CutPrefix(s, ",")
	at := strings.IndexByte(s, '<')
	if !ok || at < 0 {
		return s, false
	}
	client(ev, s[:at])
	return addresses(ev, s[at:])
}

// client is the first address in brackets among the words in front of the envelope.
func client(ev *event.Event, words string) {
	for words != "" && ev.PeerIP == "" {
		var word string
		word, words = scan.Word(words)
		if ip, port, ok := scan.Between(word, '[', ']'); ok {
			ev.PeerIP = strings.TrimPrefix(ip, "IPv6:")
			if n, ok := scan.Int(strings.TrimPrefix(port, ":")); ok && n < 65536 {
				ev.ClientPort = int(n)
			}
		}
	}
}

// addresses is "<a> -> <b>,<c>".
func addresses(ev *event.Event, s string) (rest string, ok bool) {
	from, s, ok := scan.Angle(s)
	if !ok {
		return s, false
	}
	ev.MailFrom = from
	if from == "" {
		ev.MailFrom = "<>"
	}
	if s, ok = strings.CutPrefix(s, " -> "); !ok {
		return s, false
	}
	for {
		var to string
		if to, s, ok = scan.Angle(s); !ok {
			return s, false
		}
		ev.RcptList = append(ev.RcptList, to)
		if !strings.HasPrefix(s, ",<") {
			break
		}
		s = s[1:]
	}
	if len(ev.RcptList) == 1 {
		ev.RcptTo, ev.RcptList = ev.RcptList[0], ev.RcptList[:0]
	}
	return s, true
}

// fields are ", quarantine: x, Queue-ID: X, Message-ID: <id>, ...", in this order. Those in front of the Message-ID are no one's but the
// writer's; an id ends with its bracket (parse_message_id in Amavis/rfc2821.pm). It says whether a copy is kept.
func fields(ev *event.Event, s string) (kept bool) {
	for {
		rest, ok := strings.CutPrefix(s, ", ")
		if !ok {
			return kept
		}
		if strings.HasPrefix(rest, "(") { // the trace
			_, s, _ = scan.Cut(rest, ')')
			continue
		}
		if name, ok := strings.CutPrefix(rest, "quarantine "); ok { // before amavisd-new 2.2
			at := strings.Index(name, ", ")
			if at < 0 {
				return true
			}
			kept, s = true, name[at:]
			continue
		}
		key, value, ok := strings.Cut(rest, ": ")
		if !ok {
			return kept
		}
		switch key {
		case "quarantine":
			kept = true
		case "tls":
		case "Queue-ID":
			if id, _, _ := scan.Cut(value, ','); scan.IsQueueID(id) && ev.MessageID == "" {
				ev.QueueID = id
			}
		case "Message-ID", "Resent-Message-ID":
			id, after, ok := scan.Angle(value)
			if !ok {
				return kept
			}
			if key == "Message-ID" {
				ev.MessageID = id
			}
			value = after
		default:
			result(ev, s)
			return kept
		}
		at := strings.Index(value, ", ")
		if at < 0 {
			return kept
		}
		s = value[at:]
	}
}

// result is "..., Hits: 5.3, size: 888, queued_as: Y, ...". Where a subject or an address has such words, too, no one can tell which are
// the writer's.
func result(ev *event.Event, s string) {
	_, s, ok := scan.CutOnce(s, ", Hits: ")
	if !ok {
		return
	}
	hits, s, _ := strings.Cut(s, ", ")
	ev.FilterScore, ev.HasScore = scan.Decimal(hits)
	for s != "" {
		var field string
		var more bool
		field, s, more = strings.Cut(s, ", ")
		key, value, found := strings.Cut(field, ": ")
		switch {
		case !found && (strings.HasPrefix(field, "tag") || strings.HasPrefix(field, "kill=")), key == "pt":
		case key == "size":
			ev.Size, ev.HasSize = scan.Int(value)
		case key == "queued_as" && more:
			id, _, _ := scan.Cut(value, '/')
			if !scan.IsQueueID(id) {
				id = reply.QueueID(value)
			}
			if ev.RemoteQueueID = id; id != "" {
				ev.Route = event.RouteFilter
			}
			return
		default:
			return
		}
	}
}
