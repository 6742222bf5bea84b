package incident

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// noon is a Monday.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// mail makes up tries, one every so often.
type mail struct {
	d   *Detector
	at  time.Time
	rnd *rand.Rand
	n   int
	out []Report
}

func newMail(cfg Config) *mail { return &mail{d: New(cfg), at: noon, rnd: rand.New(rand.NewPCG(1, 2))} }

func (m *mail) observe(o Observation) {
	m.n++
	if o.UID == "" {
		o.UID = fmt.Sprintf("%016x", m.n)
	}
	if o.Host == "" {
		o.Host = "mx1"
	}
	o.Time, o.Wall, o.Recipients = m.at.UnixNano(), m.at.UnixNano(), max(1, o.Recipients)
	m.out = append(m.out, m.d.Observe(&o)...)
}

// tries are n of them, of which a share fails for a reason; every one takes so long.
func (m *mail) tries(n int, every time.Duration, provider, reason string, share float64) {
	for range n {
		m.at = m.at.Add(every)
		o := Observation{
			Event: Try, Provider: provider, Domain: provider + ".example", Status: "delivered", Final: true, Secure: true, Sender: fmt.Sprintf("s%d.example", m.rnd.IntN(9)),
		}
		if m.rnd.Float64() < share {
			o.Status, o.Reason, o.Category, o.Final = "deferred", reason, "block", false
			o.Code, o.Enhanced, o.Text, o.Fingerprint = 421, "4.7.28", "slow down", "slow down"
			o.From = "192.0.2.1"
		}
		m.observe(o)
	}
}

// told lists what was told as "state kind provider reason".
func (m *mail) told() (list []string) {
	for _, r := range m.out {
		list = append(list, strings.TrimSpace(strings.Join([]string{r.State, string(r.Kind), r.Provider + r.Sender, r.Reason + r.What}, " ")))
	}
	return list
}

func TestDepartureIsToldWhenItHasHitEnoughAndWhenItHasEnded(t *testing.T) {
	m := newMail(Defaults())
	m.tries(2000, time.Minute, "google", "rate_limited", 0.01)
	m.tries(60, time.Minute, "google", "rate_limited", 0)
	require.Empty(t, m.told())
	began := m.n
	m.tries(20, 10*time.Second, "google", "rate_limited", 1)
	require.Equal(t, []string{"started refusals google rate_limited"}, m.told())
	r := m.out[0]
	assert.Equal(t, 20, r.Messages)
	assert.LessOrEqual(t, r.Trials, 22)
	assert.Equal(t, fmt.Sprintf("%016x", began+1), r.Examples[0])
	assert.Len(t, r.Examples, 3)
	assert.Equal(t, []string{"192.0.2.1"}, r.Sources)
	assert.InDelta(t, 0.01, r.Baseline, 0.01)
	assert.True(t, r.Past)
	assert.Contains(t, r.Sentence, "google answers 421 4.7.28 rate_limited to ")
	assert.Contains(t, r.Sentence, "; see https://support.google.com/")
	m.tries(400, 30*time.Second, "google", "rate_limited", 1)
	assert.Equal(t, "ongoing refusals google rate_limited", m.told()[1])
	assert.Len(t, m.told(), 4, "once an hour")
	m.tries(200, 30*time.Second, "google", "rate_limited", 0.01)
	assert.Equal(t, "ended refusals google rate_limited", m.told()[len(m.out)-1])
	for _, x := range m.out {
		assert.Equal(t, r.ID, x.ID)
	}
	assert.Empty(t, m.d.Open())
}

// What was never seen is not said to be usual.
func TestWithoutAPast(t *testing.T) {
	m := newMail(Defaults())
	m.tries(30, 10*time.Second, "google", "rate_limited", 1)
	require.Equal(t, []string{"started refusals google rate_limited"}, m.told())
	assert.False(t, m.out[0].Past)
	assert.Contains(t, m.out[0].Sentence, "messages of 2")
	assert.Contains(t, m.out[0].Sentence, ", elsewhere usually 4 %)")
}

// A share that stays between the usual one and a departure does not open and close all day.
func TestIncidentDoesNotFlap(t *testing.T) {
	m := newMail(Defaults())
	m.tries(3000, time.Minute, "google", "rate_limited", 0.02)
	m.tries(20_000, 20*time.Second, "google", "rate_limited", 0.15)
	starts := 0
	for _, r := range m.out {
		if r.State == Started {
			starts++
		}
	}
	assert.LessOrEqual(t, starts, 2)
}

