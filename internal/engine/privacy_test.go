package engine

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/diagnose"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/privacy"
	"github.com/otelcol-smtp/otelcol-smtp/internal/session"
)

const hashKey = "a key of the test's own"

// private makes an engine that hides.
func private(t *testing.T, set privacy.Settings, more func(*Settings)) *Engine {
	t.Helper()
	set.Key = hashKey
	p, err := privacy.New(set)
	require.NoError(t, err)
	all := Settings{Zone: time.UTC, Diagnosis: diagnose.Standard, Privacy: p, Session: session.Config{
		MaxSessions: 1000, SessionIdle: time.Minute, MaxMessages: 1000, MessageTTL: time.Hour, MaxRecipients: 1000, SessionSummaries: true, MessageSummaries: true,
	}}
	if more != nil {
		more(&all)
	}
	e, err := New(all)
	require.NoError(t, err)
	return e
}

// said is what strangers can put anywhere.
const said = "zoe.secret@person.example 198.51.100.77"

// fill puts it into every text of a value.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(said)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				fill(v.Field(i))
			}
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.String || v.Type().Elem().Kind() == reflect.Struct && v.Type().Elem().NumField() > 2 {
			v.Set(reflect.MakeSlice(v.Type(), 2, 2))
			fill(v.Index(0))
			fill(v.Index(1))
		}
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	case reflect.Bool:
		v.SetBool(true)
	}
}

// Whatever field of an event holds somebody's name, no attribute with a class of persons tells it: a field that is written and not hidden fails here.
func TestNoAttributeOfAPersonIsLeftOut(t *testing.T) {
	for _, set := range []privacy.Settings{{Addresses: privacy.Hash, IPs: privacy.Hash}, {Addresses: privacy.Domain, IPs: privacy.Truncate}} {
		e := private(t, set, nil)
		sum := &session.Summary{Session: new(session.TotalsOfSession), Message: new(session.TotalsOfMessage)}
		var line Line
		for _, v := range []any{&line.Event, &sum.Event, sum.Session, sum.Message} {
			fill(reflect.ValueOf(v).Elem())
		}
		for _, ev := range []*event.Event{&line.Event, &sum.Event} {
			ev.Kind, ev.Status, ev.Class, ev.Line, ev.SessionTally, ev.HasCommands, ev.TextJoined = event.KindReply, event.StatusDeferred, '5', "", nil, false, false
		}
		line.Output.Made = []session.Made{{Summary: sum}}
		e.hide(&line)
		list := attrs.List{Full: true}
		told := map[string]bool{}
		seen := map[string]bool{}
		look := func() {
			for i := range list.Items {
				item := &list.Items[i]
				seen[item.Name] = true
				if item.Kind == attrs.KindString && (strings.Contains(item.Str(), "zoe") || strings.Contains(item.Str(), "100.77")) {
					told[item.Name] = true
				}
			}
		}
		list.Put(&line.Event)
		look()
		list.PutSummary(&session.Summary{Event: sum.Event, Session: sum.Session})
		look()
		list.PutSummary(&session.Summary{Event: sum.Event, Message: sum.Message})
		look()
		for name := range told {
			switch class := attrs.Classes[name]; {
			case class == attrs.OfNobody: // of closed lists, or of our own programs: this test has put words there that nobody can
			case name == "command" || name == "reason" || name == "deferred_for": // the same, in an array
			default:
				t.Errorf("%v: %q tells of %s", set.Addresses, name, said)
			}
		}
		for name, class := range attrs.Classes {
			if class != attrs.OfNobody && !seen[name] && name != attrs.ReplyText && name != attrs.ReplyEnhancedCode && name != attrs.ReplyFingerprint {
				t.Errorf("%s is not written, so nothing is shown for it", name)
			}
		}
		for _, text := range []string{sum.Sentence(), session.Describe(&line.Event)} {
			assert.NotContains(t, text, "zoe")
			assert.NotContains(t, text, "100.77")
		}
	}
}

type rfc3164 struct{}

func (rfc3164) Header(line string, c header.Clock, h *header.Header) bool {
	return header.Parse(line, c, h)
}

// observe takes lines through an engine and gives the events.
func observe(e *Engine, lines ...string) (list []event.Event) {
	var l Line
	for _, text := range lines {
		l.Text, l.Carrier, l.Anchor = text, rfc3164{}, time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC).UnixNano()
		e.Observe(&l)
		ev := l.Event
		ev.RcptList, ev.Redact = nil, nil
		list = append(list, ev)
	}
	return list
}

