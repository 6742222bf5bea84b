package generate

import (
	"fmt"
	"regexp"
	"time"
)

// sendmail writes through syslog at LogLevel 9.
type sendmail struct{}

func (sendmail) line(at time.Time, host, text string) string {
	return at.Format("Jan _2 15:04:05 ") + host + " " + text
}

// codes are what Sendmail leaves out of an answer that it gives for a success.
var codes = regexp.MustCompile(`^\d{3} (\d\.\d+\.\d+ )?`)

// smmta is a line of one of its processes.
func smmta(pid int, format string, args ...any) string {
	return fmt.Sprintf("sm-mta[%d]: ", pid) + fmt.Sprintf(format, args...)
}

func (sendmail) queueID(at time.Time, seq int) string {
	return "6AN" + in62(at.Unix()%100000000, 5) + fmt.Sprintf("%06d", seq%1000000)
}
func (sendmail) reuses() bool { return false }

func (sendmail) connect(*client) string            { return "" }
func (sendmail) disconnect(*client, string) string { return "" }

func (sendmail) reject(c *client, to string) string {
	return smmta(c.pid, "ruleset=check_rcpt, arg1=<%s>, relay=%s [%s], reject=550 5.1.1 <%s>... User unknown", to, c.name, c.ip, to)
}

func (sendmail) broken(c *client, how, _ string) string {
	if how == "timeout" {
		return smmta(c.pid, "timeout waiting for input from %s [%s] during server cmd read", c.name, c.ip)
	}
	return smmta(c.pid, "%s [%s] did not issue MAIL/EXPN/VRFY/ETRN during connection to MTA", c.name, c.ip)
}

func (sendmail) open(*client, *mail) []string { return nil }

func (sendmail) received(c *client, m *mail) string {
	return smmta(c.pid, "%s: from=<%s>, size=%d, class=0, nrcpts=%d, msgid=<%s>, proto=ESMTP, daemon=MTA, relay=%s [%s]",
		m.id, m.from, m.size, m.n, m.messageID, c.name, c.ip)
}
func (sendmail) again(*mail) string { return "" }

func (sendmail) verdict(m *mail, v *verdict) string {
	took := time.Duration(v.delay * float64(time.Second)).Truncate(time.Second)
	head := smmta(v.pid+1000, "%s: to=<%s>, ctladdr=<%s> (1000/1000), delay=%02d:%02d:%02d, xdelay=00:00:01, mailer=esmtp, pri=120000, "+
		"relay=%s. [%s], dsn=%s",
		m.id, v.to, m.from, int(took.Hours()), int(took.Minutes())%60, int(took.Seconds())%60, v.relay, v.ip, v.dsn)
	switch v.status {
	case "delivered":
		return head + ", stat=Sent (" + codes.ReplaceAllString(v.text, "") + ")"
	case "deferred":
		return head + ", stat=Deferred: " + v.text
	}
	return head + ", reply=" + v.text + ", stat=User unknown"
}

// expired is told once for all: the notice that goes back to the sender.
func (sendmail) expired(m *mail, _ []string) []string {
	return []string{smmta(2999, "%s: %sn%s: sender notify: Cannot send message for 5 days", m.id, m.id[:2], m.id[3:])}
}

func (sendmail) removed(*mail) string { return "" }
