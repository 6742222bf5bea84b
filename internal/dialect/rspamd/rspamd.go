// Package rspamd reads what rspamd writes about each message: that it was loaded (src/libmime/message.c), and the verdict, in the
// log_format of its configuration (conf/logging.inc, src/libserver/task.c).
package rspamd

import (
	"strings"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Parser is the dialect of rspamd.
type Parser struct{}

// Name is the value of smtp.dialect.
func (Parser) Name() string { return "rspamd" }

// Claims takes the tag of its own syslog and of its unit.
func (Parser) Claims(program string) bool { return program == "rspamd" }

// Probe recognises lines of its own file, "#3401(rspamd_proxy) <1a2b3c>; task; rspamd_...", also without what stands in front of the task.
func (Parser) Probe(h *header.Header) bool {
	return h.Program == "" && (strings.HasPrefix(h.Text, "#") || strings.HasPrefix(h.Text, "<")) && strings.Contains(h.Text, "; rspamd_")
}

// Parse reads one line.
func (Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	s := h.Text

	// "#3401(rspamd_proxy) ", in its own file
	pid, isFile := int64(0), false
	if rest, ok := strings.CutPrefix(s, "#"); ok {
		if pid, rest, ok = scan.Digits(rest); !ok {
			return event.Unknown
		}
		if _, s, ok = scan.Between(rest, '(', ')'); !ok {
			return event.Unknown
		}
		s, isFile = scan.TrimLeft(s), true
	}

	// "<1a2b3c>; task; "
	if _, rest, ok := scan.Between(s, '<', '>'); ok {
		s = strings.TrimPrefix(rest, "; ")
	}
	_, s, ok := strings.Cut(s, "; ")
	if !ok {
		return event.Unknown
	}

	what, s, _ := strings.Cut(s, ": ")
	switch what {
	case "rspamd_task_write_log":
		ok = judged(ev, s)
	case "rspamd_message_parse":
		ok = loaded(ev, s)
	default:
		ok = besides(ev, what, s)
	}
	if !ok {
		return event.Unknown
	}
	if isFile {
		ev.PID = pid
	}
	ev.Kind, ev.Beside, ev.Daemon, ev.FilterName = event.KindFilter, true, "rspamd", "rspamd"
	return event.Parsed
}

// besides is what the functions on a message's way say: "proxy_accept_socket: accepted milter connection from 127.0.0.1 port 34050",
// "rspamd_milter_process_command: got connection from 192.0.2.11:4321", "greylist.lua:331: greylisted until ...". One in C has a name in
// small letters and "_", but for main(), one in Lua its file and line; of a line that was cut there is none.
func besides(ev *event.Event, function, s string) bool {
	if s == "" || function == "" {
		return false
	}
	for i := 0; i < len(function); i++ {
		if c := function[i]; (c < 'a' || c > 'z') && !scan.IsDigit(c) && c != '_' && c != '.' && c != ':' {
			return false
		}
	}
	if !strings.Contains(function, "_") && !strings.Contains(function, ".lua:") && function != "main" {
		return false
	}
	ev.Argument = s
	if client, ok := strings.CutPrefix(s, "got connection from "); ok {
		if ip, port, ok := scan.CutLast(client, ':'); ok && scan.IsIP(ip) {
			n, _ := scan.Int(port)
			ev.PeerIP, ev.ClientPort = ip, int(n)
		}
	}
	return true
}

// loaded is "loaded message; id: <id>; queue-id: <X>; size: 888; checksum: <...>".
func loaded(ev *event.Event, s string) bool {
	rest, ok := strings.CutPrefix(s, "loaded message; id: <")
	if !ok {
		return false
	}
	id, rest, ok := strings.Cut(rest, ">; queue-id: <") // no blank in an id
	if !ok {
		return true
	}
	ev.MessageID = known(id)
	qid, rest, ok := scan.Cut(rest, '>')
	if !ok || !scan.IsQueueID(known(qid)) {
		return true
	}
	ev.QueueID = qid
	if rest, ok = strings.CutPrefix(rest, "; size: "); ok {
		if n, _, ok := scan.Digits(rest); ok {
			ev.Size, ev.HasSize = n, true
		}
	}
	return true
}

// known is an id, unless it stands for none, or for one that cannot be told.
func known(id string) string {
	if id == "undef" || strings.ContainsAny(id, "<>?") {
		return ""
	}
	return id
}

// judged is "id: <id>, qid: <X>, ip: 192.0.2.1, user: anna, from: <a>, (default: F (no action): [1.23/15.00] [SYMBOL(1.00){},...]), len:
// 888, time: 1.5ms, ...". Each but the id may be missing. An id has no blanks: rspamd puts "?" in their place. The sender, and what
// symbols add in braces, may look like anything: what divides them must stand once.
func judged(ev *event.Event, s string) bool {
	id, rest, _ := strings.Cut(s, ">, ")
	id, ok := strings.CutPrefix(id, "id: <")
	if !ok {
		return false
	}
	ev.MessageID = known(id)
	if qid, after, ok := strings.Cut(rest, ">, "); ok && strings.HasPrefix(qid, "qid: <") {
		if qid = qid[len("qid: <"):]; scan.IsQueueID(known(qid)) {
			ev.QueueID = qid
		}
		rest = after
	}
	if ip, after, ok := strings.Cut(rest, ", "); ok && strings.HasPrefix(ip, "ip: ") {
		ev.PeerIP, rest = known(ip[len("ip: "):]), after
	}
	if user, after, ok := strings.Cut(rest, ", "); ok && strings.HasPrefix(user, "user: ") {
		ev.User, rest = known(user[len("user: "):]), after
	}
	if from, ok := strings.CutPrefix(rest, "from: <"); ok {
		if from, rest, ok = scan.CutOnce(from, ">, (default: "); !ok {
			return true
		}
		if ev.MailFrom = from; from == "" {
			ev.MailFrom = "<>"
		}
	} else if rest, ok = strings.CutPrefix(rest, "(default: "); !ok {
		return true
	}
	if !verdict(ev, rest) {
		return true
	}
	if symbols, after, ok := scan.CutOnce(rest, "]), len: "); ok {
		if _, list, ok := strings.Cut(symbols, "] ["); ok {
			ev.Argument = list
		}
		measures(ev, after)
	}
	return true
}

// actions are those that the mail server's own answer to its client does not tell.
var actions = map[string]event.MailboxAction{"discard": event.ActionDiscard, "quarantine": event.ActionQuarantine}

// verdict is "F (no action): [1.23/15.00] ...": whether it is spam, what to do with it, and the score of how much.
func verdict(ev *event.Event, s string) bool {
	if len(s) < 4 || s[1] != ' ' {
		return false
	}
	action, rest, ok := scan.Between(s[2:], '(', ')')
	if !ok {
		return false
	}
	ev.FilterVerdict, ev.Action = action, actions[action]
	rest, ok = strings.CutPrefix(rest, ": [")
	if !ok {
		return false
	}
	score, rest, ok := scan.Cut(rest, '/')
	if ok {
		ev.FilterScore, ev.HasScore = scan.Decimal(score)
		ev.Finding = found(ev, rest)
	}
	return ok
}

// found is the reason of an action that refuses: a score above the limit, which is "15.00] [SYMBOL(1.00){},...", or the greylist's symbol, which
// says "greylisted" of what it does not let pass (src/plugins/lua/greylist.lua). What else has forced an action, `forced: reject "words"` behind
// all, has told its words to the client; its score is made up to be the limit.
func found(ev *event.Event, s string) string {
	limit, symbols, _ := strings.Cut(s, "] [")
	switch ev.FilterVerdict {
	case "reject", "discard":
		most, is := scan.Decimal(limit)
		if is && ev.HasScore && ev.FilterScore >= most && most > 0 && !strings.Contains(symbols, ", forced: ") {
			return "spam_content"
		}
	case "soft reject":
		const greylisted = "GREYLIST(0.00){greylisted;"
		if strings.HasPrefix(symbols, greylisted) || strings.Contains(symbols, "},"+greylisted) {
			return "greylisted"
		}
	}
	return ""
}

// measures is "888, time: 1.5ms, dns req: 7, digest: <...>, rcpts: <a,b>, mime_rcpts: <a>, ...". The list has no end that an address
// could not have.
func measures(ev *event.Event, s string) {
	n, rest, ok := scan.Digits(s)
	if !ok || rest == "" {
		return
	}
	ev.Size, ev.HasSize = n, true
	if took, found := strings.CutPrefix(rest, ", time: "); found {
		took, _, _ = strings.Cut(took, "ms")
		ev.FilterTook = scan.Duration(took, time.Millisecond)
	}
	_, rest, ok = scan.CutOnce(rest, ">, rcpts: <")
	if !ok {
		return
	}
	list, _, ok := scan.Cut(rest, '>')
	if !ok || strings.IndexByte(list, '"') >= 0 {
		return
	}
	for list != "" {
		var to string
		to, list, _ = scan.Cut(list, ',')
		ev.RcptList = append(ev.RcptList, to)
	}
	if len(ev.RcptList) == 1 {
		ev.RcptTo, ev.RcptList = ev.RcptList[0], ev.RcptList[:0]
	}
}
