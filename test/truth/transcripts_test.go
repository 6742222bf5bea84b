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
			"trimmed":             trimmed(text), // as file_log hands lines on
		} {
			t.Run(c.Log+" "+name, func(t *testing.T) {
				for _, d := range CompareTalks(run, c, enrich(t, text, time.Unix(int64(run.Window.End), 0), plain)) {
					t.Error(d)
				}
			})
		}
	}
}

func trimmed(lines []string) (list []string) {
	for _, l := range lines {
		list = append(list, strings.TrimSpace(l))
	}
	return list
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
			cfg.MetricsFlushInterval, cfg.SeriesBirth = time.Hour, 0
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

// spoken are the marks of what a program shows of the conversation; a proxy shows nothing else.
var spoken = map[string][]string{
	"swaks": {"<-  ", "<~  ", "<** ", "<~* ", " -> ", " ~> "}, "curl": {"< ", "> "}, "msmtp": {"<-- ", "--> "}, "python": {"send: ", "reply: ", "connect: b'", "data: (", "[content: "}, "openssl": {"2", "354 "},
}

// Every line of a conversation is recognised, and nothing of what programs say besides but connections, TLS and what went wrong.
func TestLinesOfTranscriptsAreRecognised(t *testing.T) {
	for i := range Transcripts {
		c := &Transcripts[i]
		program := strings.TrimPrefix(c.Log, "conversations/client-")
		program = program[:strings.IndexAny(program, "-.")]
		all, talk, unsigned, besides := 0, 0, 0, map[string]int{}
		for _, r := range enrich(t, lines(t, c.Log), seen, plain) {
			if r.Attr["smtp.synthetic"] != "" || r.Body == "" {
				continue
			}
			all++
			event, body := r.Attr["smtp.event"], r.Body
			if stamp, rest, _ := strings.Cut(body, " "); len(stamp) == len("15:15:58.254404") && strings.Count(stamp, ":") == 2 {
				body = rest
			}
			is := c.Proxied != "" || slices.ContainsFunc(spoken[program], func(mark string) bool { return strings.HasPrefix(body, mark) })
			switch {
			case is && event == "" && program == "openssl" && strings.TrimSpace(body) == "250 SMTPUTF8" && unsigned == 0:
				unsigned++ // with -quiet, openssl says neither that it has connected nor that it greeted: nothing shows that this answer is one
			case is && event == "":
				t.Errorf("%s: not recognised: %s", c.Log, r.Body)
			case is:
				talk++
			case event != "":
				besides[event]++
			}
		}
		t.Logf("%s: %d lines, %d of the conversation, besides %v", c.Log, all, talk, besides)
		for _, event := range []string{"reply", "command", "delivery", "reject", "content"} {
			if besides[event] > 0 && (program != "curl" || event != "content") { // "} [153 bytes data]"
				t.Errorf("%s: %d lines are %s though nobody speaks", c.Log, besides[event], event)
			}
		}
	}
}

// logins are what programs print of a client that fails with one mechanism and succeeds with another. Secrets are the base64 of words with "SECRET" in them.
var logins = map[string]string{
	"swaks": "=== Connected to 192.0.2.1.\n<-  220 mx.example ESMTP\n -> EHLO a.example\n<-  250 mx.example\n -> AUTH CRAM-MD5\n<-  334 PDE3OTU0NDY5MTI+\n" +
		" -> U0VDUkVURElHRVNU\n<** 535 5.7.8 no\n -> AUTH LOGIN\n<-  334 VXNlcm5hbWU6\n -> U0VDUkVUVVNFUg==\n<-  334 UGFzc3dvcmQ6\n -> U0VDUkVUUEFTUw==\n<-  235 2.7.0 ok\n -> QUIT\n<-  221 bye",
	"curl -v": "* Connected to mx.example (192.0.2.1) port 587 (#0)\n< 220 mx.example ESMTP\n> EHLO a.example\n< 250 mx.example\n> AUTH CRAM-MD5\n< 334 PDE3OTU0NDY5MTI+\n" +
		"> U0VDUkVURElHRVNU\n< 535 5.7.8 no\n> AUTH LOGIN\n< 334 VXNlcm5hbWU6\n> U0VDUkVUVVNFUg==\n< 334 UGFzc3dvcmQ6\n> U0VDUkVUUEFTUw==\n< 235 2.7.0 ok\n> QUIT\n< 221 bye",
	"msmtp --debug": "<-- 220 mx.example ESMTP\n--> EHLO a.example\n<-- 250 mx.example\n--> AUTH CRAM-MD5\n<-- 334 PDE3OTU0NDY5MTI+\n--> U0VDUkVURElHRVNU\n<-- 535 5.7.8 no\n" +
		"--> AUTH LOGIN U0VDUkVUVVNFUg==\n<-- 334 UGFzc3dvcmQ6\n--> U0VDUkVUUEFTUw==\n<-- 235 2.7.0 ok\n--> QUIT\n<-- 221 bye",
	"smtplib": "connect: to ('192.0.2.1', 587) None\nreply: b'220 mx.example ESMTP\\r\\n'\nsend: 'ehlo a.example\\r\\n'\nreply: b'250 mx.example\\r\\n'\nsend: 'AUTH CRAM-MD5\\r\\n'\n" +
		"reply: b'334 PDE3OTU0NDY5MTI+\\r\\n'\nsend: 'U0VDUkVURElHRVNU\\r\\n'\nreply: b'535 5.7.8 no\\r\\n'\nsend: 'AUTH LOGIN U0VDUkVUVVNFUg==\\r\\n'\nreply: b'334 UGFzc3dvcmQ6\\r\\n'\n" +
		"send: 'U0VDUkVUUEFTUw==\\r\\n'\nreply: b'235 2.7.0 ok\\r\\n'\nsend: 'quit\\r\\n'\nreply: b'221 bye\\r\\n'",
}

func TestLoginsInTranscriptsShowMechanismAndResultAndNoCredential(t *testing.T) {
	for program, text := range logins {
		results, mechanism := []string{}, ""
		records := enrich(t, strings.Split(text, "\n"), seen, plain)
		for i := range records {
			r := &records[i]
			assert.NotContains(t, r.said(), "U0VDUkVU", program)
			if result := r.Attr["smtp.auth.result"]; result != "" {
				results = append(results, r.Attr["smtp.auth.mechanism"]+" "+result)
			}
			if r.Is("session") {
				mechanism = r.Attr["smtp.auth.mechanism"]
			}
		}
		assert.Equal(t, []string{"CRAM-MD5 failure", "LOGIN success"}, results, program)
		assert.Equal(t, "LOGIN", mechanism, program)
	}
}
