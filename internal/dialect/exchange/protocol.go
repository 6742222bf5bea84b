package exchange

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
	"github.com/otelcol-smtp/otelcol-smtp/internal/speech"
)

// The names of the daemons are those of the folders that the logs lie in.
const (
	daemonReceive = "SmtpReceive"
	daemonSend    = "SmtpSend"
)

// readProtocol reads a row of an SMTP protocol log.
func readProtocol(r *row, ev *event.Event) event.Result {
	mark := r.cells[colMark].text
	if !isMark(mark) {
		return event.Unknown
	}
	local, localPort, _ := endpoint(r.cells[colLocal].text)
	remote, remotePort, known := endpoint(r.cells[colRemote].text)
	if isMailbox(localPort) || isMailbox(remotePort) {
		return event.Unknown // POP3 and IMAP4 have logs of the same columns
	}
	connected := r.cells[colLocal].text != ""
	if session := r.cells[colSession].text; isID(session) && (connected || !known) {
		ev.Scope, ev.ConnID = event.ScopeID, session
	}
	connector := r.text(colConnector)
	ev.Role = roleOf(connector, localPort, remotePort)
	ev.PeerIP, ev.PeerPort = remote, remotePort
	switch ev.Role {
	case event.RoleServer:
		ev.Daemon, ev.Service, ev.ServerPort, ev.ClientPort = daemonReceive, connector, localPort, remotePort
	case event.RoleClient:
		ev.Daemon, ev.SourcePool, ev.SourceAddress, ev.ServerPort, ev.ClientPort = daemonSend, connector, local, remotePort, localPort
		ev.OwnVerdicts = isInternal(connector)
	}

	switch mark {
	case "+":
		ev.Kind = event.KindConnect
		return event.Parsed
	case "-":
		ev.Kind = event.KindDisconnect
		ev.EndHint = endOf(r.text(colContext), ev.Role)
		return event.Parsed
	case "*":
		return readInformation(r, ev)
	}
	return readWords(r, mark == ">", ev)
}

// roleOf says who we are. A receive connector is logged as SERVER\Name, a send connector by its name alone; where the row names none the
// ports tell.
func roleOf(connector string, local, remote int) event.Role {
	switch {
	case strings.Contains(connector, `\`), strings.Contains(connector, "CN=SMTP Receive Connectors,"):
		return event.RoleServer
	case connector != "":
		return event.RoleClient
	case isSubmission(local) && !isSubmission(remote):
		return event.RoleServer
	case isSubmission(remote) && !isSubmission(local):
		return event.RoleClient
	}
	return event.RoleUnknown
}

// isSubmission says whether Exchange listens for SMTP on a port: 25, 587, 465 and 2525 of the transport service, 717 and 475 of the front
// end and of mailbox delivery ("Mail flow and the transport pipeline").
func isSubmission(port int) bool {
	switch port {
	case 25, 465, 475, 587, 717, 2525:
		return true
	}
	return false
}

// isMailbox says whether a port is POP3's or IMAP4's.
func isMailbox(port int) bool {
	switch port {
	case 110, 143, 993, 995:
		return true
	}
	return false
}

// isInternal says whether a send connector is one of those that Exchange has of its own, to pass mail between its services and servers:
// what becomes of a message is told in the message tracking log.
func isInternal(connector string) bool {
	switch connector {
	case "Intra-Organization SMTP Send Connector", "Inbound Proxy Internal Send Connector", "Client Proxy Send Connector", "Mailbox Delivery":
		return true
	}
	return false
}

// endOf reads who closed the connection: "Local", "Remote", "Remote(ConnectionReset)".
func endOf(context string, role event.Role) event.End {
	who, why, failed := scan.Cut(context, '(')
	switch {
	case failed && (strings.HasPrefix(why, "Timeout") || strings.HasPrefix(why, "TimedOut")):
		return event.EndTimeout
	case failed:
		return event.EndLost
	case who == "Local" && role == event.RoleServer, who == "Remote" && role == event.RoleClient:
		return event.EndServerClosed
	case who == "Remote" && role == event.RoleServer, who == "Local" && role == event.RoleClient:
		return event.EndClientClosed
	}
	return event.EndNone
}

// readWords reads what one side said. Whose words are whose is known by the role: ">" is what this server sent. Then a client says
// nothing but commands and data, and a server nothing but replies; without a role the arrows are taken as a client's, and the tracker
// finds out.
func readWords(r *row, sent bool, ev *event.Event) event.Result {
	data := &r.cells[colData]
	said := r.text(colData)
	ev.Said, ev.SaidAt = said, event.Span{From: data.at, To: data.at + len(data.text)}
	client := sent != (ev.Role == event.RoleServer)
	ev.FromPeer = event.TriOf(client)
	switch {
	case (client || ev.Role == event.RoleUnknown) && (speech.OfClient(said, ev) || readCommand(said, ev)):
		if speech.HideCredentials(said, ev); data.doubled && ev.Command == "AUTH" {
			ev.Hide(data.text) // the words are a copy: the column has a second quote to each of theirs
		}
		return event.Parsed
	case (!client || ev.Role == event.RoleUnknown) && speech.Reply(said, ev):
		return event.Parsed
	}
	ev.Kind = event.KindContent
	return event.Parsed
}

// The commands that Exchange servers have among themselves ([MS-OXSMTP], and the replies to EHLO).
var ownCommands = [...]string{
	"XPROXY", "XPROXYFROM", "XPROXYTO", "XSHADOW", "XSHADOWREQUEST", "XQDISCARD", "XSESSIONPARAMS", "XSYSPROBE", "XEXCH50", "XRDST",
	"XQUERYSUSPECTLIST", "X-LINK2STATE",
}

// readCommand reads a command of Exchange's own. Two do as others do: X-EXPS logs in as AUTH does, X-ANONYMOUSTLS begins TLS as STARTTLS
// does.
func readCommand(said string, ev *event.Event) bool {
	word, rest, _ := scan.Cut(scan.TrimRight(said), ' ')
	switch word {
	case "X-EXPS":
		return speech.Authenticate(rest, ev)
	case "X-ANONYMOUSTLS":
		ev.Kind, ev.Command = event.KindCommand, "STARTTLS"
		return rest == ""
	}
	for _, name := range ownCommands {
		if word == name {
			ev.Kind, ev.Command, ev.Argument = event.KindCommand, name, rest
			return true
		}
	}
	return false
}

// isEndpoint says whether s is an address and a port.
func isEndpoint(s string) bool {
	_, _, ok := endpoint(s)
	return ok
}

// endpoint reads "192.0.2.1:25", "[2001:db8::1]:25", or "fe80::1%10:25" as older versions write it. A zone says nothing to others.
func endpoint(s string) (ip string, port int, ok bool) {
	host, number, ok := scan.CutLast(s, ':')
	n, digits := scan.Int(number)
	if !ok || !digits || n > 65535 {
		return "", 0, false
	}
	if inner, rest, bracketed := scan.Between(host, '[', ']'); bracketed && rest == "" {
		host = inner
	}
	if host, ok = address(host); !ok {
		return "", 0, false
	}
	return host, int(n), true
}

// address checks an IP address and takes its zone off.
func address(s string) (string, bool) {
	s, _, _ = scan.Cut(s, '%')
	return s, scan.IsIP(s)
}
