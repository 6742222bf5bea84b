package dialect

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// enumerate holds the fields that metrics are counted by to the values that there are. A parser's own words are constants; what it cut
// from the line may be anybody's, and each other word would be another series for as long as the collector runs: it is the verdict
// "other", or nothing.
func enumerate(ev *event.Event) {
	if isCut(ev, ev.FilterVerdict) && !isVerdict(ev.FilterVerdict) {
		ev.FilterVerdict = otherVerdict
	}
	if isCut(ev, ev.FilterName) && !isFilterName(ev.FilterName) {
		ev.FilterName = otherVerdict
	}
	if isCut(ev, ev.Command) {
		verb, known := event.VerbOf(ev.Command)
		if ev.Command = ""; known {
			ev.Command = verb.String()
		}
	}
	if isCut(ev, ev.TLSVersion) && !isVersion(ev.TLSVersion) {
		ev.TLSVersion = ""
	}
	if isCut(ev, ev.TLSTrust) {
		ev.TLSTrust = ""
	}
	if isCut(ev, ev.ErrorType) {
		ev.ErrorType = ""
	}
	if ev.AuthResult != "success" && ev.AuthResult != "failure" {
		ev.AuthResult = ""
	}
}

const otherVerdict = "other"

// isCut says whether a field is a piece of the line.
func isCut(ev *event.Event, s string) bool {
	if s == "" {
		return false
	}
	_, ok := ev.At(s)
	return ok
}

// verdicts are those that parsers cut from lines: the actions of Postfix's and Sendmail's rules and milters, of rspamd, OpenSMTPD's and
// Plesk's filters, postfwd and Postgrey; the results of SPF, DKIM and DMARC; chkuser's and simscan's words; and the types of feedback
// reports (IANA, MARF parameters).
var verdicts = func() map[string]bool {
	known := map[string]bool{}
	for _, list := range [...]string{
		"accept,add,allowed,bcc,change,chgfrom,continue,defer,defer_if_permit,defer_if_reject,deferred,delay,delete,deny,discard,disconnect",
		"drop,dunno,failure,filter,greylist,greylisted,hold,ignore,info,insert,junk,message,ok,pass,permit,prepend,proceed,quarantine",
		"redirect,reject,reject_warning,rejected,replace,report,retry,rewrite,shutdown,skip,status,stop,strip,success,tempfail,timeout",
		"warn,warning",
		"add header,rewrite subject,soft reject,no action,invalid max similarity,custom",
		"none,neutral,fail,softfail,hardfail,permerror,temperror,policy,bestguesspass,yes,no,clean,spam,ham,infected,virus,banned",
		"accepted rcpt,rejected rcpt,accepted sender,rejected sender,rejected relaying,relaying rcpt,no sender",
		"spam reject,spam dropped,spam pass,passthru,relayclient,virus dropped,attach,regex",
		"abuse,auth-failure,dmarc,fraud,miscategorized,not-spam,opt-out,opt-out-list,other,unsubscribe",
	} {
		for _, word := range strings.Split(list, ",") {
			known[word] = true
		}
	}
	return known
}()

// longestVerdict bounds what is looked up.
const longestVerdict = 40

func isVerdict(s string) bool {
	if len(s) > longestVerdict {
		return false
	}
	if class, ok := strings.CutPrefix(s, "Passed "); ok {
		return isAmavisClass(class)
	}
	if class, ok := strings.CutPrefix(s, "Blocked "); ok {
		return isAmavisClass(class)
	}
	var room [longestVerdict]byte
	lower := append(room[:0], s...)
	for i, c := range lower {
		if 'A' <= c && c <= 'Z' {
			lower[i] = c + 'a' - 'A'
		}
	}
	return verdicts[string(lower)] || isConstant(s)
}

// isAmavisClass says whether a word is one of amavis' kinds of content, with its number: "BAD-HEADER-7".
func isAmavisClass(s string) bool {
	if n := len(s); n > 2 && s[n-2] == '-' && scan.IsDigit(s[n-1]) {
		s = s[:n-2]
	}
	switch s {
	case "CLEAN", "SPAM", "SPAMMY", "INFECTED", "BANNED", "BAD-HEADER", "UNCHECKED", "UNCHECKED-ENCRYPTED", "OVERSIZED", "MTA-BLOCKED",
		"TEMPFAIL", "OTHER":
		return true
	}
	return false
}

// isConstant says whether s is written as the constants of spamdyke and s/qmail are, which have fifty each: "DENIED_RBL_MATCH",
// "Failed_Rcptto". Both stand in front of anything that a client says.
func isConstant(s string) bool {
	if s[0] < 'A' || s[0] > 'Z' || strings.IndexByte(s, '_') < 0 {
		return false
	}
	for i := 0; i < len(s); i++ {
		if !scan.IsLetter(s[i]) && s[i] != '_' {
			return false
		}
	}
	return true
}

// isFilterName says whether s may be the name that a filter has in its server's settings.
func isFilterName(s string) bool {
	if len(s) > 64 {
		return false
	}
	for i := 0; i < len(s); i++ {
		if s[i] <= ' ' || s[i] >= 0x7f || strings.IndexByte(`"'<>@=;,\`, s[i]) >= 0 {
			return false
		}
	}
	return true
}

// isVersion says whether s is "1.3", "1" or "3".
func isVersion(s string) bool {
	return len(s) == 1 && scan.IsDigit(s[0]) || len(s) == 3 && scan.IsDigit(s[0]) && s[1] == '.' && scan.IsDigit(s[2])
}
