package truth

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"
)

// A log that a server writes to its standard output comes through a syslog daemon, the journal or a container as often: the truth is the same.
func TestRecordsEqualTheTruthBehindOtherHeaders(t *testing.T) {
	for name, carry := range map[string]func(line string, rec plog.LogRecord){
		"a syslog daemon": func(line string, rec plog.LogRecord) {
			rec.Body().SetStr(line[:23] + "+00:00 mailout haraka[313]: " + line[25:])
		},
		"a syslog daemon, and its own stamp": func(line string, rec plog.LogRecord) {
			rec.Body().SetStr(line[:23] + "+00:00 mailout node[313]: " + line)
		},
		"the journal": func(line string, rec plog.LogRecord) {
			m := rec.Body().SetEmptyMap()
			m.PutStr("MESSAGE", line)
			m.PutStr("SYSLOG_IDENTIFIER", "haraka")
			m.PutStr("_PID", "313")
			m.PutStr("_HOSTNAME", "mailout")
		},
		"Docker's JSON file": func(line string, rec plog.LogRecord) {
			text, _ := json.Marshal(map[string]string{"log": line[25:] + "\n", "stream": "stdout", "time": line[:24]})
			rec.Body().SetStr(string(text))
		},
		"in colours": func(line string, rec plog.LogRecord) {
			rec.Body().SetStr(line[:25] + "\x1b[36m" + line[25:] + "\x1b[39m")
		},
	} {
		for _, log := range []string{"haraka-main", "haraka-json"} {
			t.Run(name+", "+log, func(t *testing.T) {
				run, err := Load("../../testdata/" + log + ".truth.json.gz")
				require.NoError(t, err)
				var text []string
				for _, l := range lines(t, log+".log") {
					if framed(l) {
						text = append(text, l)
					}
				}
				records := enrich(t, text, time.Unix(int64(run.Window.End), 0), carry)
				for _, d := range Compare(run, records, UnloggedUsers|UnloggedNotices|UnloggedAcceptances) {
					assert.Fail(t, d)
				}
			})
		}
	}
}
