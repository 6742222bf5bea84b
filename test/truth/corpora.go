package truth

import "strings"

// Corpus is a log in testdata/ and the truth of the run that it was written in.
type Corpus struct {
	Log, Truth string

	// Mine says whether a line is one that the server writes and that must be recognised, besides debugging noise; nil: each is.
	Mine func(line string) bool
	// Debug: most of its lines are debugging noise, which is nobody's mail, so their share is not compared.
	Debug bool

	// HandsOver: programs give their mail to a process of this host that hands it to the daemon by SMTP.
	HandsOver bool

	// Unlogged is what this server's log does not say at its settings, Why is where that is known from.
	Unlogged Unlogged
	Why      string
}

// Unlogged is a set of what a log has no word of. What is in it is not compared; anything else is, for every server.
type Unlogged uint32

// The parts of the truth that not every log has.
const (
	UnloggedSessions      Unlogged = 1 << iota // connections from clients and their ends
	UnloggedTLS                                // TLS of sessions with clients
	UnloggedUsers                              // logins of sessions with clients
	UnloggedNotices                            // which message a notice is about
	UnloggedDirections                         // where a message goes
	UnloggedRejects                            // recipients that were refused
	UnloggedReplies                            // the deciding answer
	UnloggedEnhancedCodes                      // its enhanced code
	UnloggedAcceptances                        // the code of an answer that accepts; a refusal's is there
	UnloggedRejectCodes                        // the codes of some refusals, and whose mail was refused; that there was one is there
	UnloggedExpansions                         // which address before expansion a recipient came out of
	UnloggedDiscards                           // that what was delivered went nowhere
	UnloggedCancels                            // logins that the client gave up
	UnloggedClientTLS                          // TLS of connections that brought no verdict
	UnloggedKinds                              // whose a message is, in the line that it came in with
	UnloggedBirths                             // that a notice came into the queue: the line about the other message says that it was made
	UnloggedHosts                              // what the hosts before the last one of a try answered
)