func failure(user string) string {
	return "Nov 23 10:00:00 mx postfix/smtpd[1]: warning: unknown[192.0.2.9]: SASL LOGIN authentication failed: (reason unavailable), sasl_username=" + user
}

// Who fights a brute force sees which accounts are tried, how often, and by whom, without their names: the pseudonym is that of the account that logs in.
func TestBruteForceShowsWhichAccountsAreTried(t *testing.T) {
	e := private(t, privacy.Settings{Addresses: privacy.Hash, FailedLogins: privacy.Hash}, nil)
	var lines []string
	for i := range 60 {
		lines = append(lines, failure(fmt.Sprintf("User%d@Example.com", i%20)))
	}
	for range 100 {
		lines = append(lines, failure("anna@example.com"))
	}
	tried := map[string]int{}
	for _, ev := range observe(e, lines...) {
		require.Equal(t, "failure", ev.AuthResult)
		assert.NotContains(t, ev.User, "anna")
		tried[ev.User]++
	}
	assert.Len(t, tried, 21)
	login := observe(e, "Nov 23 10:00:01 mx postfix/smtpd[1]: 4AA0918: client=unknown[192.0.2.9], sasl_method=PLAIN, sasl_username=anna@example.com")[0]
	assert.Equal(t, 100, tried[login.User])
	assert.Regexp(t, "^[0-9a-f]{16}@example.com$", login.User)
}

// By default the name is told nowhere; with keep only one that is known to be a name: a password in the wrong place is neither.
func TestNamesOfFailedLogins(t *testing.T) {
	lines := []string{
		failure("anna"), failure("hunter2-secret"),
		"Nov 23 10:00:01 mx postfix/smtpd[1]: 4AA0918: client=unknown[192.0.2.9], sasl_method=PLAIN, sasl_username=anna",
		failure("Anna"), failure("hunter2-secret"), failure("bert@local.example"), failure("p@ss"),
	}
	users := func(set privacy.Settings) (list []string) {
		e := private(t, set, func(s *Settings) { s.Session.LocalDomains = []string{"local.example"} })
		for _, ev := range observe(e, lines...) {
			list = append(list, ev.User)
		}
		return list
	}
	assert.Equal(t, []string{"", "", "anna", "Anna", "", "bert@local.example", ""}, users(privacy.Settings{FailedLogins: privacy.Keep}))
	hidden := users(privacy.Settings{FailedLogins: privacy.Keep, Addresses: privacy.Hash})
	assert.Equal(t, hidden[2], hidden[3])
	assert.Regexp(t, "^[0-9a-f]{16}$", hidden[2])
	assert.Equal(t, []string{"", "", "anna", "", "", "", ""}, users(privacy.Settings{FailedLogins: privacy.Redact}))
}

// The ids of sessions and spans are hashes that anybody can make, so they are made of what is hidden, or guesses could be tried out on them.
func TestIdsAreNotMadeOfWhatIsHidden(t *testing.T) {
	lines := []string{
		"Nov 23 10:00:00 mx postfix/postscreen[1]: CONNECT from [192.0.2.9]:1234 to [198.51.100.1]:25",
		"Nov 23 10:00:01 mx postfix/smtp[3]: 4AA0918: to=<b@far.example>, relay=mx.far.example[203.0.113.5]:25, delay=2, delays=0/0/1/1, dsn=2.0.0, status=sent (250 OK)",
	}
	ids := func(key string) (list []string) {
		var p *privacy.Policy
		if key != "" {
			var err error
			p, err = privacy.New(privacy.Settings{Addresses: privacy.Hash, IPs: privacy.Hash, Key: privacy.Key(key)})
			require.NoError(t, err)
		}
		e := private(t, privacy.Settings{}, func(s *Settings) { s.Privacy = p })
		for _, ev := range observe(e, lines...) {
			require.NotZero(t, ev.SessionID)
			list = append(list, ev.SessionID.String())
		}
		return list
	}
	plain, one, two := ids(""), ids(hashKey), ids("another key, as long")
	assert.Equal(t, one, ids(hashKey))
	for i := range plain {
		assert.NotEqual(t, plain[i], one[i], lines[i])
		assert.NotEqual(t, one[i], two[i], lines[i])
	}
}