func TestRecipientsAndRetriesOfOneMessageAreOneTrial(t *testing.T) {
	m := newMail(Defaults())
	m.tries(500, time.Minute, "google", "rate_limited", 0)
	refused := Observation{Event: Try, Provider: "google", Status: "deferred", Reason: "rate_limited", Category: "block"}
	for i := range 19 { // each has ten recipients, and comes again
		refused.UID = fmt.Sprint("m", i)
		for try := range 10 {
			for range 10 {
				refused.Retry = try > 0
				m.observe(refused)
			}
			m.at = m.at.Add(time.Second)
		}
	}
	assert.Empty(t, m.told())
	refused.UID, refused.Retry = "m20", false
	m.observe(refused)
	assert.Len(t, m.told(), 1)
}

func TestNobodyMakesAnIncidentWithAServerOfHisOwn(t *testing.T) {
	m := newMail(Defaults())
	for range 3 * 1440 {
		m.tries(1, time.Minute, "other", "greylisted", 0.1)
	}
	for i := range 3000 {
		m.at = m.at.Add(time.Second)
		text := fmt.Sprintf("made up %d", i%7)
		m.observe(Observation{
			Event: Try, Provider: "other", Domain: "evil.example", Status: "bounced", Reason: []string{"unspecified", "rate_limited"}[i%2], Category: "block",
			Code: 550, Text: text, Fingerprint: text, Sender: fmt.Sprintf("s%d.example", i%9),
		})
	}
	assert.Empty(t, m.told())
}

// A domain at no known provider that takes mail every day is told of like a provider, by its name; not so one that never took any, and not beside everybody.
func TestDomainThatIsNoKnownProviders(t *testing.T) {
	to := func(m *mail, n int, domain, reason string, share float64) {
		for range n {
			m.at = m.at.Add(30 * time.Second)
			o := Observation{Event: Try, Provider: "other", Domain: domain, Status: "delivered", Final: true, Sender: fmt.Sprintf("s%d.example", m.rnd.IntN(9))}
			if m.rnd.Float64() < share {
				o.Status, o.Reason, o.Category, o.Final, o.Code, o.Text = "deferred", reason, "block", false, 421, "slow down"
			}
			m.observe(o)
		}
	}
	m := newMail(Defaults())
	for range 8 * 24 {
		to(m, 60, "partner.example", "rate_limited", 0.01)
		for i := range 11 {
			to(m, 5, fmt.Sprintf("d%d.example", i), "rate_limited", 0.01)
		}
	}
	require.Empty(t, m.told())
	to(m, 200, "dead.example", "connection_timeout", 1)
	require.Empty(t, m.told())
	to(m, 21, "partner.example", "rate_limited", 1)
	require.Equal(t, []string{"started refusals other rate_limited"}, m.told())
	r := m.out[0]
	assert.Equal(t, "partner.example", r.Domain)
	assert.Contains(t, r.Sentence, "partner.example answers 421 rate_limited to ")
	assert.Contains(t, r.Sentence, "; volume is ")
	data, err := m.d.Save(nil)
	require.NoError(t, err)
	m.d = New(Defaults())
	_, err = m.d.Restore(data, m.at.UnixNano())
	require.NoError(t, err)
	assert.Equal(t, []Open{{Refusals, "other", "rate_limited", ""}}, m.d.Open())
	to(m, 90, "partner.example", "rate_limited", 0)
	assert.Equal(t, "ended refusals other rate_limited", m.told()[1])

	m.out = nil
	for i := range 100 { // all of them: not each
		to(m, 1, fmt.Sprintf("d%d.example", i%11), "blocklisted", 1)
	}
	assert.Equal(t, []string{"started refusals other blocklisted"}, m.told())
	assert.Contains(t, m.out[0].Sentence, "many hosts answer ")
}

