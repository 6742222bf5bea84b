package sendmail

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// sayings are the lines about the program itself, by how they begin.
var sayings = [...]string{
	// main.c, daemon.c, util.c
	"starting daemon (", "stopping daemon, reason=", "restarting ", "started as: ", "accepting connections again for daemon ",
	// conf.c
	"rejecting connections on daemon ", "have been rejecting connections on daemon ",
	"deferring connections on daemon ", "delaying connections on daemon ",
	// queue.c
	"rejecting new messages: ", "accepting new messages (again)", "runqueue: ",
	"queue control process: ", "persistent queue runner", "restart queue runner=",
	"checkqueuerunner: ", "grew WorkList for ", "FAILED to grow WorkList for ", "WorkList for ", "gatherq: ", "connection_rate_check",
	"global connection rate: ",
	"engine=", "tls_srv_features=", "tls_clt_features=", "set automode for ", "fipsmode=", "daemon ", "Could not remove daemon ", "could not ",
	"unable to write pid to ", "queue directory ", "shared memory ", "sm_shmstop ", "filesys_update failed: ", "dangerous permissions=",
	"x-connect", "haproxy: ",
	"srvfeatures: ", "dns ", "ldap=", "mci_", "dropenvelope, ", "sendenvelope, ", "finis, pid=", "in background, pid=", "disconnect level ",
	"dowork, pid=", "doworklist, pid=",
	"unlink ", "conn_limits: ", "smtp: doublequeue", "user ", "File descriptors missing on startup: ", "proc_list_probe: ",
	"queue group name ", "rewrite: ",
	"sqr: ", "rq: ", "rqe: ", "rwg: ", "runqueue ", "queue manager: ", "queue alg: ", "Adding ", "stab: ", "total: cnt=", "cln: cnt=",
	"srv: cnt=", "func=init_sem, ", "key=",
	"cannot get memory statistics", "getmodifiers too long", "interrupt", "disconnect: ", "SSL_CTX_dane_enable=", "fcntl(", "arith_map: ",
	"ldap ", "ph_map_", "nisplus_",
	"socket_map_lookup(", "dynamic class: ", "proxy mode requested", "collect: at end: ", "dferror: ", "locked",
	"Unsupported address family ", "Could not remove control socket: ",
	"quarantine_queue_item: ", "CurChildren = ", "NextMacroId = ", "*** $j not in $=w ***", "rcpt=", "can't initialize shared memory",
	"can't attach to shared memory",
	"can't find queue group name ", "main: where=", "Sending \"", "MCI@",
}

// lifecycle reads what the program says of itself; what follows the beginning is kept.
func lifecycle(ev *event.Event, s string) event.Kind {
	for _, begin := range sayings {
		if rest, ok := after(s, begin); ok {
			ev.Argument = rest
			if rest == "" {
				ev.Argument = s
			}
			return event.KindLifecycle
		}
	}
	if rest, ok := after(s, "getauth "); ok { // usersmtp.c, a debugging build: what we log in with
		what, secret, _ := strings.Cut(rest, "=")
		ev.Argument = what
		ev.Hide(secret)
		return event.KindLifecycle
	}
	// util.c, dumpfd: what is open, behind a system error
	if number, rest, ok := scan.Digits(strings.TrimLeft(s, " ")); ok && number < 1<<16 && strings.HasPrefix(rest, ": fl=0x") {
		ev.Argument = rest[len(": "):]
		return event.KindLifecycle
	}
	if file, rest, ok := strings.Cut(s, ": "); ok && strings.HasPrefix(s, "/") && strings.Contains(rest, " aliases, longest ") { // alias.c
		ev.Argument = file
		return event.KindLifecycle
	}
	return event.KindNone
}
