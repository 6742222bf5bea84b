package truth

import (
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/smtpconnector"
	"github.com/otelcol-smtp/otelcol-smtp/smtpprocessor"
)

// span is one span, with what its resource says.
type span struct {
	ptrace.Span
	resource pcommon.Map
}

func (s *span) attr(name string) string {
	v, ok := s.Attributes().Get(name)
	if !ok {
		return ""
	}
	return v.AsString()
}

func (s *span) start() float64 { return float64(s.StartTimestamp()) / 1e9 }
func (s *span) end() float64   { return float64(s.EndTimestamp()) / 1e9 }

// spans lists the spans that batchesOf gives.
func spans(t testing.TB, lines []string, seen time.Time, change func(*smtpconnector.Config)) (list []*span) {
	t.Helper()
	for _, td := range batchesOf(t, lines, seen, change) {
		for _, rs := range td.ResourceSpans().All() {
			for _, ss := range rs.ScopeSpans().All() {
				for _, s := range ss.Spans().All() {
					list = append(list, &span{s, rs.Resource().Attributes()})
				}
			}
		}
	}
	return list
}

// batchesOf takes lines through the processor, at its defaults, and the connector's traces.
func batchesOf(t testing.TB, lines []string, seen time.Time, change func(*smtpconnector.Config)) []ptrace.Traces {
	t.Helper()
	sink := new(consumertest.TracesSink)
	cf := smtpconnector.NewFactory()
	cc := cf.CreateDefaultConfig().(*smtpconnector.Config)
	if change != nil {
		change(cc)
	}
	c, err := cf.CreateLogsToTraces(t.Context(), connectortest.NewNopSettings(cf.Type()), cc, sink)
	require.NoError(t, err)
	require.NoError(t, c.Start(t.Context(), componenttest.NewNopHost()))
	enrichInto(t, lines, func(cfg *smtpprocessor.Config) { cfg.Location = "UTC" }, seen, plain, c)
	require.NoError(t, c.Shutdown(t.Context()))
	return sink.AllTraces()
}

// checker compares a mail's spans with what the hosts saw that sent and received it.
type checker struct {
	corpus   *Corpus
	within   float64 // seconds that a log's stamps and the truth may be apart
	sessions map[string]*Connection

	checked map[string]int
	wrong   []string
}

// between notes whether a time lies between two.
func (c *checker) between(what string, m *Message, got, from, to float64) {
	c.checked[what]++
	if got < from-c.within || got > to+c.within {
		c.wrong = append(c.wrong, fmt.Sprintf("%s %s of %s: %.3f, want %.3f to %.3f", m.ID, what, m.MessageID, got, from, to))
	}
}

// mail checks the spans of one mail.
func (c *checker) mail(m *Message, all []*span) {
	var root *span
	for _, s := range all {
		if s.Name() == "smtp.message" && s.attr("smtp.message.hop") != "internal" && (root == nil || s.start() < root.start()) {
			root = s
		}
	}
	if root == nil {
		c.wrong = append(c.wrong, m.ID+" "+m.MessageID+" has no span of the message")
		return
	}
	came := c.sessions[m.Submitted.Connection]
	from, until := m.Submitted.T, m.Submitted.T
	if came != nil {
		from, until = came.Start, came.End
	}
	if root.attr("smtp.message.partial") == "" { // else its log has no end, or no beginning
		c.between("reception", m, root.start(), from, until)
	}
	for _, s := range all {
		if s.Name() == "smtp.session" && came != nil && s.ParentSpanID() == root.SpanID() && c.corpus.Unlogged&UnloggedSessions == 0 {
			c.between("begin of the session", m, s.start(), came.Start, m.Submitted.T) // a further message has its part of it
			c.between("end of the session", m, s.end(), came.End, came.End)
		}
	}
	for i := range m.Recipients {
		for k := range m.Recipients[i].Attempts {
			c.attempt(m, &m.Recipients[i].Attempts[k], all)
		}
	}
}

// unseen are tries that a host saw and no line of the message tells of.
var unseen = map[string]string{
	"<f87.1795574235@client.test>": "the first is of Postfix's own message, which asks whether the address is there",
	"<m65.field@lab.driver>":       "too many recipients for one transaction: Exim goes on in another, and logs that alone",
}

// untold are mails whose Message-ID stands in no line.
var untold = map[string]string{
	"<f107.1795574235@client.test>": "a policy throws it away, so Postfix does not read its header",
	"<m53.field@lab.driver>":        "it was sent without one",
	"<m54.field@lab.driver>":        "it was sent with several",
}

