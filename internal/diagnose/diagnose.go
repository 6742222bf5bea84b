// Package diagnose says why something failed and who said so. The rules are data: the tables in data/.
package diagnose

import (
	_ "embed" // the rule tables
	"fmt"
	"strconv"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

//go:embed data/reasons.tsv
var reasonsData string

//go:embed data/rules.tsv
var rulesData string

//go:embed data/providers.tsv
var providersData string

// Reason is why something failed, from a closed list, with its category.
type Reason struct{ Name, Category string }

// enhancedKey is "1.1", an enhanced code without its class, as a provider means it; of no provider in the standards' meaning.
type enhancedKey struct{ provider, code string }

// Other is the provider of hosts and domains that no rule knows.
const Other = "other"

var (
	// Reasons is the closed list, in the order of the data.
	Reasons    = loadReasons(reasonsData)
	byError    = map[string]Reason{}
	byEnhanced = map[enhancedKey]Reason{}
	byCode     = map[int]Reason{}
	byText     = map[string]*phrases{} // by provider; "" for what anybody may say
	byHost     = map[string]string{}   // ".google.com"
	byDomain   = map[string]string{}
	codeNames  [1000]string
)

func init() {
	loadRules(rulesData)
	loadProviders(providersData)
	for code := 400; code < 600; code++ {
		codeNames[code] = strconv.Itoa(code)
	}
}

// rows splits a table into its rows of n fields; a broken table is a broken build.
func rows(data string, n int) [][]string {
	var all [][]string
	for i, line := range strings.Split(data, "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		fields := strings.Split(line, "\t")
		if len(fields) != n {
			panic(fmt.Sprintf("rule table line %d: want %d fields, got %q", i+1, n, line))
		}
		all = append(all, fields)
	}
	return all
}

func loadReasons(data string) []Reason {
	var list []Reason
	for _, f := range rows(data, 2) {
		list = append(list, Reason{f[0], f[1]})
	}
	return list
}

func reason(name string) Reason {
	for _, r := range Reasons {
		if r.Name == name {
			return r
		}
	}
	panic(fmt.Sprintf("rule table: %q is not in the list of reasons", name))
}

func loadRules(data string) {
	for _, f := range rows(data, 3) {
		r := reason(f[2])
		kind, provider, _ := strings.Cut(f[0], "@")
		switch kind {
		case "error":
			byError[f[1]] = r
		case "text":
			texts(provider).add(f[1], 0, r)
		case "text4", "text5":
			texts(provider).add(f[1], kind[len("text")], r)
		case "enhanced":
			byEnhanced[enhancedKey{provider, strings.TrimPrefix(f[1], "x.")}] = r
		case "code":
			code, err := strconv.Atoi(f[1])
			if err != nil {
				panic(fmt.Sprintf("rule table: %q is no reply code", f[1]))
			}
			byCode[code] = r
		default:
			panic(fmt.Sprintf("rule table: unknown kind %q", f[0]))
		}
	}
	for _, t := range byText {
		t.build()
	}
}

// texts finds or makes a provider's rules over texts.
func texts(provider string) *phrases {
	t := byText[provider]
	if t == nil {
		t = new(phrases)
		byText[provider] = t
	}
	return t
}

func loadProviders(data string) {
	for _, f := range rows(data, 3) {
		if f[0] == "host" {
			byHost[f[1]] = f[2]
		} else {
			byDomain[f[1]] = f[2]
		}
	}
}

// Event fills in reason, category, provider, error type and fingerprint of a line that failed, and the provider of one that did not.
func Event(ev *event.Event) {
	if asksPeer(ev) {
		ev.Provider = Provider(askedHost(ev), ev.RcptTo)
	}
	Reply(ev)
}

// Reply fills in what a failure's codes and words tell. The tracker asks again when it has put the lines of a reply together.
func Reply(ev *event.Event) {
	failed := ev.Class == '4' || ev.Class == '5' || ev.ErrorType != "" || fails(ev.Status)
	if !failed || !explains(ev) {
		return
	}
	r := why(ev)
	ev.Reason, ev.Category = r.Name, r.Category
	if ev.ErrorType == "" && ev.Code >= 400 && ev.Code < 600 {
		ev.ErrorType = codeNames[ev.Code]
	}
	if ev.Text != "" && !ev.MoreLines {
		ev.Fingerprint = Fingerprint(ev.Text)
	}
}

// fails are the verdicts that want a reason.
func fails(s event.Status) bool {
	switch s {
	case event.StatusDeferred, event.StatusBounced, event.StatusExpired:
		return true
	}
	return false
}

// explains are the events that say why; the rest only say that. Of logins it is ours: that a client of ours has a wrong password is no failure of mail.
func explains(ev *event.Event) bool {
	switch ev.Kind {
	case event.KindAuth:
		return ev.Role == event.RoleClient
	case event.KindReply, event.KindReject, event.KindDelivery, event.KindConnect, event.KindTLS, event.KindMessageExpired, event.KindReport:
		return true
	}
	return false
}

// askedHost is the host that was looked up and called. A name that the owner of an address gives it says nothing of who answered.
func askedHost(ev *event.Event) string {
	if ev.NameOfAddress {
		return ""
	}
	return ev.ServerAddress
}

// asksPeer says whether another host took part: mail put into a mailbox here has no provider.
func asksPeer(ev *event.Event) bool {
	if ev.Role == event.RoleServer {
		return false
	}
	switch ev.Route {
	case event.RouteLocal, event.RouteLMTP, event.RoutePipe, event.RouteFilter, event.RouteForward, event.RouteDiscard:
		return false
	}
	return ev.ServerAddress != "" || ev.Kind == event.KindDelivery || ev.Status != event.StatusNone
}

// Outcome completes a reply that the tracker found to be the verdict on a recipient: only then is known whose provider it speaks for.
func Outcome(ev *event.Event) {
	if ev.Status != event.StatusNone && ev.Provider == "" && asksPeer(ev) {
		ev.Provider = Provider(askedHost(ev), ev.RcptTo)
	}
}

// why finds the first rule that fits: what broke before any answer, then the provider's own words and codes, the words that anybody uses, the peer's
// enhanced code, the peer's code, the MTA's own code.
func why(ev *event.Event) Reason {
	if ev.Reason != "" {
		return reason(ev.Reason) // the line itself says why
	}
	if ev.ErrorType == "host_not_found" && ev.Status == event.StatusBounced {
		return noSuchDomain // a name that does not exist, not one that could not be asked for
	}
	if r, ok := byError[ev.ErrorType]; ok {
		return r
	}
	if ev.Provider != "" && ev.Provider != Other {
		if r, ok := words(ev, ev.Provider); ok {
			return r
		}
		if r, ok := enhanced(ev.Provider, ev.Enhanced); ok {
			return r
		}
	}
	if r, ok := words(ev, ""); ok {
		return r
	}
	if r, ok := enhanced("", ev.Enhanced); ok {
		return r
	}
	if r, ok := byCode[ev.Code]; ok {
		return r
	}
	if r, ok := enhanced("", ev.DSN); ok && ev.Code == 0 {
		return r
	}
	return unspecified
}

// words looks for the rules over texts of one provider. A verdict that nobody else had a word in has the MTA's own.
func words(ev *event.Event, provider string) (Reason, bool) {
	t, text := byText[provider], ev.Text
	if text == "" && (ev.Kind == event.KindDelivery || ev.TryID != "") && provider == "" {
		text = ev.Argument
	}
	if t == nil || text == "" {
		return Reason{}, false
	}
	rule, ok := t.find(text, classOf(ev), ev.Code, ev.Enhanced, ev.TextJoined)
	if !ok {
		return Reason{}, false
	}
	return t.rules[rule].why, true
}

// classOf is the class of the reply, or of a verdict that no reply is behind.
func classOf(ev *event.Event) byte {
	switch {
	case ev.Class != 0:
		return ev.Class
	case ev.Status == event.StatusDeferred:
		return '4'
	case fails(ev.Status):
		return '5'
	}
	return 0
}

var (
	unspecified  = reason("unspecified")
	noSuchDomain = reason("invalid_domain")
)

// enhanced looks up X.Y.Z without its class.
func enhanced(provider, code string) (Reason, bool) {
	if len(code) < 5 {
		return Reason{}, false
	}
	r, ok := byEnhanced[enhancedKey{provider, code[2:]}]
	return r, ok
}

// Provider is who runs the host that answered, or, where no host is known, the recipient's domain.
func Provider(host, rcpt string) string {
	if host != "" {
		if p, ok := suffix(byHost, host); ok {
			return p
		}
		return Other
	}
	if at := strings.LastIndexByte(rcpt, '@'); at >= 0 {
		if p, ok := byDomain[strings.ToLower(rcpt[at+1:])]; ok {
			return p
		}
	}
	return Other
}

// longestHost bounds what may be the name of a host (RFC 1035 section 2.3.4).
const longestHost = 255

// suffix finds the longest suffix of host, cut at its dots, that table has.
func suffix(table map[string]string, host string) (string, bool) {
	if len(host) > longestHost {
		return "", false
	}
	host = strings.ToLower(host)
	for i := 0; i < len(host); i++ {
		if host[i] == '.' {
			if p, ok := table[host[i:]]; ok {
				return p, true
			}
		}
	}
	return "", false
}
