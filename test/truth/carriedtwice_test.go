package truth

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
)

// ways are what brings a host's lines, beside others that bring the same.
var ways = map[string]func(line string, rec plog.LogRecord){
	"mail.log":  inFile("/var/log/mail.log"),
	"mail.info": inFile("/var/log/mail.info"),
	"syslog":    inFile("/var/log/syslog"),
	"journal": func(line string, rec plog.LogRecord) {
		carriers["journald receiver"](line, rec)
		h := parse(line)
		at := h.Time + int64(300*time.Millisecond)
		if len(line)%61 == 0 {
			at = h.Time - int64(100*time.Microsecond) // the daemon, which has it from there, stamped it in the next second
		}
		rec.SetTimestamp(pcommon.Timestamp(at))
	},
}

func inFile(path string) func(string, plog.LogRecord) {
	return func(line string, rec plog.LogRecord) {
		rec.Body().SetStr(line)
		rec.Attributes().PutStr("log.file.path", path)
	}
}

// carriedBy gives what comes of lines that several ways bring, some lines of one after some of the other; each way goes on where it was.
func carriedBy(t *testing.T, text []string, names []string, ahead, atOnce int) (once []string, copies int) {
	t.Helper()
	var list []string
	for at := -ahead; at < len(text); at += atOnce {
		for i, name := range names {
			from := at
			if i == 0 {
				from = at + ahead
			}
			for n := max(from, 0); n < min(from+atOnce, len(text)); n++ {
				list = append(list, name+"\x00"+text[n])
			}
		}
	}
	for _, r := range still(t, list, func(line string, rec plog.LogRecord) {
		name, text, _ := strings.Cut(line, "\x00")
		ways[name](text, rec)
	}) {
		switch {
		case r.Attr["smtp.duplicate"] == "true":
			copies++
		case r.Attr["smtp.event"] != "" && !r.Is("queue") && !r.Is("content"): // these count nothing
			once = append(once, said(&r))
		}
	}
	slices.Sort(once)
	return once, copies
}

// A host whose lines come over two ways, or three, is one host, and each of its lines counts once.
func TestLinesThatComeOverSeveralWaysCountOnce(t *testing.T) {
	for _, log := range []string{"postfix-main.rfc3164.log", "exim-main.rfc3164.log", "sendmail-main.rfc3164.log", "opensmtpd-main.rfc3164.log"} {
		text := lines(t, log)
		want, before := carriedBy(t, text, []string{"mail.log"}, 0, 100)
		for _, c := range []struct {
			names         []string
			ahead, atOnce int
		}{
			{[]string{"mail.log", "mail.info"}, 0, 1},
			{[]string{"mail.log", "mail.info"}, 0, 250},
			{[]string{"mail.log", "mail.info", "syslog"}, 0, 100},
			{[]string{"mail.log", "mail.info"}, 1000, 50},
			{[]string{"mail.log", "journal"}, 0, 100},
			{[]string{"journal", "mail.log"}, 0, 100},
			{[]string{"journal", "mail.log"}, 300, 10},
		} {
			name := strings.Join(c.names, ", ")
			got, copies := carriedBy(t, text, c.names, c.ahead, c.atOnce)
			assert.Len(t, got, len(want), "%s over %s", log, name)
			assert.Greater(t, copies, before+len(text)/4, "%s over %s", log, name)
			if c.names[0] == "mail.log" { // else durations are those of the journal's clock
				assert.Empty(t, without2(got, want), "%s over %s", log, name)
			}
		}
	}
}

// without2 gives what one sorted list has and the other has not.
func without2(list, other []string) (more []string) {
	for _, s := range list {
		for len(other) > 0 && other[0] < s {
			other = other[1:]
		}
		if len(other) > 0 && other[0] == s {
			other = other[1:]
		} else if len(more) < 5 {
			more = append(more, s)
		}
	}
	return more
}
