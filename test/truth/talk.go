package truth

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Talk is one conversation as those had it who were in it.
type Talk struct {
	ID    string
	Peer  string // the client's address for a server's log, the server's for a client's
	Port  int
	Ended string // in the truth's words
	Dark  bool   // it went on under TLS, out of the log's sight

	Said     []string // "code enhanced COMMAND argument", "0" for what was never answered
	Verdicts []string // "address status code"
	Messages int
	Bytes    int64    // of the accepted ones
	Queued   []string // ids that the server gave
	Version  string   // of TLS
	Cipher   string
	Content  []string // words of the messages

	far  string  // the connection behind a proxy
	wire [][]any // the words
}

// Talks are the conversations that stand in a transcript, in the order of their beginnings.
func (run *Run) Talks(t *Transcript) (talks []Talk) {
	if t.Proxied != "" {
		for i := range run.Proxied {
			if p := &run.Proxied[i]; strings.HasPrefix(p.ID, t.Proxied) {
				talks = append(talks, run.proxied(p))
			}
		}
		return talks
	}
	for i := range run.Tools {
		if tool := &run.Tools[i]; strings.HasSuffix(t.Log, tool.File) {
			for _, id := range tool.Connections {
				at := slices.IndexFunc(run.Outbound, func(c Connection) bool { return c.ID == id })
				talks = append(talks, run.Outbound[at].talk())
			}
		}
	}
	return talks
}

// proxied is a conversation that a proxy logged: its words are the proxy's own records, its verdicts the client's.
func (run *Run) proxied(p *Connection) Talk {
	talk := Talk{ID: p.ID, Peer: p.ClientIP, Port: p.ClientPort, far: p.Far}
	for i := range run.Inbound {
		c := &run.Inbound[i]
		if c.ClientIP != p.ClientIP || c.ClientPort != p.ClientPort {
			continue
		}
		talk.Ended = c.Ended
		for j := range run.Messages {
			if m := &run.Messages[j]; m.Submitted.Connection == c.ID {
				talk.judge(m)
			}
		}
	}
	talk.hear(p.Events)
	return talk
}

// judge takes the client's own notes on a message. What it calls rejected though the last answer accepts was cut off: nobody gave a verdict.
func (t *Talk) judge(m *Message) {
	for i := range m.Recipients {
		r := &m.Recipients[i]
		switch code := r.Detail.Code; {
		case r.Final == "rejected" && code >= 400:
			t.verdict(r.Address, code)
		case r.Final != "rejected" && m.Submitted.Accepted:
			t.verdict(r.Address, 250)
		}
	}
	for i := range m.Recipients {
		for _, a := range m.Recipients[i].Attempts {
			if a.QueueID != "" && a.Connection == t.far && !slices.Contains(t.Queued, a.QueueID) {
				t.Queued = append(t.Queued, a.QueueID)
			}
		}
	}
}

func (t *Talk) verdict(to string, code int) {
	status := map[int]string{2: "delivered", 4: "deferred", 5: "bounced"}[code/100]
	t.Verdicts = append(t.Verdicts, fmt.Sprint(to, " ", status, " ", code))
}

// talk is a conversation that the receiving side recorded.
func (c *Connection) talk() Talk {
	talk := Talk{ID: c.ID, Peer: c.ServerIP, Port: c.Port, Ended: c.Ended, Content: []string{"Subject: ", "hello from", "test mailing"}}
	talk.secure(c)
	talk.hear(c.Events)
	var list []Transaction
	_ = json.Unmarshal(c.Transactions, &list) // else words
	talk.Bytes = 0
	for i := range list {
		talk.settle(&list[i])
	}
	return talk
}

// secure takes what TLS was agreed on.
func (t *Talk) secure(c *Connection) {
	if tls, ok := c.TLS.(map[string]any); ok {
		version, _ := tls["version"].(string)
		t.Version = strings.TrimPrefix(version, "TLSv")
		t.Cipher, _ = tls["cipher"].(string)
	}
}

