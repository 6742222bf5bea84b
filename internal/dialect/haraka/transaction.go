package haraka

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// transaction reads what is said of the n-th transaction of a connection (connection.js). Its id is the message's.
func transaction(ev *event.Event, l *line, n int) event.Kind {
	kind := event.KindNone
	if address, f, ok := l.path("sender "); ok {
		kind = sender(ev, l, address, f)
	} else if address, f, ok := l.path("recipient "); ok {
		kind = recipient(ev, l, address, f)
	} else if f, ok := l.after("message"); ok {
		kind = message(ev, l, f)
	} else if f, ok := l.after("queue"); ok {
		kind = queue(ev, l, f)
	}
	if kind != event.KindNone {
		ev.Transaction = n
	}
	return kind
}

// answer is what the hooks behind a command came to: the word for it, and the words that the client gets if they are not the usual ones.
type answer struct {
	word, text string
	whole      bool // the words were there, too: so the word for the answer was not cut short
}

// known says whether the line holds a whole answer.
func (a *answer) known() bool { return a.whole && a.word != "" }

// sender is "sender <a@b> code=CONT msg=""" (mail_respond).
func sender(ev *event.Event, l *line, address string, f fields) event.Kind {
	ev.MailFrom = nullSender(address)
	var a answer
	if !a.read(f) {
		return event.KindNone
	}
	if isRefusal(a.word) {
		ev.Command = "MAIL"
		return a.refuse(ev, 550, 450)
	}
	ev.QueueID = l.id
	return event.KindMessageOpened
}

// recipient is "recipient <a@b> code=OK msg="" sender=c@d" (rcpt_respond, rcpt_ok_respond). Since 2.8.13 a recipient that no plugin
// wanted is refused behind a line that says OK, so that OK alone tells no answer.
func recipient(ev *event.Event, l *line, address string, f fields) event.Kind {
	ev.RcptTo = address
	var a answer
	for {
		key, value, ok := f.next()
		if !ok {
			break
		}
		if key == "sender" {
			ev.MailFrom = nullSender(value)
		}
		a.take(key, value)
	}
	if a.whole = a.whole && !f.cut; !a.known() || address == "" {
		return event.KindNone
	}
	ev.QueueID, ev.Command = l.id, "RCPT"
	if isRefusal(a.word) || a.word == "CONT" { // the latter was said so before 2.8.13
		return a.refuse(ev, 550, 450)
	}
	ev.Enhanced, ev.Text = reply.Enhanced(a.text, '2')
	return event.KindReply
}

// message is "message mid=<id> size=816 rcpts=1/0/0 delay=0 code=CONT msg=""" (data_post_respond).
func message(ev *event.Event, l *line, f fields) event.Kind {
	var a answer
	for {
		key, value, ok := f.next()
		if !ok {
			break
		}
		switch key {
		case "mid":
			ev.MessageID = strings.TrimSuffix(strings.TrimPrefix(scan.Trim(value), "<"), ">")
		case "size":
			ev.Size, ev.HasSize = scan.Int(value)
		case "rcpts":
			ev.RecipientCount = int(counted(value).OK)
		}
		a.take(key, value)
	}
	if a.whole = a.whole && !f.cut; !a.known() {
		return event.KindNone
	}
	ev.QueueID = l.id
	if isRefusal(a.word) {
		ev.Command = event.CommandEOM
		return a.refuse(ev, 550, 450)
	}
	return event.KindMessageHeader
}

// queue is "queue code=OK msg="Message Queued (UUID.1)"". Mail for outside that no plugin took is first said to go on, CONT, into
// Haraka's own queue; mail for here that no plugin took has no words but its id then, and is refused (queue_outbound_respond,
// queue_respond, queue_ok_respond).
func queue(ev *event.Event, l *line, f fields) event.Kind {
	var a answer
	if !a.read(f) {
		return event.KindNone
	}
	ev.QueueID = l.id
	switch {
	case isRefusal(a.word):
		ev.Command = event.CommandEOM
		return a.refuse(ev, 550, 450)
	case a.word == "OK":
		ev.Command, ev.Class, ev.Text = event.CommandEOM, '2', a.text
		ev.NoEnd, ev.HandedOver = true, !keptHere(a.text)
		return event.KindMessageReceived
	case a.word == "CONT" && strings.HasPrefix(a.text, "("), a.word == "CONT" && strings.HasPrefix(a.text, " ("):
		ev.Command = event.CommandEOM
		return a.refuse(ev, 451, 451)
	case a.word == "CONT":
		ev.NoEnd = true
		return event.KindMessageQueued
	}
	return event.KindNone
}

// keptHere knows the words of a plugin that put the message into Haraka's own queue: those of the queue, which name the message, and the
// name once more (outbound/index.js, queue_ok_respond): "Message Queued (UUID.1) (UUID.1)".
func keptHere(words string) bool {
	rest, ok := strings.CutPrefix(words, "Message Queued (")
	if !ok {
		return false
	}
	id, rest, ok := scan.Cut(rest, ')')
	again, tail := strings.CutPrefix(rest, " (")
	return ok && tail && strings.TrimSuffix(again, ")") == id
}

