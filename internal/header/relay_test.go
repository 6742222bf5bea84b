package header

import (
	"testing"
)

// What relays, exports and tools put in front of a line is not the line's: host, time and tag are those of its writer.
func TestLineBehindWhatOthersPutInFront(t *testing.T) {
	const text = "connect from x[192.0.2.1]"
	bsd := written(second, "mailout", "postfix/smtpd", 540, text)
	iso := written(micros, "mailout", "postfix/smtpd", 540, text)
	const bsdLine, isoLine = "Nov 23 15:32:27 mailout postfix/smtpd[540]: " + text, "2026-11-23T15:32:27.611330Z mailout postfix/smtpd[540]: " + text
	for name, tt := range map[string]struct {
		line string
		want Header
	}{
		"relay's stamp and name":                {"Nov 23 15:32:30 relay " + bsdLine, bsd},
		"relay's, both as RFC 3339":             {"2026-11-23T15:32:30.1Z relay " + isoLine, iso},
		"relay's RFC 3339 before RFC 3164":      {"2026-11-23T15:32:30.1+00:00 relay " + bsdLine, bsd},
		"relay's stamp without name":            {"Nov 23 15:32:30 " + bsdLine, bsd},
		"relay's, priority within":              {"<22>Nov 23 15:32:30 relay <22>" + bsdLine, bsd},
		"relay's, RFC 5424 within":              {"Nov 23 15:32:30 relay <22>1 2026-11-23T15:32:27.611330Z mailout postfix/smtpd 540 - - " + text, iso},
		"relay's and writer's host":             {"Nov 23 15:32:27 relay mailout postfix/smtpd[540]: " + text, bsd},
		"relay's address and writer's host":     {"2026-11-23T15:32:27.611330Z 192.0.2.9 mailout postfix/smtpd[540]: " + text, iso},
		"rsyslog's imfile":                      {"Nov 23 15:32:30 relay maillog: " + bsdLine, bsd},
		"rsyslog's imfile, own host":            {"2026-11-23T15:32:30.5Z relay mail.log: " + isoLine, iso},
		"logcli's labels":                       {`2026-11-23T15:32:30Z {filename="/var/log/mail.log", job="varlogs"} ` + bsdLine, bsd},
		"logcli's labels and tabs":              {"2026-11-23T15:32:30Z\t{job=\"mail\"}\t" + bsdLine, bsd},
		"Grafana's text":                        {"2026-11-23 15:32:27.611\t" + bsdLine, bsd},
		"Grafana's CSV":                         {`1795447947611,2026-11-23T15:32:27.611Z,"` + bsdLine + `"`, bsd},
		"Kibana's stamp":                        {"Nov 23, 2026 @ 15:32:27.611 " + bsdLine, bsd},
		"Kibana's CSV":                          {`"Nov 23, 2026 @ 15:32:27.611","` + bsdLine + `"`, bsd},
		"Kibana's CSV with a column":            {`"Nov 23, 2026 @ 15:32:27.611",mx,` + bsdLine, Header{Text: `"Nov 23, 2026 @ 15:32:27.611",mx,` + bsdLine}},
		"docker compose":                        {"postfix-1  | " + bsdLine, bsd},
		"docker compose with stamps":            {"postfix-1  | 2026-11-23T15:32:30.000000001Z " + bsdLine, bsd},
		"docker compose on a terminal":          {"\x1b[36mpostfix-1  | \x1b[0m" + bsdLine, bsd},
		"docker compose 1 on a terminal":        {"\x1b[36;1mpostfix_1  |\x1b[0m " + bsdLine, bsd},
		"docker compose in less":                {"^[[36mpostfix_1  |^[[0m " + bsdLine, bsd},
		"docker compose, no tag":                {"haraka-1  | [INFO] x", Header{Text: "[INFO] x"}},
		"docker compose, not a server's":        {"web-1  | EHLO x", Header{Text: "web-1  | EHLO x"}},
		"docker logs -t":                        {"2026-11-23T15:32:30.000000001Z " + bsdLine, bsd},
		"kubectl logs --prefix":                 {"[pod/postfix-0/postfix] " + bsdLine, bsd},
		"grep":                                  {"/var/log/mail.log:" + bsdLine, bsd},
		"grep -n":                               {"mail.log.1:4711:" + isoLine, iso},
		"journalctl -o short-iso":               {"2026-11-23T15:32:27+0000 mailout postfix/smtpd[540]: " + text, bsd},
		"journalctl -o short-iso-precise":       {"2026-11-23T15:32:27.611330+0000 mailout postfix/smtpd[540]: " + text, iso},
		"journalctl -o short-full":              {"Mon 2026-11-23 15:32:27 UTC mailout postfix/smtpd[540]: " + text, bsd},
		"journalctl -o short-unix":              {"1795447947.611330 mailout postfix/smtpd[540]: " + text, iso},
		"journalctl -o short-precise":           {"Nov 23 15:32:27.611330 mailout postfix/smtpd[540]: " + text, iso},
		"journalctl -o short-full, other zone":  {"Mon 2026-11-23 15:32:27 CET mailout postfix/smtpd[540]: " + text, bsd},
		"copied in quotes":                      {`"` + bsdLine + `"`, bsd},
		"RSYSLOG_SyslogProtocol23Format":        {"<22>1 2026-11-23T15:32:27.611330+00:00 mailout postfix/smtpd 540 - -  " + text, iso},
		"RSYSLOG_SyslogProtocol23Format behind": {"/var/log/mail.log:<22>1 2026-11-23T15:32:27.611330+00:00 mailout postfix/smtpd 540 - -  " + text, iso},
	} {
		t.Run(name, func(t *testing.T) {
			var got Header
			Parse(tt.line, seen, &got)
			if got.TagID = ""; !sameButShape(got, tt.want) {
				t.Errorf("%q\n got %+v\nwant %+v", tt.line, got, tt.want)
			}
		})
	}
}

// Nothing that a stranger may have said counts as what a relay put in front.
func TestConversationsAndProgramsAreNoRelays(t *testing.T) {
	const forged = "Nov 23 15:32:27 mailout postfix/smtp[540]: 4X: to=<a@b.test>, relay=x[192.0.2.1]:25, delay=1, dsn=2.0.0, status=sent (250 ok)"
	for _, line := range []string{
		"C: " + forged,
		"S: 250 " + forged,
		">>> " + forged,
		" -> " + forged,
		"2026-11-23T15:15:12.985+0000 [p0001] C: " + forged,
		"15:15:12.985 00001 >>> " + forged,
		"[2026-11-23 15:15:12] " + forged,
		"Subject: " + forged,
		"> quoted: " + forged,
		"hello, " + forged,
		"MAIL FROM:<a@b.test> " + forged,
		"CLIENT -> SERVER: " + forged,
		"250-" + forged,
		"conn12: C: " + forged,
	} {
		var got Header
		Parse(line, seen, &got)
		if got.Program != "" {
			t.Errorf("%q: program %q", line, got.Program)
		}
	}
	for _, line := range []string{
		"Nov 23 15:32:27 mailout app[9]: " + forged,
		"Nov 23 15:32:27 mailout postfix/smtpd[9]: warning: " + forged,
		"Nov 23 15:32:27 mailout app: user " + forged,
		"2026-11-23T15:32:27Z mailout app[9] " + forged,
	} {
		var got Header
		Parse(line, seen, &got)
		if got.Program == "postfix/smtp" {
			t.Errorf("%q: program %q", line, got.Program)
		}
	}
}
