package truth

import (
	"encoding/csv"
	"encoding/json"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-smtp/otelcol-smtp/smtpconnector"
	"github.com/otelcol-smtp/otelcol-smtp/smtpprocessor"
)

// The servers of these logs are not run for this project: the files are written by hand after their documents, and what they come to with them.

// account takes lines through processor and connector.
func account(t *testing.T, text []string, fill func(string, plog.LogRecord)) (records []Record, counters []string) {
	t.Helper()
	metrics, sink := new(consumertest.MetricsSink), new(consumertest.LogsSink)
	cf := smtpconnector.NewFactory()
	cc := cf.CreateDefaultConfig().(*smtpconnector.Config)
	cc.MetricsFlushInterval, cc.SeriesBirth, cc.HostDimensions = time.Hour, 0, nil
	conn, err := cf.CreateLogsToMetrics(t.Context(), connectortest.NewNopSettings(cf.Type()), cc, metrics)
	require.NoError(t, err)
	require.NoError(t, conn.Start(t.Context(), componenttest.NewNopHost()))
	pf := smtpprocessor.NewFactory()
	pc := pf.CreateDefaultConfig().(*smtpprocessor.Config)
	pc.Location, pc.Attributes, pc.Summaries = "UTC", "full", []string{"session", "message"}
	p, err := pf.CreateLogs(t.Context(), processortest.NewNopSettings(pf.Type()), pc, fanout{conn, sink})
	require.NoError(t, err)
	require.NoError(t, p.Start(t.Context(), componenttest.NewNopHost()))
	ld := plog.NewLogs()
	recs := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	for _, l := range text {
		rec := recs.AppendEmpty()
		rec.SetObservedTimestamp(pcommon.NewTimestampFromTime(seen))
		fill(l, rec)
	}
	require.NoError(t, p.ConsumeLogs(t.Context(), ld))
	require.NoError(t, p.Shutdown(t.Context()))
	require.NoError(t, conn.Shutdown(t.Context()))
	for _, c := range values(metrics.AllMetrics()) {
		name, rest, _ := strings.Cut(c, "map[")
		switch name {
		case "smtp.delivery.attempts", "smtp.delivery.recipients", "smtp.delivery.suspended", "smtp.message.count", "smtp.reject.count",
			"smtp.connection.failures", "smtp.notification.count", "smtp.session.count", "smtp.auth.attempts":
			counters = append(counters, name+" "+strings.NewReplacer("smtp.", "", "delivery.", "", "failure.", "", "destination.", "", "email.", "", "]", " =").Replace(rest))
		}
	}
	sort.Strings(counters)
	return Records(sink.AllLogs()...), counters
}

// words are a record in a line: what it says of whom, in the order of the names.
func words(r *Record, names ...string) string {
	list := []string{}
	for _, name := range names {
		if v := r.Attr[name]; v != "" {
			list = append(list, v)
		}
	}
	return strings.Join(list, " ")
}

// story tells the enriched records one by one; those of a queue are of a minute, and of no mail.
func story(records []Record) (list []string) {
	for i := range records {
		r := &records[i]
		if r.Attr["smtp.event"] == "" || r.Is("queue") {
			continue
		}
		list = append(list, words(r, "smtp.event", "smtp.rcpt_to", "smtp.rcpt_to_list", "smtp.delivery.status", "smtp.delivery.attempt", "smtp.delivery.duration", "smtp.reply.code", "smtp.command",
			"smtp.delivery.dsn", "error.type", "smtp.failure.reason", "smtp.destination.provider", "smtp.delivery.route", "email.direction", "smtp.filter.verdict",
			"smtp.recipient.delivered", "smtp.recipient.bounced", "smtp.recipient.expired"))
	}
	return list
}

