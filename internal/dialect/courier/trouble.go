package courier

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// encryption reads what couriertls writes for the program that runs it (tcpd/libcouriertls.c, tcpd/starttls.c): "ip=[::ffff:192.0.2.1], couriertls: accept:
// error:1408F10B:SSL routines:SSL3_GET_RECORD:wrong version number", until 4.17 of the libraries without the address; courieresmtpd.C: "courieresmtpd: STARTTLS
// failed: words".
func encryption(ev *event.Event, s string) event.Kind {
	ip := ""
	if rest, ok := strings.CutPrefix(s, "ip=["); ok {
		if ip, s, ok = strings.Cut(rest, "], "); !ok || !scan.IsIP(ip) {
			return event.KindNone
		}
	}
	words, ours := strings.CutPrefix(s, "courieresmtpd: STARTTLS failed: ")
	if !ours {
		var ok bool
		if words, ok = strings.CutPrefix(s, "couriertls: "); !ok {
			return event.KindNone
		}
	}
	ev.Role, ev.PeerIP, ev.Argument = event.RoleServer, unmapped(ip), words
	if ev.Daemon == "courieresmtp" {
		ev.Role = event.RoleClient
	}
	if !ours && !strings.HasPrefix(words, "accept: ") && !strings.HasPrefix(words, "connect: ") { // "read: Connection reset by peer"
		return event.KindWarning
	}
	ev.TLS, ev.ErrorType = event.No, "tls_handshake"
	if ev.Role == event.RoleServer {
		ev.EndHint = event.EndTLSFailed
	}
	return event.KindTLS
}

// troubles is how sentences begin that tell of trouble on this host.
var troubles = [...]struct{ daemon, begin string }{
	{"courierd", "QUEUE FILE CORRUPTION: inode "}, // cdmsgq.C
	{"courierd", "BACKUP RELAY DRIVER NOT FOUND: "},
	{"courierd", "Cannot read "},
	{"courierd", "Cannot open "},        // cddrvinfo.C
	{"courierd", "INVALID DELIVERY ID"}, // cdmsgq3.C
	{"courieresmtp", "Crashed child "},  // module.esmtp/courieresmtp.C
	{"courieresmtp", "Unable to fork"},
	{"courieresmtp", "INVALID message from child process."},
	{"courieresmtp", "INTERNAL ERROR: unexpected "},
	{"courieresmtp", "Internal failure in courieresmtp"},
	{"courierdsn", "Problems injecting bounce - "}, // module.dsn/dsn.C
	{"courierdsn", "Missing "},
	{"courierdsn", "Cannot open "},
	{"courierdsn", "Invalid configuration in config"},
	{"courierdsn", "Internal error - "},
	{"courierlocal", "Unable to read message file."}, // module.local/localmail.c
	{"courierlocal", "Invalid local recipient address."},
	{"courierlocal", "Invalid message from courierd."},
	{"courierlocal", "Invalid configuration in config"},
	{"", "submitclient: EOF from submit."}, // libs/comsubmitclient.c
	{"", "submitclient: bad response from submit: "},
	{"", "authdaemon: s_connect() failed"},               // libcourierauth: nobody answers about users
	{"", "submit terminated with a non-zero exit code."}, // module.esmtp/courieresmtpd.C
}

func complaint(ev *event.Event, s string) event.Kind {
	for i := range troubles {
		if t := &troubles[i]; (t.daemon == "" || t.daemon == ev.Daemon) && strings.HasPrefix(s, t.begin) {
			ev.Argument = s
			return event.KindWarning
		}
	}
	return event.KindNone
}