// attempt looks for the span of a try that a host saw: of the same host, with the same answer, over the time of that.
func (c *checker) attempt(m *Message, a *Attempt, all []*span) {
	if c.corpus.Unlogged&UnloggedHosts != 0 && a.Outcome != "delivered" {
		return // another host may have been the last one of the try
	}
	if unseen[m.MessageID] != "" {
		return
	}
	c.checked["tries"]++
	why := "no span of a try"
	for _, s := range all {
		if s.Name() != "smtp.delivery" && s.Name() != "smtp.trial" || !isHost(s.attr("server.address"), a.Host) {
			continue
		}
		if code := s.attr("smtp.reply.code"); code != "" && a.Code != 0 && code != fmt.Sprint(a.Code) {
			continue
		}
		why = "a span of the try at another time"
		from := s.start()
		if s.start() == s.end() { // the log does not say how long it took
			from = m.Submitted.T
		}
		if from-c.within <= a.T && a.T <= s.end()+c.within {
			return
		}
	}
	c.wrong = append(c.wrong, fmt.Sprintf("%s %s: %s at %s with %d %s", m.ID, m.MessageID, why, a.Host, a.Code, a.Enhanced))
}

// isHost says whether the name in a log can be a host's: Sendmail shortens long ones, and some are addresses or sockets.
func isHost(logged, host string) bool {
	logged = strings.ToLower(strings.TrimSuffix(logged, "."))
	head, tail, short := strings.Cut(logged, "...")
	switch {
	case logged == "" || net.ParseIP(logged) != nil || strings.HasSuffix(host, ".unix"):
		return true
	case short:
		return strings.HasPrefix(host, head) && strings.HasSuffix(host, tail)
	}
	return logged == host
}

// The spans of every mail lie where the hosts beside the mail server saw it happen.
func TestSpansLieWhereTheTruthSaysItHappened(t *testing.T) {
	for i := range Corpora {
		c := &Corpora[i]
		t.Run(c.Log, func(t *testing.T) {
			run, err := Load("../../testdata/" + c.Truth)
			require.NoError(t, err)
			byTrace := map[pcommon.TraceID][]*span{}
			for _, s := range spans(t, lines(t, c.Log), time.Unix(int64(run.Window.End), 0), nil) {
				byTrace[s.TraceID()] = append(byTrace[s.TraceID()], s)
			}
			check := &checker{corpus: c, within: 1.2, sessions: map[string]*Connection{}, checked: map[string]int{}}
			for i := range run.Inbound {
				check.sessions[run.Inbound[i].ID] = &run.Inbound[i]
			}
			for i := range run.Messages {
				m := &run.Messages[i]
				all := byTrace[event.TraceOfMessageID(strings.Trim(m.MessageID, "<>")).Bytes()]
				switch {
				case m.MessageID == "" || !m.Submitted.Accepted || c.Why == noMessageID, untold[m.MessageID] != "":
					check.checked["without a Message-ID"]++
				case len(all) == 0:
					check.wrong = append(check.wrong, m.ID+" "+m.MessageID+" has no trace")
				default:
					check.mail(m, all)
				}
			}
			t.Logf("%v, wrong: %d", check.checked, len(check.wrong))
			assert.Positive(t, check.checked["tries"]+check.checked["without a Message-ID"])
			for _, w := range check.wrong {
				assert.Fail(t, w)
			}
		})
	}
}

// One mail's way over Postfix, Exim and Sendmail is one trace, whichever log is read first; OpenSMTPD logs no Message-ID, so its part is a trace that the
// hop leads to.
func TestOneMailOverThreeServersIsOneTrace(t *testing.T) {
	var want []string
	for seed := range uint64(20) {
		order := rand.New(rand.NewPCG(seed, 7)).Perm(len(way))
		var all []string
		for _, i := range order {
			all = append(all, way[i]...)
		}
		mail := pcommon.TraceID(event.TraceOfMessageID("m1@example.com").Bytes())
		var got []string
		servers := map[string]pcommon.SpanID{}
		ids := map[pcommon.SpanID]bool{}
		list := spans(t, all, seen, nil)
		for _, s := range list {
			require.False(t, ids[s.SpanID()], "one id for two spans")
			ids[s.SpanID()] = true
			got = append(got, fmt.Sprint(s.TraceID(), s.SpanID(), s.ParentSpanID(), s.Name(), s.StartTimestamp(), s.EndTimestamp(), s.attr("server.address")))
			if s.Name() == "smtp.message" && s.TraceID() == mail {
				require.True(t, s.ParentSpanID().IsEmpty())
				servers[s.attr("smtp.dialect")] = s.SpanID()
			}
		}
		require.Len(t, servers, 3, "Postfix, Exim and Sendmail are in the trace of the Message-ID")
		hops := 0
		for _, s := range list {
			require.True(t, s.ParentSpanID().IsEmpty() || ids[s.ParentSpanID()], "a %s whose parent is nowhere", s.Name())
			if s.Name() != "smtp.hop" {
				continue
			}
			hops++
			require.Equal(t, mail, s.TraceID())
			require.True(t, ids[s.Links().At(0).SpanID()], "a hop leads nowhere")
		}
		require.Equal(t, 3, hops)
		slices.Sort(got)
		if want == nil {
			want = got
		}
		require.Equal(t, want, got, "seed %d", seed)
	}
}
