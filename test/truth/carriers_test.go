package truth

import (
	"encoding/json"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

var seen = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)

// carriers bring the same line in the shapes that other receivers give it.
var carriers = map[string]func(line string, rec plog.LogRecord){
	"syslog receiver": func(line string, rec plog.LogRecord) {
		h := parse(line)
		rec.Body().SetStr("<22>" + line)
		m := rec.Attributes()
		m.PutStr("hostname", h.Host)
		m.PutStr("appname", h.Program)
		if h.PID != 0 {
			m.PutStr("proc_id", strconv.FormatInt(h.PID, 10))
		}
		m.PutStr("message", h.Text)
		m.PutInt("priority", 22)
		m.PutInt("facility", 2)
		rec.SetTimestamp(pcommon.Timestamp(h.Time))
	},
	"journald receiver": func(line string, rec plog.LogRecord) {
		h := parse(line)
		m := rec.Body().SetEmptyMap()
		m.PutStr("MESSAGE", h.Text)
		m.PutStr("SYSLOG_IDENTIFIER", h.Program)
		if h.PID != 0 {
			m.PutStr("SYSLOG_PID", strconv.FormatInt(h.PID, 10))
			m.PutStr("_PID", strconv.FormatInt(h.PID, 10))
		}
		m.PutStr("_HOSTNAME", h.Host)
		rec.SetTimestamp(pcommon.Timestamp(h.Time))
	},
	"relay that doubles the header": func(line string, rec plog.LogRecord) {
		if parse(line).PID == 0 {
			rec.Body().SetStr(line)
			return
		}
		rec.Body().SetStr("Nov 23 23:59:59 loghost " + line)
	},
	"Docker's JSON file": func(line string, rec plog.LogRecord) {
		text, _ := json.Marshal(map[string]string{"log": line + "\n", "stream": "stdout"})
		rec.Body().SetStr(string(text))
	},
	"journalctl -o json": func(line string, rec plog.LogRecord) {
		h := parse(line)
		m := map[string]string{
			"MESSAGE": h.Text, "SYSLOG_IDENTIFIER": h.Program, "_HOSTNAME": h.Host, "__REALTIME_TIMESTAMP": strconv.FormatInt(h.Time/1000, 10), "__CURSOR": "s=1",
		}
		if h.PID != 0 {
			m["SYSLOG_PID"] = strconv.FormatInt(h.PID, 10)
		}
		text, _ := json.Marshal(m)
		rec.Body().SetStr(string(text))
	},
	"Fluent Bit with its syslog parser": func(line string, rec plog.LogRecord) {
		h := parse(line)
		rec.Body().SetStr(h.Text)
		m := rec.Attributes()
		m.PutStr("host", h.Host)
		m.PutStr("ident", h.Program)
		if h.PID != 0 {
			m.PutStr("pid", strconv.FormatInt(h.PID, 10))
		}
		m.PutStr("time", line[:15])
		rec.SetTimestamp(pcommon.Timestamp(h.Time))
	},
}

func parse(line string) header.Header {
	var h header.Header
	header.Parse(line, header.Clock{Zone: time.UTC, Anchor: seen.UnixNano()}, &h)
	return h
}

// said is a record's own attributes, in order: what the carrier put there is left out.
func said(r *Record) string {
	var list []string
	for k, v := range r.Attr {
		if strings.HasPrefix(k, "smtp.") || strings.HasPrefix(k, "email.") || strings.HasPrefix(k, "client.") || strings.HasPrefix(k, "server.") ||
			strings.HasPrefix(k, "network.") || strings.HasPrefix(k, "error.") || k == "process.pid" {
			list = append(list, k+"="+v)
		}
	}
	sort.Strings(list)
	return strings.Join(list, " ")
}

// The same lines have the same ids and attributes, whoever carried them, whichever server wrote them.
func TestSameRecordsWhoeverCarriesTheLines(t *testing.T) {
	for _, log := range []string{"postfix-main.rfc3164.log", "exim-main.rfc3164.log", "sendmail-main.rfc3164.log", "opensmtpd-main.rfc3164.log"} {
		text := lines(t, log)
		want := enrich(t, text, seen, plain)
		for name, carry := range carriers {
			t.Run(name+", "+log, func(t *testing.T) {
				got := enrich(t, text, seen, carry)
				require.Len(t, got, len(want))
				for i := range want {
					if a, b := said(&want[i]), said(&got[i]); a != b {
						t.Fatalf("record %d %q\n got %s\nwant %s", i, want[i].Body, b, a)
					}
				}
			})
		}
	}
}

// The ISO form of the same run has microseconds; ids and all that is no duration are the same.
func TestISOStampsGiveTheSameIDs(t *testing.T) {
	coarse := enrich(t, lines(t, "postfix-main.rfc3164.log"), seen, plain)
	fine := enrich(t, lines(t, "postfix-main.iso.log"), seen, plain)
	pick := func(list []Record) (ids []string) {
		for i := range list {
			a := list[i].Attr
			ids = append(ids, a["smtp.event"]+" "+a["smtp.session.id"]+" "+a["smtp.message.uid"]+" "+a["smtp.transaction.id"]+" "+a["smtp.delivery.status"])
		}
		sort.Strings(ids)
		return ids
	}
	assert.Equal(t, pick(coarse), pick(fine))
}

// A server's JSON line and the map that a parser made of it give the same records.
func TestALineThatWasTakenApartGivesTheSameRecords(t *testing.T) {
	text := lines(t, "haraka-json.log")
	whole := func(line string, rec plog.LogRecord) {
		h := parse(line)
		rec.Body().SetStr(h.Text)
		rec.SetTimestamp(pcommon.Timestamp(h.Time))
	}
	apart := func(line string, rec plog.LogRecord) {
		h := parse(line)
		rec.SetTimestamp(pcommon.Timestamp(h.Time))
		var object map[string]any
		if json.Unmarshal([]byte(h.Text), &object) != nil || rec.Body().SetEmptyMap().FromRaw(object) != nil {
			rec.Body().SetStr(h.Text)
		}
	}
	want, got := enrich(t, text, seen, whole), enrich(t, text, seen, apart)
	require.Len(t, got, len(want))
	for i := range want {
		if a, b := said(&want[i]), said(&got[i]); a != b {
			t.Fatalf("record %d %q\n got %s\nwant %s", i, want[i].Body, b, a)
		}
	}
}