// kumoDay is what testdata/kumomta-day.log tells.
var kumoDay = []string{
	"delivery old@bigmail.test deferred 5 451 EOM 451 server_error other mx outbound", // the log begins in its middle: the server counts
	"message.received user@gmail.com",
	"delivery user@gmail.com deferred 1 421 DATA 421 rate_limited google mx outbound",
	`message.received ["a@smallbiz.test","b@smallbiz.test"]`,
	"delivery a@smallbiz.test delivered 1 1.125 250 EOM other mx outbound",
	"delivery b@smallbiz.test deferred 1 452 RCPT 452 mailbox_full other mx outbound",
	"message.received gone@bigmail.test",
	"delivery gone@bigmail.test bounced 1 2.125 550 RCPT 550 unknown_recipient other mx outbound",
	"message outbound 1",
	"message.received mia@unreach.test",
	"delivery mia@unreach.test deferred 1 connection_refused connection_refused other mx outbound",
	"message.received moved@far.test",
	"message.removed moved@far.test",
	"message",
	"reject nobody@shop.example.com 550 RCPT 550 unknown_recipient",
	"auth 535 AUTH",
	"report late@far.test 552 552 mailbox_full other",
	"report user@provider.test other abuse",
	"delivery user@gmail.com delivered 2 1202.125 250 EOM google mx outbound",
	"message outbound 1",
	"message.queued b@smallbiz.test",
	"delivery mia@unreach.test deferred 4.4.4 operator other none", // suspended: nobody was asked
	"delivery b@smallbiz.test deferred 2 452 RCPT 452 mailbox_full other mx outbound",
	"delivery old@bigmail.test delivered 6 41400.125 250 EOM other mx outbound",
	"message outbound 1",
	"delivery mia@unreach.test bounced 1470.125 5.7.1 operator other none",
	"message 1",
	"delivery b@smallbiz.test expired 42980.125 452 5.4.7 mailbox_full other mx outbound", // for the last try's reason
	"message outbound 1 1",
}

// Attempts, ends and refusals of the day; reports are in none of them.
var kumoCounts = []string{
	"smtp.auth.attempts auth.mechanism:PLAIN auth.result:failure = 1",
	"smtp.delivery.attempts direction:outbound route:mx status:bounced provider:other reason:unknown_recipient message.kind:mail = 1",
	"smtp.delivery.attempts direction:outbound route:mx status:deferred provider:google reason:rate_limited message.kind:mail = 1",
	"smtp.delivery.attempts direction:outbound route:mx status:deferred provider:other reason:connection_refused message.kind:mail = 1",
	"smtp.delivery.attempts direction:outbound route:mx status:deferred provider:other reason:mailbox_full message.kind:mail = 2",
	"smtp.delivery.attempts direction:outbound route:mx status:deferred provider:other reason:server_error message.kind:mail = 1",
	"smtp.delivery.attempts direction:outbound route:mx status:delivered provider:google message.kind:mail = 1",
	"smtp.delivery.attempts direction:outbound route:mx status:delivered provider:other message.kind:mail = 2",
	"smtp.delivery.recipients direction:outbound route:mx status:bounced provider:other category:recipient message.kind:mail = 1",
	"smtp.delivery.recipients direction:outbound route:mx status:delivered provider:google message.kind:mail = 1",
	"smtp.delivery.recipients direction:outbound route:mx status:delivered provider:other message.kind:mail = 2",
	"smtp.delivery.recipients direction:outbound route:mx status:expired provider:other category:recipient message.kind:mail = 1",
	"smtp.delivery.recipients route:none status:bounced provider:other category:own message.kind:mail = 1",
	"smtp.delivery.suspended provider:other = 1",
	"smtp.message.count message.hop:first message.kind:mail = 5",
	"smtp.reject.count command:RCPT reason:unknown_recipient reject.permanent:true reply.code:550 = 1",
}

