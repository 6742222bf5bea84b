package truth

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/plog"
)

// Exim writes a refusal into its main log and into its reject log, which has those, too, whose log_selector is off. Who reads both counts each once.
func TestRejectLogBesideTheMainLogCountsNothingTwice(t *testing.T) {
	for run, more := range map[string]int{"exim-main": 2, "exim-all": 0} {
		counted := func(names ...string) (rejects, failed, copies int) {
			var all []string
			for _, name := range names {
				for _, l := range lines(t, name) {
					all = append(all, name+"\x00"+l)
				}
			}
			for _, r := range enrich(t, all, time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), func(line string, rec plog.LogRecord) {
				name, text, _ := strings.Cut(line, "\x00")
				rec.Body().SetStr(text)
				rec.Attributes().PutStr("log.file.path", "/var/log/exim4/"+name)
				rec.Attributes().PutStr("hostname", "mailout")
			}) {
				switch {
				case r.Attr["smtp.duplicate"] == "true" && !r.Is("delivery"): // a try that was not made may be told twice in a second
					copies++
				case r.Is("reject"):
					rejects++
				case r.Is("auth"):
					failed++
				}
			}
			return rejects, failed, copies
		}
		rejects, failed, copies := counted(run + ".mainlog")
		assert.Zero(t, copies, run)
		both, bothFailed, copies := counted(run+".mainlog", run+".rejectlog")
		assert.Equal(t, rejects+more, both, run)
		assert.Equal(t, failed, bothFailed, run)
		assert.Greater(t, copies, 20, run)
		both, bothFailed, _ = counted(run+".rejectlog", run+".mainlog")
		assert.Equal(t, rejects+more, both, run)
		assert.Equal(t, failed, bothFailed, run)
	}
}