// Corpora are the logs that are compared with their truths, through the processor and through the built collector.
var Corpora = []Corpus{
	{Log: "postfix-main.rfc3164.log", Truth: "postfix-main.truth.json.gz", Mine: tagged("postfix")},
	{Log: "postfix-main.iso.log", Truth: "postfix-main.truth.json.gz", Mine: tagged("postfix")},
	{Log: "postfix-postlogd.log", Truth: "postfix-postlogd.truth.json.gz", Mine: tagged("postfix")},
	{Log: "postfix-field.log", Truth: "postfix-field.truth.json.gz", Mine: tagged("postfix")},
	{
		Log: "opensmtpd-field.rfc3164.log", Truth: "opensmtpd-field.truth.json.gz",
		Mine: tagged("smtpd"), Unlogged: UnloggedKinds, Why: noMessageID,
	},
	{
		Log: "opensmtpd-main.rfc3164.log", Truth: "opensmtpd-main.truth.json.gz",
		Mine: tagged("smtpd"), Unlogged: UnloggedDiscards | UnloggedKinds, Why: noMessageID,
	},
	{Log: "opensmtpd-trace.log", Truth: "opensmtpd-trace.truth.json.gz", Unlogged: UnloggedDiscards | UnloggedKinds, Why: noMessageID},
	{
		Log: "exim-main.mainlog", Truth: "exim-main.truth.json.gz",
		Unlogged: UnloggedSessions | UnloggedTLS | UnloggedUsers | UnloggedClientTLS | UnloggedRejectCodes, Why: eximDefault,
	},
	{
		Log: "exim-main.rfc3164.log", Truth: "exim-main.truth.json.gz", Mine: tagged("exim"),
		Unlogged: UnloggedSessions | UnloggedTLS | UnloggedUsers | UnloggedClientTLS | UnloggedRejectCodes, Why: eximDefault,
	},
	{Log: "exim-all.mainlog", Truth: "exim-all.truth.json.gz", Unlogged: UnloggedClientTLS | UnloggedRejectCodes, Why: eximRejects},
	{Log: "exim-field.mainlog", Truth: "exim-field.truth.json.gz", Unlogged: UnloggedClientTLS | UnloggedRejectCodes, Why: eximRejects},
	{Log: "postfix-verbose.rfc3164.log", Truth: "postfix-verbose.truth.json.gz", Mine: tagged("postfix"), Debug: true},
	{
		Log: "sendmail-main.rfc3164.log", Truth: "sendmail-main.truth.json.gz", Mine: tagged("s"), HandsOver: true,
		Unlogged: UnloggedSessions | UnloggedAcceptances | UnloggedRejectCodes | UnloggedExpansions |
			UnloggedCancels | UnloggedHosts | UnloggedBirths,
		Why: sendmailDefault,
	},
	{
		Log: "sendmail-field.rfc3164.log", Truth: "sendmail-field.truth.json.gz", Mine: tagged("s"),
		Unlogged: UnloggedSessions | UnloggedAcceptances | UnloggedRejectCodes | UnloggedExpansions |
			UnloggedCancels | UnloggedHosts | UnloggedBirths,
		Why: sendmailDefault,
	},
	{
		Log: "sendmail-loud.rfc3164.log", Truth: "sendmail-loud.truth.json.gz", Mine: tagged("s"),
		Unlogged: UnloggedAcceptances | UnloggedCancels | UnloggedHosts | UnloggedBirths, HandsOver: true,
		Why: "stat=Sent holds the words of the answer without its codes (usersmtp.c, smtpdata)",
	},
	{
		Log: "haraka-main.log", Truth: "haraka-main.truth.json.gz", Mine: framed,
		Unlogged: UnloggedUsers | UnloggedNotices | UnloggedAcceptances, Why: harakaWhy,
	},
	{
		Log: "haraka-protocol.log", Truth: "haraka-protocol.truth.json.gz", Mine: framed, Debug: true,
		Unlogged: UnloggedUsers | UnloggedNotices, Why: harakaWhy, // the conversations have the codes
	},
	{
		Log: "haraka-json.log", Truth: "haraka-json.truth.json.gz", Mine: framed,
		Unlogged: UnloggedUsers | UnloggedNotices | UnloggedAcceptances, Why: harakaWhy,
	},
}

// What Sendmail does not log by default.
const sendmailDefault = "LogLevel 9: connections, their QUIT and the answers to clients are written from LogLevel 10, " +
	"15 and 20 on (main.c, err.c, srvrsmtp.c); " +
	"stat=Sent holds the words of the answer without its codes (usersmtp.c, smtpdata); " +
	"an unknown user is refused with a line that has no code (err.c, usrerr), " +
	"before the line that names the sender; aliases are written from LogLevel 11 on (alias.c)"

const harakaWhy = "no line names the user of a login (plugins/auth/auth_base.js), " +
	"nor what a new message is made from (outbound/index.js, send_email); " +
	"delivered holds the words of the answer without its codes (outbound/hmail.js)"

// framed are lines behind a stamp: others are printed by libraries.
func framed(line string) bool { return len(line) > 25 && line[10] == 'T' && line[23] == 'Z' }

// What Exim does not log (its specification, chapter Log files).
const (
	eximRejects = "A refusal names the command and says whether it is temporary, not the code."
	eximDefault = eximRejects + " Connections and their ends are logged with log_selector = +smtp_connection only, " +
		"so TLS and logins of sessions that bring no message are not."
)

// tagged are lines with a word in their tag.
func tagged(word string) func(string) bool {
	return func(line string) bool { return strings.Contains(strings.SplitN(line, "[", 2)[0], word) }
}

const noMessageID = "OpenSMTPD's log has no Message-ID: messages are compared by queue id. " +
	"An alias to /dev/null is a program's delivery, result=Ok (mda.c)"
