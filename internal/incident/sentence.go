package incident

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// sentence says what a human acts on: since when, who, what, how many.
func (r *Report) sentence() string {
	var b strings.Builder
	if r.State == Ended {
		fmt.Fprintf(&b, "from %s to %s ", clockTime(r.Start), clockTime(r.Last))
	} else {
		fmt.Fprintf(&b, "since %s ", clockTime(r.Start))
	}
	r.say(&b)
	if r.Host != "" && r.Kind != Silence {
		b.WriteString(" on " + plain(r.Host))
	}
	if r.Text != "" && r.Kind != Own && r.Kind != Users {
		fmt.Fprintf(&b, ": %q", plain(r.Text))
	}
	if r.Waiting > 0 {
		fmt.Fprintf(&b, "; %s wait, the oldest for %s", messages(r.Waiting), span(r.Oldest))
	}
	if r.Volume >= 1.5 && r.Kind != Volume {
		fmt.Fprintf(&b, "; volume is %s times the usual", figure(r.Volume))
	}
	if len(r.Sources) > 0 {
		b.WriteString("; from " + plain(strings.Join(r.Sources, ", ")))
	}
	if r.Help != "" && r.State != Ended {
		b.WriteString("; see " + r.Help)
	}
	return b.String()
}

// say writes who does what to how many.
func (r *Report) say(b *strings.Builder) {
	is := func(now, then string) string {
		if r.State == Ended {
			return then
		}
		return now
	}
	who, many := plain(r.Provider), r.Provider == other && r.Domain == ""
	switch {
	case many:
		who = "many hosts"
	case r.Domain != "":
		who = plain(r.Domain)
	}
	switch r.Kind {
	case Refusals, Text:
		answers := "answers"
		if many {
			answers = "answer"
		}
		fmt.Fprintf(b, "%s %s", who, is(answers, "answered"))
		if r.Kind == Text {
			b.WriteString(" in words that were never seen before")
		}
		b.WriteString(r.answer())
		fmt.Fprintf(b, " to %s", r.part("tries"))
	case Connections:
		fmt.Fprintf(b, "connections to %s %s for %s", who, is("fail", "failed"), r.part("tries"))
	case Slow:
		fmt.Fprintf(b, "delivery to %s %s slow: %s %s %s where nine of ten took %s, at %s",
			who, is("is", "was"), r.What, is("takes", "took"), span(r.Seconds), span(r.Usual), r.part("messages"))
	case TLS:
		r.sayTLS(b, who, is)
	case Auth:
		at := ""
		if r.Sender != "" {
			at = " at the account " + plain(r.Sender)
		}
		fmt.Fprintf(b, "logins%s %s from %d addresses", at, is("fail", "failed"), r.Clients)
		if r.Sender == "" {
			fmt.Fprintf(b, " in a quarter of an hour, usually from %s", figure(r.Usual))
		} else {
			fmt.Fprintf(b, ", %d times", r.Messages)
		}
	case Own:
		fmt.Fprintf(b, "%s %s: %s failed here", plain(r.What), is("does not work", "did not work"), r.part(r.unit()))
	case Users:
		fmt.Fprintf(b, "users of ours %s refused from %d addresses, %s", is("are", "were"), r.Clients, r.part("messages"))
	case Bounces:
		fmt.Fprintf(b, "the mail of %s %s back, %s", plain(r.Sender), is("comes", "came"), r.part("recipients"))
	case Volume:
		from := ""
		if r.Sender != "" {
			from = " from " + plain(r.Sender)
		}
		fmt.Fprintf(b, "%s%s came, %s times the usual", messages(r.Messages), from, figure(r.Volume))
	case Silence:
		r.saySilence(b, is)
	}
}

func (r *Report) sayTLS(b *strings.Builder, who string, is func(string, string) string) {
	switch {
	case r.Provider == "" && r.What == plaintext:
		fmt.Fprintf(b, "mail of clients %s in the clear, %s", is("comes", "came"), r.partOf("sessions"))
	case r.Provider == "":
		fmt.Fprintf(b, "encryption with clients %s, %s", is("fails", "failed"), r.partOf("sessions"))
	case r.What == plaintext:
		fmt.Fprintf(b, "mail to %s %s in the clear, %s", who, is("goes", "went"), r.part("messages"))
	default:
		fmt.Fprintf(b, "encryption with %s %s, %s", who, is("fails", "failed"), r.part("tries"))
	}
}

func (r *Report) saySilence(b *strings.Builder, is func(string, string) string) {
	if r.Provider != "" {
		fmt.Fprintf(b, "no mail %s to %s, for %s", is("goes", "went"), plain(r.Provider), span(r.Seconds))
	} else {
		fmt.Fprintf(b, "nothing %s from the log of %s, for %s", is("comes", "came"), plain(r.Host), span(r.Seconds))
	}
	if r.Usual > 0 {
		fmt.Fprintf(b, ", usually %s in five minutes", figure(r.Usual))
	}
}

// answer is the reply and the reason.
func (r *Report) answer() string {
	text := ""
	if r.Code != 0 {
		text += " " + strconv.Itoa(r.Code)
	}
	if r.Enhanced != "" {
		text += " " + plain(r.Enhanced)
	}
	if r.Reason != "" {
		text += " " + plain(r.Reason)
	}
	return text
}

// part is a share and its counts.
func (r *Report) part(of string) string {
	return fmt.Sprintf("%s of %s (%s of %d, %s)", percent(r.Share), of, messages(r.Messages), r.Trials, r.before())
}

// partOf is the same of what is no message.
func (r *Report) partOf(what string) string {
	return fmt.Sprintf("%s of %s (%d of %d, %s)", percent(r.Share), what, r.Messages, r.Trials, r.before())
}

// before is what the share was.
func (r *Report) before() string {
	if !r.Past {
		return "elsewhere usually " + percent(r.Baseline)
	}
	return "usually " + percent(r.Baseline)
}

func (r *Report) unit() string {
	if r.Local {
		return "local deliveries"
	}
	return "sessions and messages"
}

func messages(n int) string {
	if n == 1 {
		return "1 message"
	}
	return strconv.Itoa(n) + " messages"
}

func percent(x float64) string {
	if x > 0 && x < 0.01 {
		return "less than 1 %"
	}
	return strconv.Itoa(int(math.Round(100*x))) + " %"
}

func figure(x float64) string {
	if x < 10 {
		return strconv.FormatFloat(math.Round(10*x)/10, 'f', -1, 64)
	}
	return strconv.Itoa(int(math.Round(x)))
}

// span is a time as people say it.
func span(seconds float64) string {
	switch {
	case seconds < 1:
		return strconv.FormatFloat(math.Round(100*seconds)/100, 'f', -1, 64) + " s"
	case seconds < 120:
		return figure(seconds) + " s"
	case seconds < 7200:
		return strconv.Itoa(int(math.Round(seconds/60))) + " min"
	}
	return figure(seconds/3600) + " h"
}

// clockTime is a time of the log, in UTC.
func clockTime(at int64) string { return time.Unix(0, at).UTC().Format("2006-01-02 15:04 UTC") }

// plain is a text of others as one line without control characters: logs are hostile.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s)
}
