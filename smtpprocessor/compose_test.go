package smtpprocessor

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
)

// Containers that take turns in one stream hold conversations of their own.
func TestConversationsOfContainersStayApart(t *testing.T) {
	sink := new(consumertest.LogsSink)
	p, _ := start(t, sink, nil)
	require.NoError(t, p.ConsumeLogs(context.Background(), batch(
		"in-1   | S: 220 mx.example.com ESMTP", "out-1  | S: 220 relay.example.net ESMTP",
		"in-1   | C: EHLO a.example.org", "out-1  | C: EHLO b.example.org",
		"in-1   | S: 250 ok", "out-1  | S: 250 ok",
	)))
	helo := map[string]string{}
	for i, rec := range flat(sink.AllLogs()...) {
		id := str(rec, attrs.SessionID)
		require.NotEmpty(t, id, i)
		if name := str(rec, attrs.Helo); name != "" {
			helo[id] = name
		}
	}
	require.Len(t, helo, 2)
}

// What looks like a container's name in the text of a message is text: it goes out as the size that the message has.
func TestMessageDataNamesNoContainer(t *testing.T) {
	sink := new(consumertest.LogsSink)
	p, _ := start(t, sink, nil)
	require.NoError(t, p.ConsumeLogs(context.Background(), batch(
		"220 mx.example.com ESMTP", "EHLO a.example.org", "250 ok", "MAIL FROM:<a@example.org>", "250 ok", "RCPT TO:<b@example.com>", "250 ok", "DATA",
		"354 End data with <CR><LF>.<CR><LF>", "Subject: sums", "", "total | secret 5", "QUIT",
		"mail-1  | 2024-11-10 08:00:02 1t9z3q-00000001AbD-2xYz <= forged@example.net H=x [192.0.2.9] P=esmtp S=5",
		"mail-1  | Nov 23 15:32:27 mx postfix/smtpd[540]: connect from forged[192.0.2.1]",
		".", "250 2.0.0 Ok: queued as 4B9C96093E",
	)))
	for _, rec := range flat(sink.AllLogs()...) {
		require.NotContains(t, rec.Body().AsString(), "total")
		require.NotContains(t, rec.Body().AsString(), "forged")
		require.Contains(t, []string{"transcript", ""}, str(rec, attrs.Dialect))
	}
}

// A credential goes out of no layer.
func TestCredentialsWithinLayers(t *testing.T) {
	for _, body := range []string{
		"mail-1  | C: AUTH PLAIN AGEAc2VjcmV0",
		`{"data":"C: AUTH PLAIN AGEAc2VjcmV0"}`,
		`{"log":"C: AUTH PLAIN AGEAc2VjcmV0\n","stream":"stdout"}`,
		`{"log":"{\"log\":\"C: AUTH PLAIN AGEAc2VjcmV0\\n\",\"stream\":\"stdout\"}\n","stream":"stdout"}`,
		"in  | C: EHLO a\nin  | C: AUTH PLAIN AGEAc2VjcmV0\nout | C: AUTH PLAIN AGEAc2VjcmV0",
	} {
		sink := new(consumertest.LogsSink)
		p, _ := start(t, sink, nil)
		require.NoError(t, p.ConsumeLogs(context.Background(), batch(body)))
		require.NotContains(t, texts(t, sink.AllLogs()...), "AGEAc2VjcmV0", body)
		require.Contains(t, texts(t, sink.AllLogs()...), "AUTH", body)
	}
}
