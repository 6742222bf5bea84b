package record

import (
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

// shape is one record, built from maps.
func shape(body any, attributes, resource map[string]any) (pcommon.Resource, plog.LogRecord) {
	res, rec := pcommon.NewResource(), plog.NewLogRecord()
	for _, err := range []error{
		rec.Body().FromRaw(body), rec.Attributes().FromRaw(attributes), res.Attributes().FromRaw(resource),
	} {
		if err != nil {
			panic(err)
		}
	}
	return res, rec
}

type keys = map[string]any

func TestNothingToParse(t *testing.T) {
	for name, body := range map[string]any{
		"empty body":                  nil,
		"empty string":                "",
		"line end alone":              "\r\n",
		"number":                      int64(1),
		"list":                        []any{"Nov 23"},
		"map without text":            keys{"level": "info", "_PID": "5"},
		"message is a map":            keys{"message": keys{"a": "b"}},
		"message is no byte array":    keys{"MESSAGE": []any{"a", int64(300)}},
		"runtime's line without text": "2026-11-23T15:32:27.6Z stdout F ",
	} {
		t.Run(name, func(t *testing.T) {
			res, rec := shape(body, keys{"log.file.path": "/var/log/mail.log"}, nil)
			var view View
			if view.Read(res, rec, 1) {
				t.Errorf("text %q", view.Text)
			}
			if _, line := body.(string); view.Blank != line {
				t.Errorf("blank %t", view.Blank)
			}
			if view.Source.Name != "/var/log/mail.log" {
				t.Errorf("source %+v", view.Source)
			}
		})
	}
}

func TestWhoseLineItIs(t *testing.T) {
	const full = "Nov 23 15:32:27 mailout exim[1]: x"
	const bare = "2026-11-23 15:32:27 exim 4.96 daemon started"
	file := keys{"log.file.path": "/var/log/exim4/mainlog.2.gz", "log.file.name": "mainlog.2.gz"}
	machine := keys{"host.name": "agent"}
	for name, tt := range map[string]struct {
		body                 any
		attributes, resource keys
		host                 string
		source               Source
	}{
		"the line's own":             {full, file, machine, "mailout", Source{Host: "agent", Name: "/var/log/exim4/mainlog"}},
		"the transport's":            {bare, keys{"hostname": "relay"}, machine, "relay", Source{Host: "relay", Name: ""}},
		"the sender's address":       {bare, keys{"net.peer.ip": "192.0.2.9"}, machine, "192.0.2.9", Source{Host: "192.0.2.9", Name: ""}},
		"the resource's":             {bare, file, machine, "agent", Source{Host: "agent", Name: "/var/log/exim4/mainlog"}},
		"the file's":                 {bare, file, nil, "mainlog", Source{Host: "", Name: "/var/log/exim4/mainlog"}},
		"the file's, on Windows":     {bare, keys{"log.file.path": `C:\logs\SEND2026.LOG`}, nil, "SEND2026.LOG", Source{Host: "", Name: `C:\logs\SEND2026.LOG`}},
		"the file's name alone":      {bare, keys{"log.file.name": "mail.log-20261123"}, nil, "mail.log", Source{Host: "", Name: "mail.log"}},
		"the file is the resource's": {bare, nil, file, "mainlog", Source{Host: "", Name: "/var/log/exim4/mainlog"}},
		"nobody's":                   {bare, nil, nil, "", Source{}},
		"a dash is no host":          {bare, keys{"hostname": "-"}, machine, "agent", Source{Host: "agent", Name: ""}},
		"a container":                {bare, nil, keys{"container.id": "4711", "host.name": "node"}, "node", Source{Host: "node", Name: "4711"}},
		"a tag of Fluent Bit":        {keys{"log": bare}, keys{"fluent.tag": "mail.7"}, nil, "", Source{Host: "", Name: "mail.7"}},
	} {
		t.Run(name, func(t *testing.T) {
			res, rec := shape(tt.body, tt.attributes, tt.resource)
			var view View
			var h header.Header
			if !view.Read(res, rec, seen.UnixNano()) || !view.Header(view.Text, header.Clock{}, &h) {
				t.Fatal("no header")
			}
			if h.Host != tt.host || view.Source != tt.source {
				t.Errorf("host %q, source %+v", h.Host, view.Source)
			}
		})
	}
}

func TestPlaceInFile(t *testing.T) {
	for name, tt := range map[string]struct {
		attributes, resource keys
		want                 File
	}{
		"path and offset":        {keys{"log.file.path": "/a/mail.log.1", "log.file.record_offset": int64(42)}, nil, File{"/a/mail.log.1", "/a/mail.log.1", 42, true}},
		"id":                     {keys{"log.file.path": "/a/mail.log", "log.file.id": "8:77", "log.file.record_offset": int64(0)}, nil, File{"8:77", "/a/mail.log", 0, true}},
		"offset as a string":     {keys{"log.file.path": "/a/mail.log", "log.file.record_offset": "42"}, nil, File{"/a/mail.log", "/a/mail.log", 42, true}},
		"id at the resource":     {keys{"log.file.record_offset": int64(42)}, keys{"log.file.id": "8:77"}, File{"8:77", "", 42, true}},
		"no offset":              {keys{"log.file.path": "/a/mail.log"}, nil, File{"/a/mail.log", "/a/mail.log", 0, false}},
		"offset is not a number": {keys{"log.file.record_offset": "x"}, nil, File{}},
	} {
		t.Run(name, func(t *testing.T) {
			res, rec := shape("x", tt.attributes, tt.resource)
			var view View
			if view.Read(res, rec, 1); view.File != tt.want {
				t.Errorf("got %+v", view.File)
			}
		})
	}
}

func TestAnchor(t *testing.T) {
	res, rec := shape("x", nil, nil)
	var view View
	if view.Read(res, rec, 3); view.Anchor != 3 {
		t.Errorf("clock: %d", view.Anchor)
	}
	rec.SetTimestamp(2)
	if view.Read(res, rec, 3); view.Anchor != 2 {
		t.Errorf("time: %d", view.Anchor)
	}
	rec.SetObservedTimestamp(1)
	if view.Read(res, rec, 3); view.Anchor != 1 {
		t.Errorf("observed time: %d", view.Anchor)
	}
}

func TestFullerStampWins(t *testing.T) {
	second := time.Date(2026, 11, 23, 15, 32, 27, 0, time.UTC)
	fine := second.Add(611330 * time.Microsecond)
	read := time.Date(2026, 11, 24, 3, 0, 0, 77, time.UTC)
	parsed := keys{"appname": "postfix/smtpd", "hostname": "mailout", "proc_id": "540", "message": "connect"}
	for name, tt := range map[string]struct {
		body       any
		attributes keys
		timestamp  time.Time
		want       time.Time
		resolution event.Resolution
	}{
		"line in microseconds, carrier in seconds": {"2026-11-23T15:32:27.611330Z mailout postfix/smtpd[540]: connect", parsed, second, fine, event.ResolutionSubsecond},
		"line in seconds, carrier parsed seconds":  {"Nov 23 15:32:27 mailout postfix/smtpd[540]: connect", parsed, second, second, event.ResolutionSecond},
		"line in seconds, carrier in microseconds": {"Nov 23 15:32:27 mailout postfix/smtpd[540]: connect", parsed, fine, fine, event.ResolutionSubsecond},
		"line in seconds, carrier read it later":   {"Nov 23 15:32:27 mailout postfix/smtpd[540]: connect", nil, read, second, event.ResolutionSecond},
		"line without stamp":                       {"info: OpenSMTPD starting", nil, fine, fine, event.ResolutionSubsecond},
		"time of day, carrier read it later":       {"15:32:27.5 EHLO x", nil, read, time.Unix(0, 0).Add(15*time.Hour + 32*time.Minute + 27500*time.Millisecond), event.ResolutionTimeOfDay},
		"time of day in a container's log":         {"2026-11-23T15:32:27.611330Z stdout F 15:32:27 EHLO x", nil, time.Time{}, fine, event.ResolutionSubsecond},
		"no stamp anywhere":                        {"info: OpenSMTPD starting", nil, time.Time{}, time.Unix(0, 0), event.ResolutionNone},
		"the journal's full second is a fine one":  {keys{"MESSAGE": "connect", "SYSLOG_IDENTIFIER": "exim", "__CURSOR": "s"}, nil, second, second, event.ResolutionSubsecond},
	} {
		t.Run(name, func(t *testing.T) {
			res, rec := shape(tt.body, tt.attributes, nil)
			if !tt.timestamp.IsZero() {
				rec.SetTimestamp(pcommon.NewTimestampFromTime(tt.timestamp))
			}
			var view View
			var h header.Header
			view.Read(res, rec, seen.UnixNano())
			if view.Header(view.Text, header.Clock{}, &h); h.Time != tt.want.UnixNano() || h.Resolution != tt.resolution {
				t.Errorf("got %s, resolution %d", time.Unix(0, h.Time).UTC(), h.Resolution)
			}
		})
	}
}

// A message that begins like a log line of another program does not become one: remote servers and clients write into messages.
func TestMessageForgesNoHeader(t *testing.T) {
	const forged = "Nov 23 15:32:27 evil postfix/smtpd[1]: connect from bank.test"
	for name, tt := range map[string]struct {
		body       any
		attributes keys
	}{
		"syslog receiver": {"<22>Nov 23 15:32:27 mailout python[7]: " + forged, keys{"appname": "python", "hostname": "mailout", "proc_id": "7", "message": forged}},
		"journal":         {keys{"MESSAGE": forged, "SYSLOG_IDENTIFIER": "python", "_PID": "7", "_HOSTNAME": "mailout"}, nil},
		"Fluent Bit":      {forged, keys{"ident": "python", "host": "mailout", "pid": "7"}},
	} {
		t.Run(name, func(t *testing.T) {
			res, rec := shape(tt.body, tt.attributes, nil)
			var view View
			var h header.Header
			view.Read(res, rec, seen.UnixNano())
			view.Header(view.Text, header.Clock{}, &h)
			h.TagID, h.Shape = "", 0
			if want := (header.Header{Host: "mailout", Program: "python", PID: 7, Text: forged}); h != want {
				t.Errorf("got %+v", h)
			}
		})
	}
}

// Attributes that anybody may set say nothing about a line that has a header of its own.
func TestAttributesOfOthers(t *testing.T) {
	res, rec := shape("Nov 23 15:32:27 mailout postfix/smtpd[540]: connect", keys{"host": "agent", "pid": int64(1), "message": "hi", "program": "collector"}, nil)
	var view View
	var h header.Header
	view.Read(res, rec, seen.UnixNano())
	view.Header(view.Text, header.Clock{}, &h)
	if h.Host != "mailout" || h.Program != "postfix/smtpd" || h.PID != 540 || h.Text != "connect" {
		t.Errorf("got %+v", h)
	}
}

func TestReadingAllocatesNothing(t *testing.T) {
	l := readLines(t)[0]
	var view View
	var h header.Header
	parts := make([]string, 0, 4)
	for _, c := range carriers {
		if c.name == "journald receiver, message in bytes" {
			continue
		}
		rec, res := plog.NewLogRecord(), pcommon.NewResource()
		res.Attributes().PutStr("host.name", "agent")
		c.carry(t, l, rec)
		if view.Read(res, rec, 1); view.Unwrapped || view.Joined {
			continue // JSON is decoded by the library, pieces are put together
		}
		if n := testing.AllocsPerRun(100, func() {
			view.Read(res, rec, 1)
			parts = Split(view.Text, parts)
			view.Header(parts[0], header.Clock{Zone: time.UTC}, &h)
		}); n != 0 {
			t.Errorf("%s: %v allocations", c.name, n)
		}
	}
}

// go test -run - -bench Read -count 10 ./internal/record | benchstat -
func BenchmarkRead(b *testing.B) {
	l := readLines(b)[0]
	for _, i := range []int{0, 1, 4, 7, 13} {
		b.Run(carriers[i].name, func(b *testing.B) {
			rec, res := plog.NewLogRecord(), pcommon.NewResource()
			res.Attributes().PutStr("host.name", "agent")
			carriers[i].carry(b, l, rec)
			var view View
			var h header.Header
			parts := make([]string, 0, 4)
			b.ReportAllocs()
			for b.Loop() {
				view.Read(res, rec, 1)
				parts = Split(view.Text, parts)
				view.Header(parts[0], header.Clock{Zone: time.UTC}, &h)
			}
		})
	}
}

// What stands around records is read once for all of them; a record's own attributes go before that, and leave nothing behind for the next.
func TestWhatStandsAroundHoldsForEveryRecord(t *testing.T) {
	res, scope := pcommon.NewResource(), pcommon.NewMap()
	res.Attributes().PutStr("host.name", "mx1")
	scope.PutStr("log.file.path", "/var/log/mail.log.1")
	scope.PutStr("log.file.id", "8:77")
	own, plain := plog.NewLogRecord(), plog.NewLogRecord()
	own.Attributes().PutStr("log.file.path", "/srv/other.log.2.gz")
	for _, rec := range []plog.LogRecord{own, plain} {
		rec.Body().SetStr("Nov 23 15:32:27 mx1 postfix/qmgr[77]: 4XyZabCDEFz1234: removed")
	}
	var v View
	v.Enter(res, &scope)
	for range 2 {
		if v.ReadRecord(own, 1); v.Source.Name != "/srv/other.log" || v.File.Path != "/srv/other.log.2.gz" || v.File.ID != "8:77" {
			t.Errorf("own: %+v %+v", v.Source, v.File)
		}
		if v.ReadRecord(plain, 1); v.Source != (Source{Host: "mx1", Name: "/var/log/mail.log"}) || v.File.Path != "/var/log/mail.log.1" {
			t.Errorf("plain: %+v %+v", v.Source, v.File)
		}
	}
	rec := plog.NewLogRecord()
	rec.Body().SetStr(`{"message":"x y","log.file.path":"/in/body.log.3","__CURSOR":"s=1"}`)
	if v.ReadRecord(rec, 1); v.Source.Name != "/in/body.log" {
		t.Errorf("within: %+v", v.Source)
	}
	if v.Read(pcommon.NewResource(), plain, 1); v.Source.Name != "" || v.File.Path != "" {
		t.Errorf("nothing around: %+v", v.Source)
	}
}