// read takes a line that has an answer and nothing else. It is false where that is not a whole one.
func (a *answer) read(f fields) bool {
	for {
		key, value, ok := f.next()
		if !ok {
			break
		}
		a.take(key, value)
	}
	a.whole = a.whole && !f.cut
	return a.known()
}

// take reads the fields that each answer has.
func (a *answer) take(key, value string) {
	switch key {
	case "code":
		a.word = value
	case "msg":
		a.text, a.whole = value, true
	}
}

// isRefusal says whether the word for an answer refuses (haraka-constants).
func isRefusal(word string) bool {
	switch word {
	case "DENY", "DENYSOFT", "DENYDISCONNECT", "DENYSOFTDISCONNECT":
		return true
	}
	return false
}

func isSoft(word string) bool { return word == "DENYSOFT" || word == "DENYSOFTDISCONNECT" }

func disconnects(word string) bool {
	return word == "DENYDISCONNECT" || word == "DENYSOFTDISCONNECT" || word == "DISCONNECT"
}

// refuse makes the answer a refusal. hard and soft are the codes that the words stand for at this command (connection.js), unless the
// plugin gave an object with a code of its own (haraka-dsn), which the plain forms do not show.
func (a *answer) refuse(ev *event.Event, hard, soft int) event.Kind {
	code := hard
	if isSoft(a.word) {
		code = soft
	}
	ev.RejectPermanent = event.TriOf(code >= 500)
	if disconnects(a.word) {
		ev.EndHint = event.EndRejected
	}
	text := a.text
	switch {
	case strings.HasPrefix(text, "{"):
		own, _ := member(text, "code")
		n, ok := scan.Int(own)
		if !ok || n < 400 || n > 599 {
			return a.unknown(ev, code)
		}
		code = int(n)
		text, _ = member(text, "reply")
		ev.RejectPermanent = event.TriOf(code >= 500)
	case text == "[object Object]":
		return a.unknown(ev, code)
	default:
		if _, rest := reply.Enhanced(text, 0); len(rest) < len(text) && strings.TrimPrefix(text, "#")[0] != byte('0'+code/100) {
			ev.Class = strings.TrimPrefix(text, "#")[0] // the plugin's own code is of another class than its word
			ev.Enhanced, ev.Text = reply.Enhanced(text, ev.Class)
			ev.RejectPermanent = event.TriOf(ev.Class == '5')
			return event.KindReject
		}
	}
	ev.Code, ev.Class = code, byte('0'+code/100)
	ev.Enhanced, ev.Text = reply.Enhanced(text, ev.Class)
	return event.KindReject
}

// unknown is a refusal whose code is not in the line.
func (a *answer) unknown(ev *event.Event, code int) event.Kind {
	ev.Class = byte('0' + code/100)
	return event.KindReject
}

// nullSender is an address without brackets as Event has it.
func nullSender(address string) string {
	if address == "" {
		return "<>"
	}
	return address
}

// refused reads the refusals that have a sentence of their own instead of a word for the answer (connection.js).
func refused(ev *event.Event, l *line) event.Kind {
	s := l.text
	if rest, ok := strings.CutPrefix(s, "Error: "); ok { // lib/rfc1869.js, haraka-utils
		s = rest
	}
	switch {
	case strings.HasPrefix(s, "Invalid format of mail command"), strings.HasPrefix(s, "Invalid MAIL FROM address "):
		return syntax(ev, "MAIL", s)
	case strings.HasPrefix(s, "Invalid format of rcpt command"), strings.HasPrefix(s, "Invalid RCPT TO address "):
		return syntax(ev, "RCPT", s)
	case strings.HasPrefix(s, "Syntax error in parameters"), strings.HasPrefix(s, "Syntax error in address"),
		strings.HasPrefix(s, "Invalid RFC-5321 address: "): // of either command; the last one before 3.0
		ev.Reason = "protocol_error" // whether it is the sender or a recipient is not said
		return syntax(ev, "", s)
	case strings.HasPrefix(s, "Incoming message exceeded max size of "), strings.HasPrefix(s, "Incoming message exceeded databytes size of "):
		return content(ev, l, 0, "message_too_large")
	case s == "Incoming message had too many Received headers":
		return content(ev, l, 550, "loop")
	case strings.HasPrefix(s, "Client sent bare line-feed"):
		return content(ev, l, 451, "protocol_error")
	case s == "Possible DoS attempt - too many MIME parts":
		return content(ev, l, 554, "content_rejected")
	}
	return event.KindNone
}

// syntax is a command that could not be read. The client gets 501, with these words where they are about an address.
func syntax(ev *event.Event, command, words string) event.Kind {
	ev.Command, ev.Code, ev.Class, ev.Text = command, 501, '5', words
	ev.RejectPermanent = event.Yes
	return event.KindReject
}

// content is a message that was refused for what is in it, by a code or, where versions have different ones, a 5xx.
func content(ev *event.Event, l *line, code int, reason string) event.Kind {
	ev.Command, ev.Argument, ev.Reason = event.CommandEOM, l.text, reason
	if ev.Code, ev.Class = code, '5'; code > 0 {
		ev.Class = byte('0' + code/100)
	}
	ev.RejectPermanent = event.TriOf(ev.Class == '5')
	if _, n, _, ok := identity(l.id); ok && n > 0 {
		ev.QueueID, ev.Transaction = l.id, n
	}
	return event.KindReject
}
