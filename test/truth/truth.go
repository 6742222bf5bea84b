// Package truth compares enriched records with what is known of the run that the log was written in. The truth files come from the
// records of the hosts that sent and received the mail, not from any log.
package truth

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"strings"
)

// Run is one run of a mail server.
type Run struct {
	Window struct{ Start, End float64 }

	Messages []Message `json:"messages"`
	DSNs     []struct {
		MessageID  string   `json:"message_id"`
		Connection string   `json:"connection"`
		To         []string `json:"to"`
		About      string   `json:"original_message_id"`
	} `json:"dsns"`
	Inbound  []Connection `json:"inbound_connections"`
	Outbound []Connection `json:"outbound_connections"`
	Proxied  []Connection `json:"proxy_sessions"` // the same as seen by a proxy in between
	Tools    []struct {
		File        string   `json:"file"`
		Connections []string `json:"sink_connections"`
	} `json:"tool_runs"`
	Totals struct {
		InboundEnded map[string]int `json:"inbound_ended"`
		Final        map[string]int `json:"recipients_final"`
		Rejected     map[string]int `json:"rejected_by_code"`
		TLS          int            `json:"inbound_tls"`
		AuthOK       int            `json:"auth_ok"`
	} `json:"totals"`
}

// Message is one message that was submitted.
type Message struct {
	ID         string `json:"id"`
	MessageID  string `json:"message_id"`
	Direction  string `json:"direction"`
	Scenario   string `json:"scenario"`
	From       string `json:"envelope_from"`
	Recipients []Recipient
	Submitted  struct {
		Via        string  `json:"via"`
		T          float64 `json:"t"`
		Accepted   bool    `json:"accepted"`
		QueueID    string  `json:"queue_id"`
		Connection string  `json:"connection"`
	} `json:"submitted"`
	Filter []struct {
		Reply string `json:"reply"`
	} `json:"after_queue_filter"`
}

// Recipient is one recipient of a submitted message and its end.
type Recipient struct {
	Address     string    `json:"address"`
	Scenario    string    `json:"scenario"`
	Final       string    `json:"final"`
	Evidence    string    `json:"final_evidence"`
	Detail      Reply     `json:"final_detail"`
	Attempts    []Attempt `json:"attempts"`
	DeliveredTo []string  `json:"delivered_to"`
}

// Reply is an answer.
type Reply struct {
	Code     int    `json:"code"`
	Enhanced string `json:"enhanced"`
	Text     string `json:"text"`
	Stage    string `json:"stage"`
	DSN      string `json:"dsn_status"`
}

// Attempt is one try that the receiving side saw.
type Attempt struct {
	T          float64 `json:"t"`
	Outcome    string  `json:"outcome"`
	Stage      string  `json:"stage"`
	Code       int     `json:"code"`
	Enhanced   string  `json:"enhanced"`
	Text       string  `json:"text"`
	Host       string  `json:"host"`
	ReceivedID string  `json:"received_id"`
	QueueID    string  `json:"sink_queue_id"`
	Connection string  `json:"connection"`
}

// Connection is one connection to the mail server.
type Connection struct {
	ID         string  `json:"id"`
	Scenario   string  `json:"scenario"`
	ClientIP   string  `json:"client_ip"`
	ClientPort int     `json:"client_port"`
	ServerIP   string  `json:"server_ip"`
	Port       int     `json:"server_port"`
	Start      float64 `json:"t_start"`
	End        float64 `json:"t_end"`
	Ended      string  `json:"ended"`
	TLS        any     `json:"tls"`
	User       string  `json:"auth_user"`
	Events     [][]any `json:"events"`

	Far string `json:"sink_connection"` // a proxy's own, to the server

	Transactions json.RawMessage `json:"transactions"` // a list of Transaction, or words that say where they are
}

// Transaction is one message of a connection, as the receiving side had it.
type Transaction struct {
	MailReply string `json:"mail_reply"`
	DataReply string `json:"data_reply"`
	EOMReply  string `json:"eom_reply"`
	MessageID string `json:"message_id"`
	Bytes     int64  `json:"bytes"`
	QueueID   string `json:"sink_queue_id"`
	Rcpts     []struct {
		Address string `json:"address"`
		Reply   any    `json:"reply"` // a line, or lines
	} `json:"rcpts"`
}

// Load reads a truth file, packed or not.
func Load(path string) (*Run, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	run := new(Run)
	if !strings.HasSuffix(path, ".gz") {
		return run, json.NewDecoder(f).Decode(run)
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	return run, json.NewDecoder(z).Decode(run)
}