// That a domain takes mail is known as soon as it has taken enough, be it of the last hour.
func TestDomainOfAnHour(t *testing.T) {
	for took, want := range map[int]int{20: 0, 100: 1} {
		m := newMail(Defaults())
		for i := range took + 30 {
			m.at = m.at.Add(20 * time.Second)
			o := Observation{Event: Try, Provider: "other", Domain: "partner.example", Status: "delivered", Final: true}
			if i >= took {
				o.Status, o.Reason, o.Category, o.Final = "deferred", "rate_limited", "block", false
			}
			m.observe(o)
		}
		assert.Len(t, m.told(), want, took)
	}
}

// A share that rises a little everywhere is not told of the domain that has most of it by chance; one that rises more than elsewhere is.
func TestDomainIsComparedWithOthers(t *testing.T) {
	for share, want := range map[float64]int{0.17: 0, 0.9: 1} {
		m := newMail(Defaults())
		to := func(i int, share float64) {
			m.at = m.at.Add(10 * time.Second)
			o := Observation{Event: Try, Provider: "other", Domain: fmt.Sprintf("d%d.example", i), Status: "delivered", Final: true}
			if m.rnd.Float64() < share {
				o.Status, o.Reason, o.Category, o.Final = "deferred", "rate_limited", "block", false
			}
			m.observe(o)
		}
		for i := range 40_000 {
			to(i%20, 0.01)
		}
		for i := range 4000 {
			if i%20 == 0 {
				to(0, share)
			} else {
				to(i%20, 0.065)
			}
		}
		starts := 0
		for _, r := range m.out {
			if r.State == Started {
				starts++
			}
		}
		assert.Equal(t, want, starts, share)
	}
}

// A host whose log is read behind another's tells of an incident that was told: it is no second one, in words that were never seen neither.
func TestHostThatLagsTellsNothingAgain(t *testing.T) {
	m := newMail(Defaults())
	m.tries(3000, time.Minute, "google", "rate_limited", 0.01)
	began := m.at
	m.tries(120, 30*time.Second, "google", "rate_limited", 0.9)
	m.tries(300, 30*time.Second, "google", "rate_limited", 0)
	require.Equal(t, []string{"started refusals google rate_limited", "ongoing refusals google rate_limited", "ended refusals google rate_limited"}, m.told())
	m.at = began
	m.tries(110, 30*time.Second, "google", "rate_limited", 0.9)
	assert.Len(t, m.told(), 3)
	m.at = began.Add(5 * time.Hour)
	m.tries(40, 30*time.Second, "google", "rate_limited", 0.9)
	assert.Equal(t, "started refusals google rate_limited", m.told()[3], "a new one")
}

func TestReplayTellsTheSameAndARestartChangesNothing(t *testing.T) {
	play := func(restart int) []Report {
		m := newMail(Defaults())
		for i := range 60 {
			share := 0.02
			if i >= 40 && i < 50 {
				share = 0.7
			}
			m.tries(60, 30*time.Second, "yahoo", "rate_limited", share)
			m.tries(20, 10*time.Second, "other", "greylisted", 0.2)
			if i == restart {
				data, err := m.d.Save(nil)
				require.NoError(t, err)
				m.d = New(Defaults())
				_, err = m.d.Restore(data, m.at.UnixNano())
				require.NoError(t, err)
			}
		}
		return m.out
	}
	want := play(-1)
	require.NotEmpty(t, want)
	assert.Equal(t, want, play(-1))
	for _, at := range []int{10, 39, 41, 45, 52} {
		assert.Equal(t, want, play(at), at)
	}
}

func TestReportsThatNobodyTookComeBack(t *testing.T) {
	m := newMail(Defaults())
	m.tries(500, time.Minute, "google", "rate_limited", 0)
	m.tries(30, time.Second, "google", "rate_limited", 1)
	data, err := m.d.Save(m.out)
	require.NoError(t, err)
	told, err := New(Defaults()).Restore(data, 1)
	require.NoError(t, err)
	assert.Equal(t, m.out, told)
}

