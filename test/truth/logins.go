package truth

import (
	"strings"
)

// compareLogins: a login counts once a session. What the server refused the truth has in the words of the conversations, where it
// has them; one that the client gave up is a failure only to servers that write it.
func compareLogins(run *Run, all Counters, unlogged Unlogged, between func(string, int, int, int)) {
	ok, least := 0, 0
	brought := run.brought()
	for i := range run.Inbound {
		if c := &run.Inbound[i]; c.User != "" {
			ok++
			if unlogged&UnloggedSessions == 0 || brought[c.ID] {
				least++
			}
		}
	}
	if unlogged&UnloggedUsers == 0 || unlogged&UnloggedSessions != 0 {
		between("logins", all.sum("auth.attempts", "role", "server", "result", "success"), least, ok)
	}
	refused, given := run.refusedLogins()
	if refused+given == 0 { // a truth without the words
		return
	}
	if unlogged&UnloggedCancels == 0 {
		refused += given
	}
	between("failed logins", all.sum("auth.attempts", "role", "server", "result", "failure"), refused, refused)
}

// refusedLogins are the AUTH commands that were answered with a refusal, and among those the ones that the client had given up (RFC
// 4954 section 4).
func (run *Run) refusedLogins() (refused, given int) {
	for i := range run.Inbound {
		pending, star := false, false
		for _, said := range run.Inbound[i].words() {
			switch {
			case said.client && strings.HasPrefix(strings.ToUpper(said.words), "AUTH "):
				pending, star = true, false
			case said.client:
				star = said.words == "*"
			case pending && !strings.HasPrefix(said.words, "334"):
				pending = false
				if strings.HasPrefix(said.words, "2") {
					continue
				}
				if star {
					given++
				} else {
					refused++
				}
			}
		}
	}
	return refused, given
}

// utterance is what one side of a conversation said; of a reply of several lines the last one.
type utterance struct {
	client bool
	words  string
}

func (c *Connection) words() (list []utterance) {
	for _, e := range c.Events {
		if len(e) < 3 {
			continue
		}
		words, _ := e[2].(string)
		if lines, ok := e[2].([]any); ok && len(lines) > 0 {
			words, _ = lines[len(lines)-1].(string)
		}
		list = append(list, utterance{client: e[1] == "C", words: words})
	}
	return list
}

// brought are the connections that brought a message.
func (run *Run) brought() map[string]bool {
	list := map[string]bool{}
	for i := range run.Messages {
		if m := &run.Messages[i]; m.Submitted.Accepted {
			list[m.Submitted.Connection] = true
		}
	}
	return list
}

// compareHandshakes: a session with TLS counts once, whatever it carried. A server that hands mail over to itself has both ends of
// a connection, so as many more sessions with clients as with hosts. Where sessions are not logged, those that brought a message are.
func compareHandshakes(run *Run, all Counters, unlogged Unlogged, between func(string, int, int, int)) {
	server, client, least := 0, 0, 0
	brought := run.brought()
	for i := range run.Inbound {
		if c := &run.Inbound[i]; c.secured() {
			server++
			if brought[c.ID] {
				least++
			}
		}
	}
	for i := range run.Outbound {
		if run.Outbound[i].secured() {
			client++
		}
	}
	gotServer, gotClient := all.sum("tls.sessions", "role", "server"), all.sum("tls.sessions", "role", "client")
	switch {
	case unlogged&UnloggedTLS != 0:
		between("sessions of clients with TLS", gotServer, least, server)
	case client == 0 || unlogged&UnloggedClientTLS != 0:
		between("sessions of clients with TLS", gotServer, server, server)
	default:
		own := gotServer - server
		between("sessions of the server with itself", own, 0, gotServer)
		between("sessions with hosts with TLS", gotClient-own, client, client)
	}
}

func (c *Connection) secured() bool {
	with, is := c.TLS.(map[string]any)
	return is && with != nil || c.TLS == true
}
