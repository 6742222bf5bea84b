package record

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/stanza/adapter"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/stanza/entry"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/stanza/operator"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/stanza/operator/helper"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/stanza/operator/parser/syslog"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

// seen is when the tests look at lines of 2026-11-23.
var seen = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)

// A carrier brings one line here, given as rsyslog writes it: once in the RFC 3164 format and once in the ISO one.
type carrier struct {
	name       string
	resolution event.Resolution
	carry      func(t testing.TB, l line, rec plog.LogRecord)
}

// line is one event in both formats, and taken apart.
type line struct {
	bsd, iso            string
	stamp               time.Time // with microseconds
	host, program, text string
	pid                 string // "" for none
}

var carriers = []carrier{
	{"file_log, RFC 3164", event.ResolutionSecond, func(_ testing.TB, l line, rec plog.LogRecord) {
		rec.Body().SetStr(l.bsd)
		rec.Attributes().PutStr("log.file.name", "mail.log")
	}},
	{"file_log, ISO", event.ResolutionSubsecond, func(_ testing.TB, l line, rec plog.LogRecord) {
		rec.Body().SetStr(l.iso)
		rec.Attributes().PutStr("log.file.name", "mail.log")
	}},
	{"syslog receiver's whole line, not parsed", event.ResolutionSecond, func(_ testing.TB, l line, rec plog.LogRecord) {
		rec.Body().SetStr("<22>" + l.bsd)
	}},
	{"syslog receiver, protocol none", event.ResolutionSecond, func(t testing.TB, l line, rec plog.LogRecord) {
		parseSyslog(t, syslog.None, "<22>"+l.bsd, rec)
	}},
	{"syslog receiver, RFC 3164", event.ResolutionSecond, func(t testing.TB, l line, rec plog.LogRecord) {
		parseSyslog(t, syslog.RFC3164, "<22>"+l.bsd, rec)
	}},
	{"syslog receiver, RFC 5424", event.ResolutionSubsecond, func(t testing.TB, l line, rec plog.LogRecord) {
		pid := l.pid
		if pid == "" {
			pid = "-"
		}
		parseSyslog(t, syslog.RFC5424, "<22>1 "+l.stamp.Format(micros)+" "+l.host+" "+l.program+" "+pid+" - -  "+l.text, rec)
	}},
	{"file_log with syslog_parser, without priority", event.ResolutionSecond, func(t testing.TB, l line, rec plog.LogRecord) {
		parseSyslog(t, syslog.RFC3164, l.bsd, rec)
	}},
	{"journald receiver", event.ResolutionSubsecond, func(_ testing.TB, l line, rec plog.LogRecord) {
		journal(l, rec.Body().SetEmptyMap())
		rec.SetTimestamp(pcommon.NewTimestampFromTime(l.stamp.Add(80 * time.Microsecond)))
	}},
	{"journald receiver, message in bytes", event.ResolutionSubsecond, func(_ testing.TB, l line, rec plog.LogRecord) {
		body := rec.Body().SetEmptyMap()
		journal(l, body)
		message := body.PutEmptySlice("MESSAGE")
		for i := range len(l.text) {
			message.AppendEmpty().SetDouble(float64(l.text[i]))
		}
		rec.SetTimestamp(pcommon.NewTimestampFromTime(l.stamp))
	}},
	{"journal fields moved to attributes", event.ResolutionSubsecond, func(_ testing.TB, l line, rec plog.LogRecord) {
		journal(l, rec.Attributes())
		rec.Body().SetStr(l.text)
	}},
	{"container's log in the journal", event.ResolutionSubsecond, func(_ testing.TB, l line, rec plog.LogRecord) {
		body := rec.Body().SetEmptyMap()
		journal(l, body)
		body.PutStr("MESSAGE", l.bsd)
		body.PutStr("SYSLOG_IDENTIFIER", "0123456789ab")
		body.PutStr("_PID", "77")
		body.PutStr("SYSLOG_PID", "77")
		body.PutStr("_HOSTNAME", "docker-host")
		body.PutStr("CONTAINER_ID", "0123456789ab")
	}},
	{"Fluent Bit's tail over OTLP", event.ResolutionSecond, func(_ testing.TB, l line, rec plog.LogRecord) {
		rec.Body().SetStr(l.bsd)
		rec.SetTimestamp(pcommon.NewTimestampFromTime(seen.Add(123456789)))
	}},
	{"Fluent Bit's tail as a map", event.ResolutionSecond, func(_ testing.TB, l line, rec plog.LogRecord) {
		rec.Body().SetEmptyMap().PutStr("log", l.bsd)
		rec.SetTimestamp(pcommon.NewTimestampFromTime(seen.Add(123456789)))
	}},
	{"Fluent Bit's syslog parser, keys as attributes", event.ResolutionSecond, func(_ testing.TB, l line, rec plog.LogRecord) {
		rec.Body().SetStr(l.text)
		fluent(l, rec.Attributes())
		rec.SetTimestamp(pcommon.NewTimestampFromTime(l.stamp.Truncate(time.Second)))
	}},
	{"Fluent Bit's syslog parser, all in a map", event.ResolutionSecond, func(_ testing.TB, l line, rec plog.LogRecord) {
		body := rec.Body().SetEmptyMap()
		body.PutStr("log", l.bsd)
		body.PutStr("message", l.text)
		fluent(l, body)
		rec.SetTimestamp(pcommon.NewTimestampFromTime(l.stamp.Truncate(time.Second)))
	}},
	{"Fluent forward", event.ResolutionSecond, func(_ testing.TB, l line, rec plog.LogRecord) {
		rec.Body().SetStr(l.text)
		fluent(l, rec.Attributes())
		rec.Attributes().PutStr("fluent.tag", "mail")
		rec.SetTimestamp(pcommon.NewTimestampFromTime(l.stamp.Truncate(time.Second)))
	}},
	{"Docker's log in a map", event.ResolutionSecond, func(_ testing.TB, l line, rec plog.LogRecord) {
		body := rec.Body().SetEmptyMap()
		body.PutStr("log", l.bsd+"\n")
		body.PutStr("stream", "stdout")
	}},
	{"Kubernetes' log format", event.ResolutionSubsecond, func(_ testing.TB, l line, rec plog.LogRecord) {
		rec.Body().SetStr(l.stamp.Format(micros) + " stdout F " + l.bsd)
	}},
	{"container operator", event.ResolutionSubsecond, func(_ testing.TB, l line, rec plog.LogRecord) {
		rec.Body().SetStr(l.bsd)
		rec.Attributes().PutStr("log.iostream", "stdout")
		rec.SetTimestamp(pcommon.NewTimestampFromTime(l.stamp))
	}},
	{"rsyslog's JSON", event.ResolutionSecond, func(_ testing.TB, l line, rec plog.LogRecord) {
		body := rec.Body().SetEmptyMap()
		body.PutStr("message", " "+l.text)
		body.PutStr("programname", l.program)
		body.PutStr("procid", l.pid)
		body.PutStr("hostname", l.host)
		rec.SetTimestamp(pcommon.NewTimestampFromTime(l.stamp.Truncate(time.Second)))
	}},
	{"journalctl -o json", event.ResolutionSubsecond, func(t testing.TB, l line, rec plog.LogRecord) {
		m := pcommon.NewMap()
		journal(l, m)
		m.PutStr("__CURSOR", "s=1")
		rec.Body().SetStr(asJSON(t, m))
	}},
	{"journalctl -o export", event.ResolutionSubsecond, func(_ testing.TB, l line, rec plog.LogRecord) {
		rec.Body().SetStr(export(l))
	}},
	{"Docker's json-file", event.ResolutionSubsecond, func(t testing.TB, l line, rec plog.LogRecord) {
		m := pcommon.NewMap()
		m.PutStr("log", l.bsd+"\n")
		m.PutStr("stream", "stdout")
		m.PutStr("time", l.stamp.Format(micros))
		rec.Body().SetStr(asJSON(t, m))
	}},
	{"Fluentd's file", event.ResolutionSecond, func(t testing.TB, l line, rec plog.LogRecord) {
		m := pcommon.NewMap()
		fluent(l, m)
		m.PutStr("message", l.text)
		rec.Body().SetStr(l.stamp.Truncate(time.Second).Format(time.RFC3339) + "\tmail.info\t" + asJSON(t, m))
	}},
	{"rsyslog's JSON as a line", event.ResolutionSecond, func(t testing.TB, l line, rec plog.LogRecord) {
		m := pcommon.NewMap()
		m.PutStr("message", " "+l.text)
		m.PutStr("programname", l.program)
		m.PutStr("procid", l.pid)
		m.PutStr("hostname", l.host)
		rec.Body().SetStr(asJSON(t, m))
		rec.SetTimestamp(pcommon.NewTimestampFromTime(l.stamp.Truncate(time.Second)))
	}},
	{"relay's header in front", event.ResolutionSecond, func(_ testing.TB, l line, rec plog.LogRecord) {
		if l.pid == "" {
			rec.Body().SetStr(l.bsd) // without a process id the inner header is not certain
			return
		}
		rec.Body().SetStr("Nov 23 15:59:59 relay " + l.bsd)
	}},
	{"RSYSLOG_SyslogProtocol23Format", event.ResolutionSubsecond, func(_ testing.TB, l line, rec plog.LogRecord) {
		pid := l.pid
		if pid == "" {
			pid = "-"
		}
		rec.Body().SetStr("<22>1 " + l.stamp.Format(micros) + " " + l.host + " " + l.program + " " + pid + " - -  " + l.text)
	}},
	{"rsyslog's JSON by template, tag and program", event.ResolutionSubsecond, keys1(func(l line) keys { // bokysan/docker-postfix
		return keys{
			"@timestamp": l.stamp.Format(micros), "type": "syslog_json", "tag": l.tag(), "relayhost": l.host, "relayip": "127.0.0.1", "logsource": l.host,
			"hostname": l.host, "program": strings.SplitN(l.program, "/", 2)[0], "priority": "22", "message": " " + l.text, "end_msg": "",
		}
	})},
	{"rsyslog's jsonmesg", event.ResolutionSubsecond, keys1(func(l line) keys {
		return keys{
			"msg": " " + l.text, "rawmsg": "<22>" + l.bsd, "timereported": l.stamp.Format(micros), "hostname": l.host, "syslogtag": l.tag(), "inputname": "imuxsock",
			"fromhost": l.host, "fromhost-ip": "127.0.0.1", "pri": "22", "programname": strings.SplitN(l.program, "/", 2)[0], "app-name": l.program, "procid": l.pid,
			"msgid": "-", "uuid": nil,
		}
	})},
	{"syslog-ng's JSON", event.ResolutionSecond, keys1(func(l line) keys {
		return keys{
			"PROGRAM": l.program, "PID": l.pid, "MESSAGE": l.text, "HOST": l.host, "HOST_FROM": "relay", "SOURCE": "s_src", "FACILITY": "mail", "PRIORITY": "info",
			"DATE": l.bsd[:15], "LEGACY_MSGHDR": l.tag() + " ",
		}
	})},
	{"syslog-ng's JSON with ISODATE", event.ResolutionSubsecond, keys1(func(l line) keys {
		return keys{"PROGRAM": l.program, "PID": l.pid, "MESSAGE": l.text, "HOST": l.host, "ISODATE": l.stamp.Format(micros)}
	})},
	{"Logstash, message as an array", event.ResolutionSecond, keys1(func(l line) keys {
		return keys{"@timestamp": read, "@version": "1", "message": []any{l.bsd}, "host": "agent", "path": "/var/log/mail.log", "tags": []any{"mail"}}
	})},
	{"Logstash with its documented pattern", event.ResolutionSecond, keys1(func(l line) keys {
		return keys{
			"@timestamp": read, "@version": "1", "message": l.bsd, "host": "agent", "syslog_timestamp": l.bsd[:15], "syslog_hostname": l.host,
			"syslog_program": l.program, "syslog_pid": l.pid, "syslog_message": l.text, "received_at": read, "received_from": "agent",
		}
	})},
	{"Logstash, every field as an array", event.ResolutionSecond, keys1(func(l line) keys {
		return keys{
			"@timestamp": read, "@version": "1", "message": []any{l.text}, "program": []any{l.program}, "pid": []any{l.pid}, "logsource": []any{l.host},
			"timestamp": []any{l.bsd[:15]},
		}
	})},
	{"an entry of a cloud's log", event.ResolutionSubsecond, keys1(func(l line) keys {
		return keys{
			"jsonPayload": keys{"message": l.text, "ident": l.program, "pid": l.pid, "host": l.host}, "timestamp": l.stamp.Format(micros), "insertId": "x", "labels": keys{"a": "b c"},
		}
	})},
	{"Fluent Bit's syslog parser that keeps the key", event.ResolutionSubsecond, keys1(func(l line) keys {
		return keys{"log": l.text, "ident": l.program, "pid": l.pid, "host": l.host, "time": l.stamp.Format(micros)}
	})},
	{"Filebeat", event.ResolutionSecond, keys1(func(l line) keys {
		return keys{
			"@timestamp": read, "@metadata": keys{"beat": "filebeat", "type": "_doc"}, "message": l.bsd, "log": keys{"offset": 12, "file": keys{"path": "/var/log/mail.log"}},
			"host": keys{"name": "agent"}, "agent": keys{"type": "filebeat", "name": "agent"}, "input": keys{"type": "filestream"}, "ecs": keys{"version": "8.0.0"},
		}
	})},
	{"Filebeat's syslog input", event.ResolutionSecond, keys1(func(l line) keys {
		k := keys{
			"@timestamp": l.stamp.Truncate(time.Second).Format(time.RFC3339), "message": l.text, "hostname": l.host, "process": keys{"program": l.program},
			"syslog": keys{"facility": 2, "priority": 22}, "agent": keys{"type": "filebeat"}, "host": keys{"name": "agent"},
		}
		if l.pid != "" {
			k["process"] = keys{"program": l.program, "pid": number(l.pid)}
		}
		return k
	})},
	{"Elastic's schema with the original", event.ResolutionSecond, keys1(func(l line) keys {
		return keys{
			"@timestamp": read, "message": l.text, "event": keys{"original": l.bsd}, "log": keys{"syslog": keys{"appname": l.program, "hostname": l.host, "procid": l.pid}},
			"host": keys{"hostname": l.host}, "ecs": keys{"version": "8.0.0"},
		}
	})},
	{"GELF of a relay", event.ResolutionSecond, keys1(func(l line) keys {
		return keys{
			"version": "1.1", "host": l.host, "short_message": l.text, "full_message": "<22>" + l.bsd, "timestamp": float64(l.stamp.Unix()), "level": 6,
			"_facility": "mail", "_application_name": l.program, "_process_id": l.pid,
		}
	})},
	{"GELF of syslog-ng", event.ResolutionSubsecond, keys1(func(l line) keys {
		return keys{
			"version": "1.1", "host": l.host, "short_message": l.text, "timestamp": json.Number(strconv.FormatFloat(float64(l.stamp.UnixMicro())/1e6, 'f', 6, 64)),
			"level": 6, "_program": l.program, "_pid": l.pid, "_facility": "mail",
		}
	})},
	{"GELF of Docker", event.ResolutionSubsecond, keys1(func(l line) keys {
		return keys{
			"version": "1.1", "host": "docker-host", "short_message": l.bsd, "timestamp": json.Number(strconv.FormatFloat(float64(l.stamp.UnixMicro())/1e6, 'f', 6, 64)), "level": 6,
			"_container_id": "5f3e2aef1234", "_container_name": "mail", "_tag": "5f3e2aef1234", "_command": "/usr/sbin/postfix start-fg",
		}
	})},
	{"nxlog", event.ResolutionSecond, keys1(func(l line) keys {
		k := keys{
			"EventReceivedTime": "2026-11-24 10:00:00", "SourceModuleName": "in", "SourceModuleType": "im_uds", "SyslogFacility": "MAIL", "SyslogSeverity": "INFO",
			"Hostname": l.host, "EventTime": l.stamp.Format("2006-01-02 15:04:05"), "SourceName": l.program, "Message": l.text,
		}
		if l.pid != "" {
			k["ProcessID"] = number(l.pid)
		}
		return k
	})},
	{"Vector's file source", event.ResolutionSecond, keys1(func(l line) keys {
		return keys{"file": "/var/log/mail.log", "host": "agent", "message": l.bsd, "source_type": "file", "timestamp": read}
	})},
	{"Vector's syslog source", event.ResolutionSubsecond, keys1(func(l line) keys {
		k := keys{
			"appname": l.program, "facility": "mail", "host": l.host, "hostname": l.host, "message": l.text, "severity": "info", "source_ip": "192.0.2.5",
			"source_type": "syslog", "timestamp": l.stamp.Format(micros),
		}
		if l.pid != "" {
			k["procid"] = number(l.pid)
		}
		return k
	})},
	{"Vector's docker_logs source", event.ResolutionSubsecond, keys1(func(l line) keys {
		return keys{
			"container_created_at": read, "container_id": "5f3e2aef1234", "container_name": "mail", "host": "docker-host", "image": "mail", "label": keys{},
			"message": l.bsd, "source_type": "docker_logs", "stream": "stdout", "timestamp": l.stamp.Format(micros),
		}
	})},
	{"Vector's journald source", event.ResolutionSubsecond, keys1(func(l line) keys {
		return keys{
			"PRIORITY": "6", "SYSLOG_IDENTIFIER": l.program, "SYSLOG_PID": l.pid, "_COMM": "smtpd", "host": l.host, "message": l.text, "source_type": "journald",
			"timestamp": l.stamp.Format(micros),
		}
	})},
	{"Fluentd's docker driver", event.ResolutionSecond, keys1(func(l line) keys {
		return keys{"container_id": "5f3e2aef1234", "container_name": "/mail", "source": "stdout", "log": l.bsd}
	})},
	{"Azure's columns", event.ResolutionSecond, keys1(func(l line) keys {
		return keys{
			"SyslogMessage": l.text, "ProcessName": l.program, "ProcessID": l.pid, "Computer": l.host, "Facility": "mail", "SeverityLevel": "info",
			"EventTime": l.stamp.Truncate(time.Second).Format(time.RFC3339), "TimeGenerated": read,
		}
	})},
	{"VictoriaLogs", event.ResolutionSubsecond, keys1(func(l line) keys {
		return keys{"_msg": l.text, "_time": l.stamp.Format(micros), "app_name": l.program, "hostname": l.host, "proc_id": l.pid, "_stream": "{}"}
	})},
	{"JSON within Docker's within Kubernetes' format", event.ResolutionSubsecond, func(t testing.TB, l line, rec plog.LogRecord) {
		inner := asJSON(t, asMap(t, keys{"tag": l.tag(), "program": "x", "hostname": l.host, "message": l.text}))
		outer := asJSON(t, asMap(t, keys{"log": inner + "\n", "stream": "stdout", "time": l.stamp.Format(micros)}))
		rec.Body().SetStr(l.stamp.Format(micros) + " stdout F " + outer)
	}},
	{"Fluent Bit's file", event.ResolutionSecond, func(t testing.TB, l line, rec plog.LogRecord) {
		rec.Body().SetStr("mail.log: [1795500000.611330000, " + asJSON(t, asMap(t, keys{"log": l.bsd})) + "]")
	}},
	{"journalctl -o json-sse", event.ResolutionSubsecond, func(t testing.TB, l line, rec plog.LogRecord) {
		m := pcommon.NewMap()
		journal(l, m)
		rec.Body().SetStr("data: " + asJSON(t, m))
	}},
	{"journalctl -o json-seq", event.ResolutionSubsecond, func(t testing.TB, l line, rec plog.LogRecord) {
		m := pcommon.NewMap()
		journal(l, m)
		rec.Body().SetStr("\x1e" + asJSON(t, m))
	}},
	{"journalctl -o verbose", event.ResolutionSubsecond, func(_ testing.TB, l line, rec plog.LogRecord) {
		rec.Body().SetStr(verbose(l, true))
	}},
	{"journalctl -o verbose, without the sender's clock", event.ResolutionSubsecond, func(_ testing.TB, l line, rec plog.LogRecord) {
		rec.Body().SetStr(verbose(l, false))
	}},
	{"journalctl -o json-pretty", event.ResolutionSubsecond, func(t testing.TB, l line, rec plog.LogRecord) {
		m := pcommon.NewMap()
		journal(l, m)
		text, err := json.MarshalIndent(m.AsRaw(), "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		rec.Body().SetStr(strings.ReplaceAll(string(text), `": `, `" : `))
	}},
	{"Kubernetes' log format, in two pieces", event.ResolutionSubsecond, func(_ testing.TB, l line, rec plog.LogRecord) {
		stamp, half := l.stamp.Format(nanos), len(l.bsd)/2
		rec.Body().SetStr(stamp + " stdout P " + l.bsd[:half] + "\n" + stamp + " stdout F " + l.bsd[half:])
	}},
	{"Vector's logfmt", event.ResolutionSubsecond, func(_ testing.TB, l line, rec plog.LogRecord) {
		pid := ""
		if l.pid != "" {
			pid = " procid=" + l.pid
		}
		rec.Body().SetStr("appname=" + l.program + " facility=mail hostname=" + l.host + " message=" + strconv.Quote(l.text) + pid +
			" severity=info source_ip=192.0.2.5 source_type=syslog timestamp=" + l.stamp.Format(micros))
	}},
	{"docker compose logs", event.ResolutionSecond, func(_ testing.TB, l line, rec plog.LogRecord) {
		rec.Body().SetStr("postfix-1  | " + l.bsd)
	}},
	{"docker compose logs, coloured", event.ResolutionSecond, func(_ testing.TB, l line, rec plog.LogRecord) {
		rec.Body().SetStr("\x1b[36mpostfix_1  |\x1b[0m " + l.bsd)
	}},
	{"docker compose logs -t", event.ResolutionSubsecond, func(_ testing.TB, l line, rec plog.LogRecord) {
		rec.Body().SetStr("postfix  | " + l.stamp.Format(nanos) + " " + l.bsd)
	}},
	{"docker service logs", event.ResolutionSecond, func(_ testing.TB, l line, rec plog.LogRecord) {
		rec.Body().SetStr("web_mail.1.x8k2j3h4m5n6@node1    | " + l.bsd)
	}},
	{"docker logs -t", event.ResolutionSubsecond, func(_ testing.TB, l line, rec plog.LogRecord) {
		rec.Body().SetStr(l.stamp.Format(nanos) + " " + l.bsd)
	}},
	{"kubectl logs --prefix", event.ResolutionSecond, func(_ testing.TB, l line, rec plog.LogRecord) {
		rec.Body().SetStr("[pod/mail-0/postfix] " + l.bsd)
	}},
	{"kubectl logs --prefix --timestamps", event.ResolutionSubsecond, func(_ testing.TB, l line, rec plog.LogRecord) {
		rec.Body().SetStr("[pod/mail-0/postfix] " + l.stamp.Format(nanos) + " " + l.bsd)
	}},
	{"Docker's syslog driver", event.ResolutionSecond, func(_ testing.TB, l line, rec plog.LogRecord) {
		rec.Body().SetStr("Nov 23 15:59:59 docker-host 5f3e2aef1234[77]: " + l.bsd)
	}},
	{"Docker's syslog driver through the syslog receiver", event.ResolutionSecond, func(t testing.TB, l line, rec plog.LogRecord) {
		parseSyslog(t, syslog.RFC3164, "<30>Nov 23 15:32:27 docker-host docker/mail[77]: "+l.bsd, rec)
		rec.SetTimestamp(pcommon.NewTimestampFromTime(l.stamp.Truncate(time.Second)))
	}},
	{"somebody's parser that left the tag whole", event.ResolutionSecond, func(_ testing.TB, l line, rec plog.LogRecord) {
		rec.Body().SetStr(l.text)
		rec.Attributes().PutStr("host", l.host)
		tag := l.program
		if l.pid != "" {
			tag += "[" + l.pid + "]"
		}
		rec.Attributes().PutStr("ident", tag+":")
		rec.SetTimestamp(pcommon.NewTimestampFromTime(l.stamp.Truncate(time.Second)))
	}},
}

// keys1 carries a line as one object of JSON in a file.
func keys1(of func(l line) keys) func(testing.TB, line, plog.LogRecord) {
	return func(t testing.TB, l line, rec plog.LogRecord) { rec.Body().SetStr(asJSON(t, asMap(t, of(l)))) }
}

func asMap(t testing.TB, k keys) pcommon.Map {
	t.Helper()
	text, err := json.Marshal(k)
	if err != nil {
		t.Fatal(err)
	}
	var raw map[string]any
	m := pcommon.NewMap()
	if err := json.Unmarshal(text, &raw); err != nil {
		t.Fatal(err)
	}
	if err := m.FromRaw(raw); err != nil {
		t.Fatal(err)
	}
	return m
}

// number is a process id as most of JSON has it.
func number(pid string) int64 {
	n, _ := strconv.ParseInt(pid, 10, 64)
	return n
}

// tag is the tag as syslog daemons keep it.
func (l *line) tag() string {
	if l.pid == "" {
		return l.program + ":"
	}
	return l.program + "[" + l.pid + "]:"
}

// read is when carriers of the tests read their lines.
const read = "2026-11-24T09:59:59.999Z"

const nanos = "2006-01-02T15:04:05.000000000Z07:00"

const micros = "2006-01-02T15:04:05.000000Z07:00"

// parseSyslog sends a line through the real parser of the syslog receiver.
// asJSON is a map as one line of JSON.
func asJSON(t testing.TB, m pcommon.Map) string {
	t.Helper()
	text, err := json.Marshal(m.AsRaw())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// export is an entry in the journal's export format, one field of it in binary.
func export(l line) string {
	m := pcommon.NewMap()
	journal(l, m)
	var b strings.Builder
	b.WriteString("__CURSOR=s=1\n")
	for key, value := range m.All() {
		if key == "MESSAGE" && strings.Contains(l.text, "said") {
			b.WriteString("MESSAGE\n" + string(binary.LittleEndian.AppendUint64(nil, uint64(len(l.text)))) + l.text + "\n")
			continue
		}
		b.WriteString(key + "=" + value.Str() + "\n")
	}
	return b.String()
}

// verbose is an entry that the journal shows in full.
func verbose(l line, clock bool) string {
	m := pcommon.NewMap()
	journal(l, m)
	var b strings.Builder
	b.WriteString(l.stamp.Format("Mon 2006-01-02 15:04:05.000000 UTC") + " [s=1;i=2;b=3;m=4;t=5;x=6]\n")
	for key, value := range m.All() {
		if clock || key != "_SOURCE_REALTIME_TIMESTAMP" {
			b.WriteString("    " + key + "=" + value.Str() + "\n")
		}
	}
	return b.String()
}

func parseSyslog(t testing.TB, protocol, text string, rec plog.LogRecord) {
	t.Helper()
	config := syslog.NewConfig()
	config.Protocol = protocol
	config.AllowSkipPriHeader = true
	config.OutputIDs = []string{"sink"}
	parser, err := config.Build(componenttest.NewNopTelemetrySettings())
	if err != nil {
		t.Fatal(err)
	}
	output, err := helper.NewOutputConfig("sink", "sink").Build(componenttest.NewNopTelemetrySettings())
	if err != nil {
		t.Fatal(err)
	}
	out := &sink{OutputOperator: output}
	if err := parser.SetOutputs([]operator.Operator{out}); err != nil {
		t.Fatal(err)
	}
	in := entry.New()
	in.Body = text
	// what the parser cannot read ("<641>" in a text without priority irritates it) it hands on as it was
	if err := parser.ProcessBatch(t.Context(), []*entry.Entry{in}); len(out.entries) != 1 {
		t.Fatalf("%q: %v", text, err)
	}
	logs := adapter.ConvertEntries(out.entries)
	logs.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0).CopyTo(rec)

	// a stamp without a year got the one of today's clock
	if at := rec.Timestamp().AsTime(); rec.Timestamp() != 0 {
		at = at.AddDate(seen.Year()-at.Year(), 0, 0)
		rec.SetTimestamp(pcommon.NewTimestampFromTime(at))
	}
}

// sink keeps what a stanza pipeline puts out.
type sink struct {
	helper.OutputOperator
	entries []*entry.Entry
}

func (s *sink) Process(_ context.Context, e *entry.Entry) error {
	s.entries = append(s.entries, e)
	return nil
}

func (s *sink) ProcessBatch(_ context.Context, entries []*entry.Entry) error {
	s.entries = append(s.entries, entries...)
	return nil
}

// journal puts the fields of one journal entry, less the time that the receiver takes out.
func journal(l line, m pcommon.Map) {
	m.PutStr("_TRANSPORT", "syslog")
	m.PutStr("PRIORITY", "6")
	m.PutStr("SYSLOG_FACILITY", "2")
	m.PutStr("SYSLOG_IDENTIFIER", l.program)
	m.PutStr("SYSLOG_TIMESTAMP", l.bsd[:15]+" ")
	m.PutStr("_PID", "1")
	if l.pid != "" {
		m.PutStr("SYSLOG_PID", l.pid)
		m.PutStr("_PID", l.pid)
	} else {
		m.Remove("_PID")
	}
	m.PutStr("_COMM", "smtpd")
	m.PutStr("_HOSTNAME", l.host)
	m.PutStr("_SYSTEMD_UNIT", "postfix@-.service")
	m.PutStr("MESSAGE", l.text)
	m.PutStr("_SOURCE_REALTIME_TIMESTAMP", strconv.FormatInt(l.stamp.UnixMicro(), 10))
	m.PutStr("__MONOTONIC_TIMESTAMP", "685540311557")
}

// fluent puts the keys of Fluent Bit's syslog-rfc3164 parser but its message.
func fluent(l line, m pcommon.Map) {
	m.PutStr("pri", "22")
	m.PutStr("time", l.bsd[:15])
	m.PutStr("host", l.host)
	m.PutStr("ident", l.program)
	if l.pid != "" {
		m.PutStr("pid", l.pid)
	}
}

// readLines pairs the two formats of the same events.
func readLines(t testing.TB) []line {
	bsd, err := os.ReadFile("testdata/postfix.rfc3164.log")
	if err != nil {
		t.Fatal(err)
	}
	iso, err := os.ReadFile("testdata/postfix.iso.log")
	if err != nil {
		t.Fatal(err)
	}
	isos := bytes.Split(bytes.TrimSpace(iso), []byte("\n"))
	var lines []line
	for i, b := range bytes.Split(bytes.TrimSpace(bsd), []byte("\n")) {
		l := line{bsd: string(b), iso: string(isos[i])}
		words := strings.SplitN(l.iso, " ", 4)
		if l.stamp, err = time.Parse(time.RFC3339Nano, words[0]); err != nil || l.bsd[16:] != l.iso[len(words[0])+1:] {
			t.Fatalf("not the same event: %q, %q", l.bsd, l.iso)
		}
		l.host, l.text = words[1], words[3]
		l.program, l.pid, _ = strings.Cut(strings.TrimSuffix(words[2], ":"), "[")
		l.pid = strings.TrimSuffix(l.pid, "]")
		lines = append(lines, l)
	}
	return lines
}

func TestSameLineWhoeverCarriesIt(t *testing.T) {
	lines := readLines(t)
	if len(lines) < 40 {
		t.Fatalf("only %d lines", len(lines))
	}
	for _, c := range carriers {
		t.Run(c.name, func(t *testing.T) {
			for _, l := range lines {
				rec := plog.NewLogRecord()
				c.carry(t, l, rec)
				before := plog.NewLogRecord()
				rec.CopyTo(before)

				var view View
				var got header.Header
				if !view.Read(pcommon.NewResource(), rec, seen.UnixNano()) || !view.Header(view.Text, header.Clock{}, &got) {
					t.Fatalf("nothing in %q", l.iso)
				}
				stamp := l.stamp
				if c.resolution == event.ResolutionSecond {
					stamp = stamp.Truncate(time.Second)
				}
				pid, _ := strconv.ParseInt(l.pid, 10, 64)
				want := header.Header{
					Time: stamp.UnixNano(), Resolution: c.resolution, Host: l.host, Program: l.program, PID: pid, Text: l.text,
				}
				if got.TagID, got.Shape = "", 0; got != want { // as text where it came as text
					t.Errorf("%q\n got %+v\nwant %+v", l.iso, got, want)
				}
				if !sameRecord(before, rec) {
					t.Errorf("%q: the record was changed", l.iso)
				}
			}
		})
	}
}

// sameRecord compares two records whole.
func sameRecord(a, b plog.LogRecord) bool {
	marshal := func(rec plog.LogRecord) []byte {
		logs := plog.NewLogs()
		rec.CopyTo(logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty())
		text, err := (&plog.ProtoMarshaler{}).MarshalLogs(logs)
		if err != nil {
			panic(err)
		}
		return text
	}
	return bytes.Equal(marshal(a), marshal(b))
}

// asMapOf is an object of JSON as a map.
func asMapOf(t testing.TB, text string) pcommon.Map {
	t.Helper()
	var k keys
	if err := json.Unmarshal([]byte(text), &k); err != nil {
		t.Fatal(err)
	}
	return asMap(t, k)
}
