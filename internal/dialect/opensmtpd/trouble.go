package opensmtpd

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// lifecycle reads what the server says of itself (smtpd.c, control.c, and of 5.x the ends of its processes).
func lifecycle(ev *event.Event, s string) event.Kind {
	switch s {
	case "Exiting", "info: startup", "info: startup [debug mode]",
		"info: received signal SIGTERM, shutting down", "info: received signal SIGINT, shutting down",
		"info: ca agent exiting", "info: control process exiting", "info: lookup agent exiting", "info: pony agent exiting",
		"info: queue handler exiting",
		"info: scheduler handler exiting", "info: mda paused", "info: mta paused", "info: smtp paused", "info: mda resumed",
		"info: mta resumed", "info: smtp resumed",
		"queue: queue compression enabled", "queue: queue encryption enabled":
		ev.Stopped, ev.Argument = s == "Exiting", strings.TrimPrefix(s, "info: ")
		return event.KindLifecycle
	}
	if rest, ok := strings.CutPrefix(s, "smtpd: process "); ok { // one of them died, and the others with it (smtpd.c)
		name, what, _ := strings.Cut(rest, " ")
		ev.Argument, ev.Stopped = name, true
		return kindIf(event.KindWarning, what == "socket closed")
	}
	if rest, ok := strings.CutPrefix(s, "info: OpenSMTPD "); ok {
		version, ok := strings.CutSuffix(rest, " starting")
		ev.Argument, ev.Stopped = version, ok
		return kindIf(event.KindLifecycle, ok && version != "")
	}
	if rest, ok := strings.CutPrefix(s, "version: OpenSMTPD "); ok {
		ev.Argument = rest
		return event.KindLifecycle
	}
	if rest, ok := strings.CutPrefix(s, `info: Table "`); ok {
		ev.Argument, _, ok = strings.Cut(rest, `" successfully updated`)
		return kindIf(event.KindLifecycle, ok)
	}
	if rest, ok := strings.CutPrefix(s, `info: Failed to update table "`); ok {
		ev.Argument = strings.TrimSuffix(rest, `"`)
		return event.KindWarning
	}
	switch s {
	case "info: forward file is empty", "info: forward file exceeds max size", "info: parse error in forward file",
		"info: forward file expanded too many nodes":
		ev.Argument = s[len("info: "):]
		return event.KindWarning
	}
	return event.KindNone
}

// warnings are sentences with a meaning of their own. Where more stands behind one, it is what the sentence is about.
var warnings = [...]string{
	"Disabling incoming SMTP connections: Client limit reached", "Disabling incoming SMTP connections",
	"smtp: fd exhaustion over, re-enabling incoming connections",
	"Failed to create SMTP session", "temporarily rejecting messages", "loop detected", "queue: double bounce!", "queue: no return path!",
	"queue: cannot bounce!",
	"ctl client limit hit, disabling new connections", "re-enabling ctl connections", "no rules, nothing to do",
	"commands executed from aliases run with ",
	"not enough disk space: ", "not enough inodes: ", "Lookup table not found: ", "lost processor: ", "lost child: ", "lookup key too long: ",
	"source address table ", "smarthost table ", "could not find table ", "credentials table ", "cannot find user table ",
	"cannot find helo table ", "cannot find mailaddrmap table ",
	"user credentials lookup fail for ", "credentials lookup fail for ", "credentials not found for ", "credentials parse error for ",
	"failure during userinfo lookup ",
	"failure during helo lookup ", "failure during mailaddrmap lookup ", "key serialization failed for ", "Failed to parse smarthost ",
	"SRS failed to decode: ",
	"smtpd: couldn't enqueue offline message ", "too many connections to control socket from user with uid ", "table-proc: ", "queue-proc: ",
	"scheduler-proc: ",
	"unable to load CA file ", "failed to open include file ",
	// the queue on the disk, users' files, programs that are started (queue_fs.c, queue_ram.c, smtpd.c, mda.c, bounce.c): behind it what failed
	"queue-fs: ", "queue_fs: opendir: ", "queue-ram: ", "smtpd: parent_forward_open: ", "smtpd: open: ", "smtpd: fstat: ", "smtpd: fork",
	"purge_task: ", "mda: fdopen", "mda: lseek", "mda: fail to retrieve mda fd", "bounce: fdopen",
}

// complain reads a warning. Its fields are a message, an envelope, a relay, an answer; or the thing that its sentence is about.
func complain(ev *event.Event, s string) event.Kind {
	switch {
	case cut(&s, "PermFail injecting failure report on message "), cut(&s, "TempFail injecting failure report on message "):
		return unreported(ev, s)
	case cut(&s, "Failed to retrieve secret for "), cut(&s, "Failed to get source address for "),
		cut(&s, "Couldn't find backup preference for "):
		_, ok := relayOf(ev, s)
		ev.Role = event.RoleClient
		return kindIf(event.KindWarning, ok)
	case cut(&s, "Failed to retrieve smarthost for envelope "):
		return kindIf(event.KindWarning, identify(ev, s))
	case cut(&s, "could not update envelope "), cut(&s, "invalid envelope "):
		id, words, _ := strings.Cut(s, ": ")
		ev.Argument = words
		return kindIf(event.KindWarning, identify(ev, id))
	case cut(&s, "No auth table on action "), cut(&s, "TLS required for action "):
		action, rest, ok := strings.Cut(strings.TrimPrefix(s, `"`), `"`)
		ev.Argument = action
		if host, found := strings.CutPrefix(rest, " for relay "); found {
			ev.ServerAddress = host
		}
		return kindIf(event.KindWarning, ok)
	case cut(&s, "getnameinfo: "), cut(&s, "getaddrinfo: "):
		who, words, ok := strings.Cut(s, ": ")
		if peer(ev, who); ev.PeerIP == "" || hasLetterBesideHex(who) {
			ev.PeerIP, ev.ClientAddress = "", hostName(who)
		}
		ev.Role, ev.Argument = event.RoleServer, words
		return kindIf(event.KindWarning, ok && scan.TrimLeft(words) != "")
	case cut(&s, "smtp-in: session "):
		if converse(ev, head(s, 16), event.RoleServer) {
			ev.Argument = strings.TrimPrefix(s[16:], ": ")
			return event.KindWarning
		}
	}
	for _, w := range warnings {
		if rest, ok := strings.CutPrefix(s, w); ok && (rest == "" || w[len(w)-1] == ' ' || rest[0] == ':') {
			if ev.Argument = rest; rest == "" {
				ev.Argument = s
			}
			return event.KindWarning
		}
	}
	return event.KindNone
}

func head(s string, n int) string { return s[:min(n, len(s))] }

// unreported is "42ee69ff to <anna@example.com> for 1 envelope: 550 Invalid recipient: <anna@example.com>": a notice about the message
// that could not be given to the server itself (bounce.c). Nobody will be told.
func unreported(ev *event.Event, s string) event.Kind {
	id, s, ok := strings.Cut(s, " to ")
	to, s, found := mailbox(s)
	ev.QueueID = queueID(id)
	if !ok || !found || ev.QueueID == "" {
		return event.KindNone
	}
	ev.RcptTo = to
	n, words, ok := strings.Cut(strings.TrimPrefix(s, " for "), ": ")
	count, _, digits := scan.Digits(n)
	if !ok || !digits || count > 1<<20 {
		return event.KindNone
	}
	ev.RecipientCount = int(count)
	if !answer(ev, words) {
		ev.Argument = words
	}
	return event.KindWarning
}
