package truth

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

// piece is a line of a syslog daemon, taken apart, and numbered.
type piece struct {
	header.Header
	line string
	n    int
}

func (p *piece) at() time.Time  { return time.Unix(0, p.Time).UTC() }
func (p *piece) rfc() string    { return p.at().Format("2006-01-02T15:04:05.000000Z07:00") }
func (p *piece) nanos() string  { return p.at().Format("2006-01-02T15:04:05.000000000Z07:00") }
func (p *piece) millis() int64  { return p.Time / 1e6 }
func (p *piece) unix() string   { return fmt.Sprintf("%d.%06d", p.Time/1e9, p.Time/1e3%1e6) }
func (p *piece) behind() string { return p.line[strings.Index(p.line, " "+p.Host+" ")+1:] } // from the host on

// tag is the program and its process, as the daemon writes them.
func (p *piece) tag() string {
	if p.PID == 0 {
		return p.Program + ":"
	}
	return p.Program + "[" + strconv.FormatInt(p.PID, 10) + "]:"
}

func (p *piece) pid() string {
	if p.PID == 0 {
		return ""
	}
	return strconv.FormatInt(p.PID, 10)
}

type object = map[string]any

func asLine(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// shapes are texts and objects that programs between a syslog daemon and us make of its lines, for the logs of whole runs; those that internal/record compares line by line
// are not repeated. fine: they keep what stands behind the seconds.
var shapes = map[string]struct {
	fine bool
	make func(p *piece) any
}{
	"rsyslog: FileFormat behind a priority": {true, func(p *piece) any { return "<22>" + p.rfc() + " " + p.behind() }},
	"rsyslog: jsonf of its manual": {true, func(p *piece) any {
		short, _, _ := strings.Cut(p.Program, "/")
		return asLine(object{
			"@timestamp": p.rfc(), "host": p.Host, "severity": "INFO", "facility": "mail", "syslog-tag": p.tag(), "source": short, "message": " " + p.Text,
		})
	}},
	"rsyslog: raw text in JSON": {true, func(p *piece) any {
		return asLine(object{"rawmsg": "<22>" + p.rfc() + " " + p.behind(), "fromhost": "relay", "fromhost-ip": "192.0.2.7"})
	}},
	"rsyslog: facility and severity in words": {true, func(p *piece) any {
		return p.rfc() + " " + p.Host + " mail.info " + p.tag() + " " + p.Text
	}},
	"rsyslog: both of its times":                      {true, func(p *piece) any { return "2026-12-01T02:24:57.444577+00:00 " + p.rfc() + " " + p.behind() }},
	"journalctl -o short-precise":                     {true, func(p *piece) any { return p.at().Format("Jan 02 15:04:05.000000 ") + p.behind() }},
	"journalctl -o short-iso":                         {false, func(p *piece) any { return p.at().Format("2006-01-02T15:04:05-0700 ") + p.behind() }},
	"journalctl -o short-iso-precise of systemd 255":  {true, func(p *piece) any { return p.at().Format("2006-01-02T15:04:05.000000-07:00 ") + p.behind() }},
	"journalctl -o short-unix":                        {true, func(p *piece) any { return p.unix() + " " + p.behind() }},
	"a container's runtime, lines of a syslog daemon": {true, func(p *piece) any { return p.nanos() + " stdout F " + p.line }},
	"an export of CloudWatch to S3":                   {false, func(p *piece) any { return p.at().Format("2006-01-02T15:04:05.000Z ") + p.line }},
	"aws logs tail": {false, func(p *piece) any {
		return p.at().Format("2006-01-02T15:04:05.000000+00:00") + " i-0123456789abcdef0 " + p.line
	}},
	"a subscription of CloudWatch, an event": {false, func(p *piece) any {
		return object{"id": strconv.Itoa(p.n), "timestamp": p.millis(), "message": p.line}
	}},
	"Google Cloud, text": {false, func(p *piece) any {
		return object{"insertId": "x", "textPayload": p.line, "timestamp": p.nanos(), "logName": "projects/p/logs/syslog", "resource": object{"type": "gce_instance"}}
	}},
	"Google Cloud, the agent's syslog": {false, func(p *piece) any {
		return asLine(object{"insertId": "x", "jsonPayload": object{"message": p.line}, "timestamp": p.nanos(), "logName": "projects/p/logs/syslog"})
	}},
	"Splunk's collector, an event": {false, func(p *piece) any {
		return asLine(object{"time": p.unix(), "host": "forwarder", "source": "/var/log/mail.log", "sourcetype": "syslog", "event": p.line})
	}},
	"Filebeat's syslog module of old": {true, func(p *piece) any {
		of := object{"timestamp": p.rfc(), "hostname": p.Host, "program": p.Program, "message": p.Text}
		if p.PID != 0 {
			of["pid"] = p.pid()
		}
		return asLine(object{"@timestamp": p.rfc(), "system": object{"syslog": of}, "agent": object{"type": "filebeat"}, "event": object{"module": "system"}})
	}},
	"Promtail's labels in an export of Loki": {false, func(p *piece) any {
		return asLine(object{"labels": object{"job": "mail", "host": "agent", "filename": "/var/log/mail.log"}, "line": p.line, "timestamp": p.nanos()})
	}},
	"a file with a byte order mark": {false, func(p *piece) any { return "\uFEFF" + p.line }},
	"a file of Windows":             {false, func(p *piece) any { return p.line + "\r" }},
	"colours around all":            {false, func(p *piece) any { return "\x1b[32m" + p.line + "\x1b[0m" }},
	"a BSD's syslogd":               {false, func(p *piece) any { return p.line[:15] + " <mail.info> " + p.behind() }},
	"busybox":                       {false, func(p *piece) any { return p.line[:15] + " " + p.Host + " mail.info " + p.tag() + " " + p.Text }},
	"s6-log T":                      {true, func(p *piece) any { return p.at().Format("2006-01-02 15:04:05.000000000  ") + p.behind() }},
	"svlogd -ttt":                   {true, func(p *piece) any { return p.at().Format("2006-01-02T15:04:05.00000 ") + p.behind() }},
	"syslog-ng: full date of old":   {false, func(p *piece) any { return p.at().Format("2006 Jan 02 15:04:05 ") + p.behind() }},
	"syslog-ng: its JSON with dots": {true, func(p *piece) any {
		return asLine(object{"@timestamp": p.rfc(), "HOST": p.Host, "PROGRAM": p.Program, "PID": p.pid(), "MESSAGE": p.Text, "_SOURCE": "s_mail", "FACILITY": "mail"})
	}},
}

// inShape gives a record the shape.
func inShape(v any, rec plog.LogRecord) {
	if text, ok := v.(string); ok {
		rec.Body().SetStr(text)
		return
	}
	var raw object
	if err := json.Unmarshal([]byte(asLine(v)), &raw); err != nil {
		panic(err)
	}
	if err := rec.Body().SetEmptyMap().FromRaw(raw); err != nil {
		panic(err)
	}
}

// finer gives the lines of a log that has whole seconds microseconds, in their order.
func finer(log []string) (list []string) {
	last, n := "", 0
	for _, l := range log {
		if l[:15] != last {
			last, n = l[:15], 0
		}
		n += 10
		h := parse(l)
		list = append(list, time.Unix(0, h.Time).UTC().Format("2006-01-02T15:04:05")+fmt.Sprintf(".%06d+00:00", n)+l[15:])
	}
	return list
}

// The logs of four servers tell the same through whatever brings them: each record its event, its host and its moment.
func TestShapesTellTheSame(t *testing.T) {
	const most = 800 // lines of each
	for _, log := range []string{"postfix-main.rfc3164.log", "postfix-postlogd.log", "exim-main.rfc3164.log", "sendmail-main.rfc3164.log", "opensmtpd-main.rfc3164.log"} {
		coarse := lines(t, log)[:most]
		want := map[bool][]Record{false: still(t, coarse, plain), true: still(t, finer(coarse), plain)}
		for name, s := range shapes {
			t.Run(name+", "+log, func(t *testing.T) {
				text, n := coarse, -1
				if s.fine {
					text = finer(coarse)
				}
				got := still(t, text, func(line string, rec plog.LogRecord) {
					n++
					inShape(s.make(&piece{Header: parse(line), line: coarse[n], n: n}), rec)
				})
				require.Len(t, got, len(want[s.fine]))
				for i := range got {
					compareRecords(t, i, &want[s.fine][i], &got[i])
				}
			})
		}
	}
}

// compareRecords fails where two records tell different things of a mail.
func compareRecords(t *testing.T, i int, want, got *Record) {
	t.Helper()
	if a, b := said(want), said(got); a != b {
		t.Fatalf("record %d %.300q\n got %s\nwant %s", i, got.Body, b, a)
	}
	if want.Attr["smtp.event"] == "" {
		return
	}
	if !want.Time.Equal(got.Time) {
		t.Fatalf("record %d %.300q is of %s, want %s", i, got.Body, got.Time, want.Time)
	}
	if a, b := want.Attr["host.name"], got.Attr["host.name"]; a != b {
		t.Fatalf("record %d %.300q is of host %q, want %q", i, got.Body, b, a)
	}
}