// What is damaged is refused or harmless, and never a panic.
func TestDamagedPast(t *testing.T) {
	m := newMail(Defaults())
	m.tries(300, time.Minute, "google", "rate_limited", 0.1)
	m.observe(Observation{Event: Login, Client: "192.0.2.1", Sender: "anna"})
	good, err := m.d.Save(nil)
	require.NoError(t, err)
	for i := range 300 {
		data := []byte(string(good))
		switch at := m.rnd.IntN(len(data)); i % 3 {
		case 0:
			data = data[:at]
		case 1:
			data[at] ^= byte(1 << m.rnd.IntN(7))
		default:
			data = []byte(strings.Replace(string(data), []string{`"Season":`, `"Tries":`, `"Accounts":`, `"Mean":`}[m.rnd.IntN(4)], `"Gone":`, 1))
		}
		again := &mail{d: New(Defaults()), at: m.at, rnd: m.rnd}
		if _, err := again.d.Restore(data, m.at.UnixNano()); err == nil && i%3 == 0 {
			t.Fatalf("a state that was cut was taken")
		}
		again.tries(5, time.Second, "google", "rate_limited", 0.5)
		again.observe(Observation{Event: Login, Client: "192.0.2.1", Sender: "anna"})
		again.d.Tick(again.at.UnixNano())
		again.d.Open()
	}
	_, err = New(Defaults()).Restore([]byte(`{"Version":99}`), 1)
	require.ErrorContains(t, err, "version 99")
}

func TestStateIsBounded(t *testing.T) {
	m := newMail(Defaults())
	long := strings.Repeat("x", 5000)
	for i := range 3_000 {
		m.at = m.at.Add(time.Second)
		name := fmt.Sprintf("%d.%s", i, long[:i%300])
		m.observe(Observation{
			Event: Try, Host: name, Provider: name, Domain: name, Sender: name, Status: "bounced", Final: true, Reason: name, Category: "block", Text: name + long,
			Fingerprint: name + long, From: name, Recipients: 1000,
		})
		m.observe(Observation{Event: Try, Provider: "other", Domain: name, Status: "delivered", Final: true})
		m.observe(Observation{Event: Login, Client: name, Sender: name})
		m.observe(Observation{Event: Try, Provider: "google", Reason: name, Fingerprint: name, Status: "deferred"})
		m.observe(Observation{Event: Queue, Host: name, Provider: name, Waiting: 1})
		m.observe(Observation{Event: LocalTry, Route: name, Status: "deferred", Category: "own"})
	}
	assert.LessOrEqual(t, len(m.d.Providers), maxProviders)
	assert.LessOrEqual(t, len(m.d.Domains), maxDomains)
	assert.LessOrEqual(t, len(m.d.Senders), maxSenders)
	assert.LessOrEqual(t, len(m.d.Sending), maxSenders)
	assert.LessOrEqual(t, len(m.d.Routes), maxProviders)
	assert.LessOrEqual(t, len(m.d.Hosts), maxHosts)
	assert.LessOrEqual(t, len(m.d.Waiting), maxWaiting)
	assert.LessOrEqual(t, len(m.d.Logins.Accounts), maxAccounts)
	assert.LessOrEqual(t, len(m.d.Providers["google"].Tries.Shares), maxShares)
	assert.LessOrEqual(t, len(m.d.Providers["google"].Texts), maxTexts)
	data, err := m.d.Save(nil)
	require.NoError(t, err)
	assert.Less(t, len(data), 16<<20)
}

func TestHowManyWait(t *testing.T) {
	m := newMail(Defaults())
	m.tries(500, time.Minute, "google", "rate_limited", 0)
	m.observe(Observation{Event: Queue, Host: "mx1", Provider: "google", Status: "deferred", Waiting: 300, Oldest: 2280})
	m.observe(Observation{Event: Queue, Host: "mx2", Provider: "google", Status: "deferred", Waiting: 112, Oldest: 60})
	m.observe(Observation{Event: Queue, Host: "mx2", Provider: "yahoo", Status: "deferred", Waiting: 5, Oldest: 9999})
	m.tries(20, time.Second, "google", "rate_limited", 1)
	require.Len(t, m.out, 1)
	assert.Equal(t, 412, m.out[0].Waiting)
	assert.InDelta(t, 2280, m.out[0].Oldest, 0)
	assert.Contains(t, m.out[0].Sentence, "; 412 messages wait, the oldest for 38 min")
}