// settle takes the receiving side's notes on a message.
func (t *Talk) settle(m *Transaction) {
	all := m.EOMReply
	if code, _ := codes(m.DataReply); code >= 400 {
		all = m.DataReply
	}
	if code, _ := codes(m.MailReply); code >= 400 {
		all = m.MailReply
	}
	decided, _ := codes(all)
	for _, r := range m.Rcpts {
		if code, _ := codes(last(r.Reply)); code >= 400 {
			t.verdict(r.Address, code)
		} else if decided != 0 {
			t.verdict(r.Address, decided)
		}
	}
	if decided == 250 {
		t.Bytes += m.Bytes
		t.Queued = append(t.Queued, m.QueueID)
	}
	if m.MessageID != "" {
		t.Content = append(t.Content, m.MessageID)
	}
}

// hear reads the words on the wire: the server answers commands in their order (RFC 5321 section 2.1, RFC 2920 section 3.1).
func (t *Talk) hear(events [][]any) {
	t.wire = events
	var (
		secret  bool
		waiting = []string{"CONNECT"}
		data    bool
		size    int64
	)
	for _, e := range events {
		said := last(e[2])
		switch e[1] {
		case "-":
			if n, ok := strings.CutPrefix(said, "message data, "); ok {
				size, _ = strconv.ParseInt(strings.TrimSuffix(n, " bytes"), 10, 64)
				data, waiting = false, append(waiting, "EOM")
			}
		case "C":
			switch {
			case data && said == ".":
				data, waiting = false, append(waiting, "EOM")
			case data:
				size += int64(len(strings.TrimPrefix(said, "."))) + 2
				t.Content = append(t.Content, said)
			case secret:
				t.Content = append(t.Content, said)
			default:
				verb, argument, _ := strings.Cut(said, " ")
				if verb == "AUTH" {
					var initial string
					argument, initial, _ = strings.Cut(argument, " ")
					t.Content = append(t.Content, initial)
				}
				waiting = append(waiting, strings.TrimSpace(strings.ToUpper(verb)+" "+argument))
			}
		case "S":
			code, enhanced := codes(said)
			if len(waiting) == 0 || strings.HasPrefix(said[3:], "-") {
				continue
			}
			command := waiting[0]
			if secret = code == 334; secret {
				continue
			}
			waiting = waiting[1:]
			t.Said = append(t.Said, strings.Join(strings.Fields(fmt.Sprint(code, " ", enhanced, " ", command)), " "))
			data = data || code == 354
			t.Dark = t.Dark || command == "STARTTLS" && code == 220
			if command == "EOM" && code == 250 {
				t.Messages++
				t.Bytes += size
			}
			if command == "EOM" || code == 354 {
				size = 0
			}
		}
	}
	if n := len(t.Said); n > 0 && strings.HasPrefix(t.Said[n-1], "421 ") {
		waiting = nil // nothing that comes behind it is read (RFC 5321 section 3.8)
	}
	for _, command := range waiting {
		t.Said = append(t.Said, "0 "+command)
	}
	if len(t.Content) > 0 {
		t.Content = slices.DeleteFunc(t.Content, func(s string) bool { return len(s) < 8 })
	}
}

// last is a reply's last line.
func last(reply any) string {
	if lines, ok := reply.([]any); ok && len(lines) > 0 {
		reply = lines[len(lines)-1]
	}
	s, _ := reply.(string)
	return s
}

// codes are a reply's numbers.
func codes(line string) (code int, enhanced string) {
	if len(line) < 3 {
		return 0, ""
	}
	code, _ = strconv.Atoi(line[:3])
	if word, _, _ := strings.Cut(strings.TrimLeft(line[3:], " -"), " "); strings.Count(word, ".") == 2 && word[0] == line[0] {
		enhanced = word
	}
	return code, enhanced
}
