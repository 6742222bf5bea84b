package generate

import (
	"time"
)

// voice is how a mail server tells what happens. A text that is empty is what it does not tell.
type voice interface {
	line(at time.Time, host, text string) string
	queueID(at time.Time, seq int) string
	reuses() bool // queue ids are given out again

	connect(c *client) string
	reject(c *client, to string) string
	broken(c *client, how, after string) string
	disconnect(c *client, commands string) string

	open(c *client, m *mail) []string // before the message is in the queue
	received(c *client, m *mail) string
	again(m *mail) string // before a further try
	verdict(m *mail, v *verdict) string
	expired(m *mail, to []string) []string
	removed(m *mail) string
}

type client struct {
	pid      int
	name, ip string
}

type mail struct {
	id, messageID, from string
	size, n             int
}

type verdict struct {
	to                string
	pid               int
	relay, ip         string
	delay             float64
	status, dsn, text string
	atEnd             bool // it was said behind the message, not behind its recipient
}
