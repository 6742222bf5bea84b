package event

// Verb indexes the commands that servers count at the end of a session.
type Verb uint8

// The verbs.
const (
	VerbEHLO Verb = iota
	VerbHELO
	VerbLHLO
	VerbSTARTTLS
	VerbAUTH
	VerbMAIL
	VerbRCPT
	VerbDATA
	VerbBDAT
	VerbRSET
	VerbNOOP
	VerbVRFY
	VerbEXPN
	VerbHELP
	VerbETRN
	VerbXCLIENT
	VerbXFORWARD
	VerbQUIT
	VerbUnknown
	verbCount
)

// Verbs is the number of verbs, for arrays indexed by Verb.
const Verbs = int(verbCount)

var verbNames = [verbCount]string{
	"EHLO", "HELO", "LHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "BDAT", "RSET", "NOOP", "VRFY",
	"EXPN", "HELP", "ETRN", "XCLIENT", "XFORWARD", "QUIT", "UNKNOWN",
}

// String is the verb in upper case.
func (v Verb) String() string { return verbNames[v] }

// The command names that are no verbs on the wire.
const (
	CommandConnect = "CONNECT"
	CommandEOM     = "EOM" // the dot that ends the message
)

// VerbOf finds a verb by its name in any case. It allocates nothing.
func VerbOf(s string) (Verb, bool) {
	if len(s) < 4 || len(s) > 8 {
		return VerbUnknown, false
	}
	for v, name := range verbNames[:VerbUnknown] {
		if len(name) == len(s) && equalFold(name, s) {
			return Verb(v), true
		}
	}
	return VerbUnknown, false
}

// equalFold compares an upper-case ASCII name with s in any case.
func equalFold(upper, s string) bool {
	for i := 0; i < len(upper); i++ {
		c := s[i]
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		if c != upper[i] {
			return false
		}
	}
	return true
}