func TestSilence(t *testing.T) {
	past := func() *mail {
		m := newMail(Defaults())
		m.tries(3*1440, time.Minute, "google", "rate_limited", 0)
		return m
	}
	tick := func(m *mail, d time.Duration) {
		for range int(d / time.Minute) {
			m.at = m.at.Add(time.Minute)
			m.out = append(m.out, m.d.Tick(m.at.UnixNano())...)
		}
	}
	m := past()
	tick(m, 9*time.Minute)
	require.Empty(t, m.told())
	tick(m, 2*time.Hour)
	require.NotEmpty(t, m.told())
	assert.Equal(t, "mx1", m.out[0].Host)
	assert.Contains(t, m.out[0].Sentence, "nothing comes from the log of mx1, for ")
	assert.Len(t, m.d.Open(), 1, "the provider's silence is the host's")
	m.tries(1, time.Minute, "google", "", 0)
	assert.Equal(t, Ended, m.out[len(m.out)-1].State)

	m = past() // a backlog that is read by night is not silent because it ends
	m.at = m.at.Add(10 * time.Hour)
	o := Observation{Event: Other, Host: "mx1", Time: m.at.Add(-9 * time.Hour).UnixNano(), Wall: m.at.UnixNano()}
	m.d.Observe(&o)
	tick(m, 3*time.Hour)
	assert.Empty(t, m.told())

	m = past() // the time that the collector was away is no silence
	data, err := m.d.Save(nil)
	require.NoError(t, err)
	m.at = m.at.Add(5 * time.Hour)
	m.d = New(Defaults())
	_, err = m.d.Restore(data, m.at.UnixNano())
	require.NoError(t, err)
	tick(m, 9*time.Minute)
	assert.Empty(t, m.told())

	m = past() // one that is gone for good ends within a day
	tick(m, 30*time.Hour)
	assert.Equal(t, Ended, m.out[len(m.out)-1].State)
	assert.Empty(t, m.d.Open())
}

// A backlog of another host, read in a minute beside what is written now, is no jump of volume; a clock that is ahead takes nobody along.
func TestOtherTimesAreNoneOfNow(t *testing.T) {
	m := newMail(Defaults())
	for range 9 * 1440 {
		m.at = m.at.Add(time.Minute)
		m.observe(Observation{Event: Received})
	}
	now := m.at
	for i := range 5000 {
		o := Observation{Event: Received, Host: "mx2", Time: now.Add(-10*time.Hour).UnixNano() + int64(i)*2e9, Wall: now.UnixNano() + int64(i)*2e8}
		m.out = append(m.out, m.d.Observe(&o)...)
	}
	o := Observation{Event: Received, Host: "mx3", Time: now.AddDate(10, 0, 0).UnixNano(), Wall: now.UnixNano()}
	m.d.Observe(&o)
	assert.Less(t, m.d.Now, now.Add(time.Hour).UnixNano())
	m.at = now.Add(20 * time.Minute)
	m.observe(Observation{Event: Received})
	assert.Empty(t, m.told())

	for range 15 { // the same many now are one
		for range 100 {
			m.at = m.at.Add(600 * time.Millisecond)
			m.observe(Observation{Event: Received})
		}
	}
	assert.Equal(t, []string{"started volume_jump"}, m.told())
}

func TestOneAccountFromManyAddresses(t *testing.T) {
	for addresses, want := range map[int]int{1: 0, 4: 0, 8: 1} {
		m := newMail(Defaults())
		for i := range 40 {
			m.at = m.at.Add(20 * time.Second)
			m.observe(Observation{Event: Login, Client: fmt.Sprint("192.0.2.", i%addresses), Sender: "anna"})
		}
		require.Len(t, m.out, want, addresses)
		if want == 1 {
			assert.Contains(t, m.out[0].Sentence, "logins at the account anna fail from ")
		}
	}
}

// Clients that go in the clear all at once are told; scanners whose handshakes fail are not, by night either.
func TestClientsWithoutEncryption(t *testing.T) {
	m := newMail(Defaults())
	for i := range 3 * 1440 {
		m.at = m.at.Add(time.Minute)
		if day := m.at.Hour() > 6; day || i%8 == 0 {
			m.observe(Observation{Event: Session, Client: fmt.Sprint("192.0.2.", i%200), Secure: i%20 > 0})
		}
		if i%9 == 0 {
			m.observe(Observation{Event: Handshake, Client: fmt.Sprint("198.51.100.", i%90)})
		}
	}
	require.Empty(t, m.told())
	for i := range 120 {
		m.at = m.at.Add(30 * time.Second)
		m.observe(Observation{Event: Session, Client: fmt.Sprint("192.0.2.", i%200), Secure: i%2 > 0})
	}
	require.Equal(t, []string{"started tls  plaintext"}, m.told())
	assert.Contains(t, m.out[0].Sentence, "mail of clients comes in the clear, ")
}