// The same records, as lines and as somebody's JSON parser hands them on, tell the same, and no credentials.
func TestADayOfKumoMTA(t *testing.T) {
	for name, fill := range map[string]func(string, plog.LogRecord){
		"lines": plain,
		"taken apart": func(line string, rec plog.LogRecord) {
			var object map[string]any
			require.NoError(t, json.Unmarshal([]byte(line), &object))
			require.NoError(t, rec.Body().FromRaw(object))
		},
		"taken apart beside the line": func(line string, rec plog.LogRecord) { // file_log's json_parser
			var object map[string]any
			require.NoError(t, json.Unmarshal([]byte(line), &object))
			require.NoError(t, rec.Attributes().FromRaw(object))
			rec.Body().SetStr(line)
		},
		"behind a syslog header": func(line string, rec plog.LogRecord) { rec.Body().SetStr("Nov 24 08:00:00 mta1 kumod[7]: " + line) },
		"of a container":         func(line string, rec plog.LogRecord) { rec.Body().SetStr("2025-11-24T08:00:00.5Z stdout F " + line) },
		"of Docker": func(line string, rec plog.LogRecord) {
			text, err := json.Marshal(map[string]string{"log": line + "\n", "stream": "stdout", "time": "2025-11-24T08:00:00.5Z"})
			require.NoError(t, err)
			rec.Body().SetStr(string(text))
		},
		"of Fluent Bit": func(line string, rec plog.LogRecord) {
			require.NoError(t, rec.Body().FromRaw(map[string]any{"log": line}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			records, counters := account(t, lines(t, "kumomta-day.log"), fill)
			assert.Equal(t, kumoDay, story(records))
			assert.Equal(t, kumoCounts, counters)
			secrets := 0
			sessions := map[string]string{}
			for i := range records {
				r := &records[i]
				if strings.Contains(r.Body, "AHNob3AAc2VjcmV0") {
					t.Errorf("credentials left in %s", r.Body)
				}
				secrets += strings.Count(r.Body, "[redacted]")
				if r.Attr["smtp.event"] == "message.received" && r.Attr["user.name"] == "shop" {
					sessions[r.Attr["smtp.session.id"]] = r.Attr["smtp.session.inferred"]
				}
				if r.Attr["smtp.rcpt_to"] == "user@gmail.com" && r.Attr["email.message_id"] != "a.1@shop.example.com" {
					t.Errorf("no Message-ID on %s", r.Attr["smtp.event"])
				}
			}
			assert.Equal(t, 1, secrets)
			assert.Len(t, sessions, 1, "two messages came over one connection")
			assert.NotContains(t, sessions, "")
		})
	}
}

// Rows that a CSV parser in front took apart tell the same as those below their line of names.
func TestRowsOfPowerMTATakenApart(t *testing.T) {
	want, _ := account(t, lines(t, "powermta-accounting.csv"), plain)
	var names []string
	var rows []string
	for _, line := range lines(t, "powermta-accounting.csv") {
		fields, err := csv.NewReader(strings.NewReader(line)).Read()
		require.NoError(t, err)
		if fields[0] == "type" {
			names = fields
			continue
		}
		object := map[string]string{}
		for i, f := range fields {
			object[names[i]] = f
		}
		text, err := json.Marshal(object)
		require.NoError(t, err)
		rows = append(rows, string(text))
	}
	got, _ := account(t, rows, func(line string, rec plog.LogRecord) {
		var object map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &object))
		require.NoError(t, rec.Body().FromRaw(object))
	})
	assert.Equal(t, slices.DeleteFunc(story(want), func(s string) bool { return s == "lifecycle" }), story(got))
}

func TestAnAccountingFileOfPowerMTA(t *testing.T) {
	records, counters := account(t, lines(t, "powermta-accounting.csv"), plain)
	assert.Equal(t, []string{
		"lifecycle",
		"delivery adam@gmail.com delivered 3 250 EOM 2.0.0 google mx outbound",
		"delivery tom@gmail.com deferred 421 4.7.0 421 rate_limited google mx outbound",
		"delivery gone@bigmail.test bounced 5 550 5.1.1 550 unknown_recipient other mx outbound",
		"delivery mia@unreach.test deferred 4.4.1 timeout connection_timeout other mx outbound",
		"delivery x@nowhere.test bounced 7 5.1.2 host_not_found invalid_domain other mx outbound",
		"delivery box@shop.example.com delivered 8 2.0.0 local",
		"lifecycle",
		"delivery tom@gmail.com delivered 1204 250 EOM 2.0.0 google mx outbound",
		"delivery mia@unreach.test expired 43201 5.4.7 connection_timeout other mx outbound",
		"lifecycle",
		"report fbl@shop.example.com other abuse",
		"lifecycle",
		"report late@far.test 552 5.2.2 552 mailbox_full other",
		"lifecycle",
		"reply 421 4.7.0 421 rate_limited google",
	}, story(records))
	assert.Equal(t, []string{
		"smtp.delivery.attempts direction:outbound route:mx status:bounced provider:other reason:invalid_domain message.kind:mail = 1",
		"smtp.delivery.attempts direction:outbound route:mx status:bounced provider:other reason:unknown_recipient message.kind:mail = 1",
		"smtp.delivery.attempts direction:outbound route:mx status:deferred provider:google reason:rate_limited message.kind:mail = 1",
		"smtp.delivery.attempts direction:outbound route:mx status:deferred provider:other reason:connection_timeout message.kind:mail = 1",
		"smtp.delivery.attempts direction:outbound route:mx status:delivered provider:google message.kind:mail = 2",
		"smtp.delivery.attempts route:local status:delivered message.kind:mail = 1",
		"smtp.delivery.recipients direction:outbound route:mx status:bounced provider:other category:domain message.kind:mail = 1",
		"smtp.delivery.recipients direction:outbound route:mx status:bounced provider:other category:recipient message.kind:mail = 1",
		"smtp.delivery.recipients direction:outbound route:mx status:delivered provider:google message.kind:mail = 2",
		"smtp.delivery.recipients direction:outbound route:mx status:expired provider:other category:infrastructure message.kind:mail = 1",
		"smtp.delivery.recipients route:local status:delivered message.kind:mail = 1",
	}, counters)
	// the row's own time is the record's
	assert.Equal(t, time.Date(2025, 11, 24, 8, 0, 3, 0, time.UTC), records[1].Time.UTC())
}
