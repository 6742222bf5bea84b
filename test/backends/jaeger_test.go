//go:build backends

package backends

import (
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// way is one mail's over three servers, and one that nobody takes.
var way = []string{
	"2026-11-23T15:00:00.000000+00:00 out postfix/smtpd[1]: connect from app.example.com[192.0.2.80]",
	"2026-11-23T15:00:00.005000+00:00 out postfix/smtpd[1]: 4AA0918: client=app.example.com[192.0.2.80]",
	"2026-11-23T15:00:00.010000+00:00 out postfix/cleanup[2]: 4AA0918: message-id=<m1@example.com>",
	"2026-11-23T15:00:00.020000+00:00 out postfix/qmgr[3]: 4AA0918: from=<anna@example.com>, size=500, nrcpt=1 (queue active)",
	"2026-11-23T15:00:00.050000+00:00 out postfix/smtpd[1]: disconnect from app.example.com[192.0.2.80] ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5",
	"2026-11-23T15:00:01.950000+00:00 hub exim[12]: 1vN1Aa-00000000ALP-0mWt <= anna@example.com H=out.example.com [192.0.2.1] P=esmtp S=800 id=m1@example.com",
	"2026-11-23T15:00:02.000000+00:00 out postfix/smtp[4]: 4AA0918: to=<b@far.example>, relay=hub.example.com[192.0.2.2]:25, delay=2, delays=0.02/0.08/0.9/1, dsn=2.0.0, status=sent (250 OK id=1vN1Aa-00000000ALP-0mWt)",
	"2026-11-23T15:00:02.010000+00:00 out postfix/qmgr[3]: 4AA0918: removed",
	"2026-11-23T15:00:03.900000+00:00 mx sm-mta[405]: 6ANF69T0000403: from=<anna@example.com>, size=1100, class=0, nrcpts=1, msgid=<m1@example.com>, proto=ESMTP, daemon=MTA, relay=hub.example.com [192.0.2.2]",
	"2026-11-23T15:00:04.000000+00:00 hub exim[13]: 1vN1Aa-00000000ALP-0mWt => b@far.example R=dnslookup T=remote_smtp H=mx.far.example [198.51.100.1] C=\"250 2.0.0 6ANF69T0000403 Message accepted for delivery\"",
	"2026-11-23T15:00:04.010000+00:00 hub exim[13]: 1vN1Aa-00000000ALP-0mWt Completed",
	"2026-11-23T15:00:05.000000+00:00 mx sm-mta[406]: 6ANF69T0000403: to=<b@far.example>, delay=00:00:02, xdelay=00:00:01, mailer=esmtp, pri=31100, relay=box.far.example. [198.51.100.9], dsn=2.0.0, stat=Sent (OK id=1)",
	"2026-11-23T15:00:06.000000+00:00 out postfix/pickup[5]: 5BB0918: uid=1000 from=<anna>",
	"2026-11-23T15:00:06.010000+00:00 out postfix/cleanup[2]: 5BB0918: message-id=<m2@example.com>",
	"2026-11-23T15:00:06.020000+00:00 out postfix/qmgr[3]: 5BB0918: from=<anna@example.com>, size=500, nrcpt=1 (queue active)",
	"2026-11-23T15:00:07.000000+00:00 out postfix/smtp[4]: 5BB0918: to=<gone@far.example>, relay=mx.far.example[198.51.100.1]:25, delay=1, delays=0.02/0.08/0.4/0.5, dsn=5.1.1, status=bounced (host mx.far.example[198.51.100.1] said: 550 5.1.1 no such user (in reply to RCPT TO command))",
	"2026-11-23T15:00:07.010000+00:00 out postfix/qmgr[3]: 5BB0918: removed",
}

// jaegerTrace is a trace as Jaeger's API gives it.
type jaegerTrace struct {
	TraceID string
	Spans   []struct {
		OperationName, ProcessID string
		References               []struct{ RefType string }
		Tags                     []jaegerTag
		Warnings                 []string
	}
	Processes map[string]struct{ Tags []jaegerTag }
}

type jaegerTag struct {
	Key   string
	Value any
}

func tagged(tags []jaegerTag, key string) any {
	if i := slices.IndexFunc(tags, func(t jaegerTag) bool { return t.Key == key }); i >= 0 {
		return tags[i].Value
	}
	return nil
}

// ofJaeger asks it for traces; none while it has none.
func ofJaeger(t *testing.T, address string) (found []jaegerTrace) {
	t.Helper()
	response, err := http.Get(address)
	if err != nil {
		return nil
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	var answer struct{ Data []jaegerTrace }
	require.NoError(t, json.Unmarshal(body, &answer), "%s", body)
	return answer.Data
}

// TestJaeger runs examples/traces.yaml in front of Jaeger: one mail over three servers is one trace there, of which it has nothing to complain of, and a failure is
// found by its reason.
func TestJaeger(t *testing.T) {
	t.Parallel()
	address, dir := freeAddress(t), t.TempDir()
	start(t, nil, built+"jaeger", address)
	log := filepath.Join(dir, "mail.log")
	require.NoError(t, os.WriteFile(log, []byte(strings.Join(way, "\n")+"\n"), 0o600))
	p := start(t, nil, collector, "--config", root+"/examples/traces.yaml",
		"--config", "yaml:service::telemetry::metrics::level: none",
		"--config", "yaml:extensions::file_storage::directory: "+filepath.Join(dir, "state"),
		"--config", "yaml:receivers::maillog::include: ["+log+"]",
		"--config", "yaml:receivers::maillog::start_at: beginning",
		"--config", "yaml:exporters::prometheus::endpoint: "+freeAddress(t),
		"--config", "yaml:service::pipelines::logs/mail::exporters: [smtp]",
		"--config", "yaml:exporters::otlp_http::endpoint: http://"+address,
	)
	trace := event.TraceOfMessageID("m1@example.com").Bytes()
	one := "http://" + address + "/api/traces/" + hex.EncodeToString(trace[:])
	names := func(traces []jaegerTrace) (list []string) {
		for _, trace := range traces {
			for _, s := range trace.Spans {
				list = append(list, tagged(trace.Processes[s.ProcessID].Tags, "host.name").(string)+" "+s.OperationName)
			}
		}
		slices.Sort(list)
		return list
	}
	want := []string{
		"hub smtp.delivery", "hub smtp.hop", "hub smtp.message", "hub smtp.session", "mx smtp.delay.transmission", "mx smtp.delivery", "mx smtp.hop", "mx smtp.message", "mx smtp.session",
		"out smtp.delay.connection_setup", "out smtp.delay.in_queue", "out smtp.delay.transmission", "out smtp.delivery", "out smtp.message", "out smtp.session",
	}
	var found []jaegerTrace
	require.Eventually(t, func() bool { found = ofJaeger(t, one); return len(names(found)) == len(want) }, 90*time.Second, 200*time.Millisecond, "%v", p.output.String())
	require.Equal(t, want, names(found))
	for _, s := range found[0].Spans {
		require.Empty(t, s.Warnings, s.OperationName)
	}

	query := url.Values{"service": {"mail"}, "tags": {`{"error":"true","smtp.failure.reason":"unknown_recipient"}`}, "start": {"1"}, "end": {"4000000000000000"}}
	found = ofJaeger(t, "http://"+address+"/api/traces?"+query.Encode())
	require.Len(t, found, 1)
	for _, s := range found[0].Spans {
		if s.OperationName == "smtp.delivery" {
			require.Equal(t, "550", tagged(s.Tags, "error.type"))
			require.Equal(t, "no such user", tagged(s.Tags, "otel.status_description"))
		}
	}
}