func TestTextsOfOthersAreOneLine(t *testing.T) {
	m := newMail(Defaults())
	m.tries(200, time.Minute, "google", "", 0)
	for range 25 {
		m.observe(Observation{
			Event: Try, Provider: "google", Status: "deferred", Reason: "rate_limited", Category: "block", Code: 421, Text: "a\nb\x1b[31m\u2028c", From: "pool\r1",
			Fingerprint: strings.Repeat("é", 400),
		})
	}
	require.Len(t, m.out, 1)
	assert.Contains(t, m.out[0].Sentence, `: "a b [31m c"`)
	assert.NotContains(t, m.out[0].Sentence, "\r")
	assert.LessOrEqual(t, len(m.out[0].Fingerprint), maxText)
}

func TestMistakes(t *testing.T) {
	for _, c := range []struct {
		change func(*Config)
		want   string
	}{
		{func(c *Config) { c.Sensitivity = "very" }, `sensitivity: "very" is not a choice, takes low, normal, high`},
		{func(c *Config) { c.MinMessages = 1 }, "min_messages: 1 is out of range, takes 5 to 10000"},
		{func(c *Config) { c.Repeat = time.Second }, "repeat: 1s is too short, takes a duration of at least 1m, or 0s for never"},
		{func(c *Config) { c.Kinds = []Kind{"slowness"} }, `kinds: "slowness" is not a kind, takes any of refusals, connection_failures, slow`},
	} {
		cfg := Defaults()
		require.NoError(t, cfg.Validate())
		c.change(&cfg)
		assert.ErrorContains(t, cfg.Validate(), c.want)
	}
}

func TestKindsThatNobodyWantsAreNotTold(t *testing.T) {
	cfg := Defaults()
	cfg.Kinds = []Kind{Silence}
	m := newMail(cfg)
	m.tries(200, time.Minute, "google", "", 0)
	m.tries(50, time.Second, "google", "rate_limited", 1)
	assert.Empty(t, m.told())
}

func BenchmarkObserve(b *testing.B) {
	m := newMail(Defaults())
	m.tries(1000, time.Minute, "google", "rate_limited", 0.01)
	o := Observation{
		Event: Try, Host: "mx1", Provider: "google", Domain: "gmail.com", Status: "delivered", Final: true, Secure: true, Sender: "s1.example", Recipients: 1,
		Stages: [stages]float64{0.1, 0.2, 0.3}, Staged: [stages]bool{true, true, true},
	}
	uids := make([]string, 4096)
	for i := range uids {
		uids[i] = fmt.Sprintf("%016x", i)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		o.Time, o.UID = m.at.UnixNano()+int64(i)*1e6, uids[i%4096]
		m.d.Observe(&o)
	}
}

// Who tries many accounts from everywhere means none of them; an account that is tried all day is tried as ever.
func TestAccountsThatEverybodyTries(t *testing.T) {
	m := newMail(Defaults())
	guess := func(n int, every time.Duration, account func(i int) string) {
		for i := range n {
			m.at = m.at.Add(every)
			m.observe(Observation{Event: Login, Client: fmt.Sprint("192.0.2.", m.rnd.IntN(250)), Sender: account(i)})
		}
	}
	many := func(int) string { return fmt.Sprint("info", m.rnd.IntN(200)) }
	guess(8*1440, 7500*time.Millisecond, many) // a day, 480 an hour
	require.Empty(t, m.told())
	guess(20, time.Minute, func(int) string { return "anna" })
	require.Equal(t, []string{"started auth_failures anna"}, m.told())
	guess(300, time.Minute, func(int) string { return "anna" })
	require.Len(t, m.told(), 6, "each hour: %v", m.told())
	guess(600, 30*time.Second, many)
	last := len(m.out) - 1
	require.Equal(t, "ended auth_failures anna", m.told()[last])
	assert.Contains(t, m.out[last].Sentence, "logins at the account anna failed from ")
	assert.Empty(t, m.d.Open())
}
