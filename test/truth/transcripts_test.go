package truth

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/smtpconnector"
)

// Conversations are found whether a file comes line by line, without its empty lines, or as one record.
func TestTranscriptsEqualTheTruth(t *testing.T) {
	run, err := Load("../../testdata/" + ConversationsTruth)
	require.NoError(t, err)
	for i := range Transcripts {
		c := &Transcripts[i]
		text := lines(t, c.Log)
		for name, text := range map[string][]string{
			"line by line":        text,
			"without empty lines": without(text, ""),
			"one record":          {strings.Join(text, "\n")},
		} {
			t.Run(c.Log+" "+name, func(t *testing.T) {
				for _, d := range CompareTalks(run, c, enrich(t, text, time.Unix(int64(run.Window.End), 0), plain)) {
					t.Error(d)
				}
			})
		}
	}
}

// Each file is a source of its own, however their lines are mixed.
func TestTranscriptsSideBySideEqualTheTruth(t *testing.T) {
	run, err := Load("../../testdata/" + ConversationsTruth)
	require.NoError(t, err)
	var mixed []string // the file's number in front
	texts := make([][]string, len(Transcripts))
	longest := 0
	for i := range Transcripts {
		texts[i] = lines(t, Transcripts[i].Log)
		longest = max(longest, len(texts[i]))
	}
	for at := range longest {
		for i := range texts {
			if at < len(texts[i]) {
				mixed = append(mixed, fmt.Sprint(i, " ", texts[i][at]))
			}
		}
	}
	records := enrich(t, mixed, time.Unix(int64(run.Window.End), 0), func(l string, rec plog.LogRecord) {
		number, line, _ := strings.Cut(l, " ")
		rec.Body().SetStr(line)
		rec.Attributes().PutStr("log.file.path", "/var/log/"+number+".log")
		rec.Attributes().PutStr("file", number)
	})
	files := map[string]string{} // by session
	for _, r := range records {
		if id := r.Attr["smtp.session.id"]; r.Attr["file"] != "" && id != "" {
			files[id] = r.Attr["file"]
		}
	}
	for i := range Transcripts {
		c := Transcripts[i]
		mine := slices.DeleteFunc(slices.Clone(records), func(r Record) bool {
			return files[r.Attr["smtp.session.id"]] != fmt.Sprint(i) && r.Attr["file"] != fmt.Sprint(i)
		})
		for _, d := range CompareTalks(run, &c, mine) {
			t.Error(c.Log, d)
		}
	}
}

func TestCountsOfTranscriptsEqualTheTruth(t *testing.T) {
	run, err := Load("../../testdata/" + ConversationsTruth)
	require.NoError(t, err)
	for i := range Transcripts {
		c := &Transcripts[i]
		t.Run(c.Log, func(t *testing.T) {
			metrics := new(consumertest.MetricsSink)
			f := smtpconnector.NewFactory()
			cfg := f.CreateDefaultConfig().(*smtpconnector.Config)
			cfg.MetricsFlushInterval = time.Hour
			conn, err := f.CreateLogsToMetrics(t.Context(), connectortest.NewNopSettings(f.Type()), cfg, metrics)
			require.NoError(t, err)
			require.NoError(t, conn.Start(t.Context(), componenttest.NewNopHost()))
			enrichInto(t, lines(t, c.Log), inUTC, time.Unix(int64(run.Window.End), 0), plain, conn)
			require.NoError(t, conn.Shutdown(t.Context()))
			points := func(metric, by string) map[string]int64 {
				sums := map[string]int64{}
				for _, md := range metrics.AllMetrics() {
					for _, rm := range md.ResourceMetrics().All() {
						for _, m := range rm.ScopeMetrics().At(0).Metrics().All() {
							if m.Name() != metric {
								continue
							}
							for _, p := range m.Sum().DataPoints().All() {
								v, _ := p.Attributes().Get(by)
								sums[v.AsString()] += p.IntValue()
							}
						}
					}
				}
				return sums
			}
			assert.Equal(t, run.Counts(c), c.Counted(points))
		})
	}
}

func TestDaemonsDebuggingEqualsTheTruth(t *testing.T) {
	run, err := Load("../../testdata/" + EximDebug.Truth)
	require.NoError(t, err)
	for _, d := range CompareDaemon(run, &EximDebug, enrich(t, lines(t, EximDebug.Log), time.Unix(int64(EximDebug.Until), 0), plain)) {
		t.Error(d)
	}
}
