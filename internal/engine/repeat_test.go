package engine

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-smtp/otelcol-smtp/internal/diagnose"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/session"
)

const refusedLine = "Jan 15 10:00:01 %s postfix/smtpd[7]: NOQUEUE: reject: RCPT from c.example[192.0.2.30]: 550 5.1.1 <x@example.com>: Recipient address rejected: " +
	"User unknown in local recipient table; from=<s@example.net> to=<x@example.com> proto=ESMTP helo=<h>"

// bare carries lines that have all of their header in front of them.
type bare struct{ anchor time.Time }

func (c bare) Header(line string, clock header.Clock, h *header.Header) bool {
	clock.Anchor = c.anchor.UnixNano()
	return header.Parse(line, clock, h)
}

func newTestEngine(t *testing.T) *Engine {
	t.Helper()
	e, err := New(Settings{Zone: time.UTC, Diagnosis: diagnose.Standard, Session: session.Config{
		MaxSessions: 100, SessionIdle: time.Minute, MaxMessages: 100, MessageTTL: time.Hour, MaxRecipients: 100,
	}})
	require.NoError(t, err)
	return e
}

func TestMemoryOfRepeatedLinesIsBounded(t *testing.T) {
	e := newTestEngine(t)
	l := Line{Carrier: bare{time.Date(2026, 1, 16, 0, 0, 0, 0, time.UTC)}, Source: Source{Name: "mail.log"}}
	for i := range maxSaid + 10 {
		l.Text = fmt.Sprintf(refusedLine, fmt.Sprintf("mx%d", i))
		e.Observe(&l)
		require.True(t, l.Recognised)
	}
	src := e.source(l.Source)
	assert.LessOrEqual(t, len(src.said), maxSaid)
	assert.NotEmpty(t, src.said)
	assert.EqualValues(t, len(src.said), e.repeats.n.Load())

	l.Source.Name = "other.log" // has room when the first gives way
	for i := range maxSaid {
		l.Text = fmt.Sprintf(refusedLine, fmt.Sprintf("mx%d", i))
		e.Observe(&l)
	}
	other := e.source(l.Source)
	assert.EqualValues(t, len(src.said)+len(other.said), e.repeats.n.Load())
	assert.LessOrEqual(t, int(e.repeats.n.Load()), maxSaid)
}
