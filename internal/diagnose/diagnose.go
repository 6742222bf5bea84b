// Package diagnose says why something failed and who said so. The rules are data: the tables in data/, and what the user adds.
package diagnose

import (
	"strconv"
	"strings"
	"sync"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
)

// Diagnosis asks a user's rules and providers, then ours. It has no state and is safe for concurrent use.
type Diagnosis struct {
	rules   *Rules // the user's in front of ours; nil: ours alone
	own     int    // how many are the user's
	hosts   suffixes
	domains suffixes
}

// Standard asks our rules alone.
var Standard = &Diagnosis{}

// ours are our rules, made ready when they are asked for first: who asks for no reason, such as a collector without the processor, does
// not wait for them at every start.
var (
	standard = sync.OnceValue(func() []rule { return mustRules(rulesData) })
	ours     = sync.OnceValue(func() *Rules { return index(standard()) })
)

func (d *Diagnosis) ready() *Rules {
	if d.rules == nil {
		return ours()
	}
	return d.rules
}

var (
	unspecified  = known("unspecified")
	noSuchDomain = known("invalid_domain")
	codeNames    [1000]string
)

func init() {
	for code := 400; code < 600; code++ {
		codeNames[code] = strconv.Itoa(code)
	}
}

// Event fills in reason, category, basis, provider, error type and fingerprint of a line that failed, and the provider of one that did not.
func (d *Diagnosis) Event(ev *event.Event) {
	if asksPeer(ev) {
		ev.Provider = d.Provider(askedHost(ev), ev.RcptTo)
	}
	d.Reply(ev)
}

// Reply fills in what a failure's codes and words tell. The tracker asks again when it knows the command of a reply, or has put its lines together.
func (d *Diagnosis) Reply(ev *event.Event) {
	failed := ev.Class == '4' || ev.Class == '5' || ev.ErrorType != "" || fails(ev.Status) ||
		ev.Kind == event.KindReject || saysWhy(ev) // also without a code
	if !failed || !explains(ev) {
		return
	}
	if ev.TextJoined { // what is broken over lines is one phrase
		ev.Text, ev.TextJoined = reply.CleanJoined(ev.Text, ev.Code, ev.Enhanced), false
	}
	r, basis := d.why(ev)
	ev.Reason, ev.Category, ev.Basis = r.Name, r.Category, basis
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
	case event.KindWarning:
		return ev.Role == event.RoleClient && ev.ErrorType != "" || saysWhy(ev)
	case event.KindFilter, event.KindDisconnect:
		return saysWhy(ev)
	case event.KindReply, event.KindReject, event.KindDelivery, event.KindConnect, event.KindTLS, event.KindMessageExpired, event.KindReport:
		return true
	}
	return false
}

// saysWhy says whether a line that is no refusal by itself has fixed words for one: a client over its limits, a connection that was dropped.
func saysWhy(ev *event.Event) bool {
	if ev.Reason == "" || ev.Basis != "" {
		return false
	}
	return ev.Kind == event.KindFilter || ev.Kind == event.KindDisconnect || ev.Kind == event.KindWarning
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
func (d *Diagnosis) Outcome(ev *event.Event) {
	if ev.Status != event.StatusNone && ev.Provider == "" && asksPeer(ev) {
		ev.Provider = d.Provider(askedHost(ev), ev.RcptTo)
	}
}

// asks gives what there is to ask about a failure, and the first rule that fits: the user's, then ours in the order of data/rules.tsv; 0 for none.
// The name of the server that speaks, in front of what it says, is a word for the user's rules and a provider's alone:
// "421 mx-spf-3.example.net Error: timeout exceeded".
func (d *Diagnosis) asks(ev *event.Event) (a asked, n int) {
	a = askedOf(ev)
	n = d.ready().find(&a)
	if n > 0 && (n <= d.own || d.ready().answers[n-1].basis == basisProvider) {
		return a, n
	}
	if said, ok := behindOwnName(a.text, ev); ok {
		a.text = said
		n = d.ready().find(&a)
	}
	return a, n
}

// why says why something failed, and what that was read from.
func (d *Diagnosis) why(ev *event.Event) (Reason, string) {
	a, n := d.asks(ev)
	switch {
	case n > 0 && n <= d.own:
	case ev.Reason != "" && ev.Basis == "": // the line itself says why
		return known(ev.Reason), basisText
	case a.err == "host_not_found" && ev.Status == event.StatusBounced: // a name that does not exist, not one that could not be asked for
		return noSuchDomain, basisError
	case n == 0:
		if r, ok := likenessOfReplies().likeliest(&a); ok {
			return r, basisLikeness
		}
		return unspecified, readOf(&a)
	}
	says := d.ready().answers[n-1]
	if says.doubted {
		if r, ok := likenessOfReplies().overrules(&a, says.why); ok {
			return r, basisLikeness
		}
	}
	return says.why, says.basis
}

// askedOf is what there is to ask about a failure.
func askedOf(ev *event.Event) asked {
	a := asked{
		class: classOf(ev), code: ev.Code, enhanced: ev.Enhanced, command: ev.Command, provider: ev.Provider, text: wordsOf(ev),
	}
	if a.command == "" {
		a.command = ev.Presumed
	}
	a.early, a.at = early(a.command), atMessage
	if ev.Command != "" || ev.Presumed == event.CommandConnect { // what else is presumed may be wrong
		a.at = stageOf(a.command, ev.Code)
	}
	if ev.Code == 0 {
		if a.err = ev.ErrorType; a.enhanced == "" {
			a.enhanced = ev.DSN
		}
	}
	return a
}

// readOf is what was read where nothing telling was found.
func readOf(a *asked) string {
	switch {
	case a.enhanced != "":
		return basisEnhanced
	case a.code != 0:
		return basisCode
	}
	return ""
}

// wordsOf are the words of a reply; a verdict that nobody else had a word in has the server's own.
func wordsOf(ev *event.Event) string {
	if ev.Text == "" && (ev.Kind == event.KindDelivery || ev.Kind == event.KindReject && ev.Code == 0 && ev.Enhanced == "" || ev.TryID != "") {
		return ev.Argument
	}
	return ev.Text
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

// Provider is who runs the host that answered, or, where no host is known, the recipient's domain.
func (d *Diagnosis) Provider(host, rcpt string) string {
	if host != "" {
		host = plainHost(host)
		if p := d.hosts.providerOf(host); p != "" {
			return p
		}
		if p := hosts.providerOf(host); p != "" {
			return p
		}
		return Other
	}
	if at := strings.LastIndexByte(rcpt, '@'); at >= 0 {
		domain := strings.ToLower(rcpt[at+1:])
		if p, ok := d.domains.find(domain); ok {
			return p
		}
		if p, ok := places.find(domain); ok {
			return p
		}
	}
	return Other
}
