package smtpprocessor

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/site"
)

func encoded(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

var (
	plainLogin = encoded("\x00anna\x00hunter2-secret")
	loginName  = encoded("hunter2-secret")
)

// leaks are lines that hold hunter2-secret, as it is or in base64.
var leaks = map[string][]string{
	"Postfix, pipelining":                {"Nov 23 15:32:33 mx postfix/smtpd[9]: improper command pipelining after EHLO from unknown[192.0.2.9]: AUTH LOGIN\\r\\n" + loginName + "\\r\\n"},
	"Postfix, pipelining behind AUTH":    {"Nov 23 15:32:33 mx postfix/smtpd[9]: improper command pipelining after AUTH from unknown[192.0.2.9]: hunter2-secret\\r\\n"},
	"Postfix, no SMTP command":           {"Nov 23 15:32:33 mx postfix/smtpd[9]: warning: non-SMTP command from unknown[192.0.2.9]: " + loginName},
	"Postfix, sasl_username":             {"Nov 23 15:32:33 mx postfix/smtpd[9]: warning: unknown[192.0.2.9]: SASL LOGIN authentication failed: (reason unavailable), sasl_username=hunter2-secret"},
	"Postfix -v":                         {"Nov 23 15:32:33 mx postfix/smtpd[9]: < app.example[192.0.2.1]: XCLIENT ADDR=192.0.2.3 LOGIN=anna PASS=hunter2-secret"},
	"postscreen, PREGREET":               {"Nov 23 15:32:33 mx postfix/postscreen[9]: PREGREET 40 after 0.1 from [192.0.2.9]:4711: EHLO a\\r\\nAUTH PLAIN " + plainLogin + "\\r\\n"},
	"postscreen, COMMAND PIPELINING":     {"Nov 23 15:32:33 mx postfix/postscreen[9]: COMMAND PIPELINING from [192.0.2.9]:4711 after AUTH: " + loginName + "\\r\\n"},
	"postscreen, behind AUTH":            {"Nov 23 15:32:33 mx postfix/postscreen[9]: COMMAND PIPELINING from [192.0.2.9]:4711 after AUTH: hunter2-secret\\r\\n"},
	"postscreen, NON-SMTP COMMAND":       {"Nov 23 15:32:33 mx postfix/postscreen[9]: NON-SMTP COMMAND from [192.0.2.9]:4711 after EHLO: " + loginName},
	"Exim, unrecognized":                 {`2026-11-23 15:32:33 SMTP call from [192.0.2.9] dropped: too many unrecognized commands (last was "` + loginName + `")`},
	"Exim, syntax":                       {`2026-11-23 15:32:33 SMTP call from [192.0.2.9] dropped: too many syntax or protocol errors (last command was "` + loginName + `", C=EHLO)`},
	"Exim, synchronization":              {`2026-11-23 15:32:33 SMTP protocol synchronization error (next input sent too soon: pipelining was not advertised): rejected "AUTH LOGIN" H=(x) [192.0.2.9] next input="` + loginName + `\r\n"`},
	"Exim, synchronization, as it is":    {`2026-11-23 15:32:33 SMTP protocol synchronization error (next input sent too soon: pipelining was not advertised): rejected "AUTH LOGIN" H=(x) [192.0.2.9] next input="hunter2-secret\r\n"`},
	"Exim, synchronization at connect":   {`2026-11-23 15:32:33 SMTP protocol synchronization error (input sent without waiting for greeting): rejected connection from H=[192.0.2.9] input="` + loginName + `\r\n"`},
	"Exim, set_id":                       {"2026-11-23 15:32:33 login authenticator failed for (x) [192.0.2.9]: 535 Incorrect authentication data (set_id=hunter2-secret)"},
	"Exim, HELO that failed to log in":   {"2026-11-23 15:32:33 login authenticator failed for (hunter2-secret) [192.0.2.9]: 535 Incorrect authentication data (set_id=hunter2-secret)"},
	"Exim -d":                            {"15:32:33 9 SMTP<< EHLO a", "15:32:33 9 LOG: MAIN REJECT", "15:32:33 9   login authenticator failed for (x) [192.0.2.9]: 535 Incorrect authentication data (set_id=hunter2-secret)"},
	"a reply with the command":           {"C: EHLO a", "S: 250 ok", "C: " + loginName, "S: 502 5.5.2 Error: command not recognized: " + loginName},
	"a reply with the mechanism":         {"S: 220 mx ESMTP", "C: EHLO a", "S: 250 ok", "C: AUTH " + loginName, "S: 504 " + loginName + " mechanism not supported"},
	"what nobody reads":                  {"proxy[7]: >> AUTH PLAIN " + plainLogin},
	"what nobody reads, in JSON":         {`{"ts":1,"peer":"192.0.2.9","smtp":"AUTH PLAIN ` + plainLogin + `"}`},
	"what nobody reads, quoted":          {`worker 3 got "AUTH LOGIN ` + loginName + `" and said "504"`},
	"answers that nobody reads":          {"proxy[7]: >> AUTH LOGIN", "proxy[7]: << 334 VXNlcm5hbWU6", "proxy[7]: >> " + loginName},
	"message repeated":                   {"Nov 23 15:32:33 mx postfix/smtpd[9]: message repeated 3 times: [ warning: unknown[192.0.2.9]: SASL LOGIN authentication failed: no, sasl_username=hunter2-secret]"},
	"message repeated, Exim":             {"Nov 23 15:32:33 mx exim[9]: message repeated 3 times: [ 2026-11-23 15:32:33 login authenticator failed for (x) [192.0.2.9]: 535 Incorrect authentication data (set_id=hunter2-secret)]"},
	"Sendmail with Cyrus":                {"Nov 23 15:32:33 mx sm-mta[9]: 14NNx65Q065815: AUTH failure (CRAM-MD5): user not found (-20) SASL(-13): user not found: user: hunter2-secret@mx.example property: userPassword not found in sasldb /etc/sasldb2, user=hunter2-secret, relay=[192.0.2.9]"},
	"saslauthd":                          {"Nov 23 15:32:33 mx saslauthd[9]: do_auth         : auth failure: [user=hunter2-secret] [service=smtp] [realm=] [mech=pam] [reason=PAM auth error]"},
	"pam_unix":                           {"Nov 23 15:32:33 mx auth[9]: pam_unix(dovecot:auth): authentication failure; logname= uid=0 euid=0 tty=dovecot ruser=hunter2-secret rhost=192.0.2.9  user=hunter2-secret"},
	"Courier without a port":             {`Nov 23 15:32:33 mx courieresmtpd[9]: error,relay=::ffff:192.0.2.4,msg="535 Authentication failed.",cmd: AUTH PLAIN ` + plainLogin + ` hunter2-secret`},
	"Courier, an answer":                 {`Nov 23 15:32:33 mx courieresmtpd: error,relay=::ffff:192.0.2.4,msg="502 ESMTP command error",cmd: ` + loginName},
	"MailEnable":                         {"#Fields: date time c-ip agent account s-ip s-port cs-method cs-uristem cs-uriquery s-computername sc-bytes cs-bytes cs-username", "2025-05-04 10:06:59 192.0.2.22 SMTP-IN - 198.51.100.7 1940 AUTH {blank} 535+Invalid+Username+or+Password MyServer 34 14 hunter2-secret "},
	"MailEnable, columns parted by tabs": {"05/04/25 10:06:59\tSMTP-IN\t4E1A6B7C2D\t1940\t192.0.2.22\tAUTH\t" + loginName + "\t535 Invalid Username or Password\t34\t14\thunter2-secret"},
	"Dovecot, quit":                      {"Nov 23 15:32:33 mx dovecot: submission-login: Client has quit the connection (auth failed, 1 attempts in 2 secs): user=<hunter2-secret>, method=LOGIN, rip=192.0.2.133, lip=198.51.100.2"},
	"qmail of InterWorx":                 {"2022-06-13 14:57:50.088504500 qmail-smtpd[9539]: AUTH failed [192.0.2.15] hunter2-secret@example.com"},
	"OpenSMTPD":                          {"Nov 23 15:32:33 mx smtpd[9]: 7ee1a2c5b7f2a9d1 smtp authentication user=hunter2-secret result=permfail"},
	"Exchange":                           {"2022-07-20T21:12:06.200Z,EX\\Default Frontend EX,08DA4F7C11473A60,9,192.0.2.1:25,192.0.2.2:53722,*,,User Name: hunter2-secret"},
	"Exim, put off":                      {"2026-11-23 15:32:33 login authenticator failed for (x) [192.0.2.9]: 435 Unable to authenticate at present (set_id=hunter2-secret): cannot connect (to dovecot): no"},
	"Exim, by host name":                 {"2026-11-23 15:32:33 [7] plain_server authenticator failed for h.example ([192.168.2.33]) [192.0.2.9]:4711 I=[192.0.2.1]:587: 535 Incorrect authentication data (set_id=hunter2-secret)"},
	"Exim, AUTH that an ACL refused":     {`2026-11-23 15:32:33 H=(x) [192.0.2.9] rejected AUTH LOGIN ` + loginName + `: no`},
	"Exim, AUTH that was not advertised": {`2026-11-23 15:32:33 SMTP protocol error in "AUTH LOGIN ` + loginName + `" H=(x) [192.0.2.9] AUTH command used when not advertised`},
	"Exim -d, variables":                 {"15:32:33 9 SMTP<< EHLO a", "15:32:33 9 plain authenticator server_condition:", "15:32:33 9   $auth1 = ", "15:32:33 9   $auth2 = anna", "15:32:33 9   $auth3 = hunter2-secret"},
	"Dovecot, worker with a session":     {"Nov 23 15:32:33 mx dovecot: auth-worker(3326): conn unix:auth-worker (pid=1,uid=2): auth-worker<13247>: sql(hunter2-secret,192.0.2.5,<n4JLdHNVngZGpV2j>): unknown user"},
	"Dovecot, ldap":                      {"Nov 23 15:32:33 mx dovecot: auth: ldap(hunter2-secret,192.0.2.5,): invalid credentials"},
	"Dovecot, pam":                       {"Nov 23 15:32:33 mx dovecot: auth-worker(304): pam(hunter2-secret,192.0.2.5): pam_authenticate() failed: Authentication failure (password mismatch?)"},
	"Dovecot, given password":            {"Nov 23 15:32:33 mx dovecot: auth: passwd-file(anna,192.0.2.5): Password mismatch (given password: hunter2-secret)"},
	"Dovecot, aborted":                   {"Nov 23 15:32:33 mx dovecot: submission-login: Login aborted: Connection closed (auth failed, 1 attempts in 5 secs) (auth_failed): user=<hunter2-secret>, method=PLAIN, rip=192.0.2.5"},
	"Dovecot, IMAP":                      {"Nov 23 15:32:33 mx dovecot: imap-login: Disconnected: Inactivity (auth failed, 2 attempts in 178 secs): user=<hunter2-secret>, method=PLAIN, rip=192.0.2.5"},
	"Dovecot, debugging":                 {"Nov 23 15:32:33 mx dovecot: auth: Debug: client in: CONT\t1\t" + loginName, "Nov 23 15:32:33 mx dovecot: auth: Debug: client in: AUTH\t2\tLOGIN\tservice=smtp\tresp=" + loginName},
	"Courier, authdaemond":               {"Nov 23 15:32:33 mx authdaemond: supplied password 'hunter2-secret' does not match encrypted password 'x'"},
	"Courier, IMAP":                      {"Nov 23 15:32:33 mx imapd: LOGIN FAILED, user=hunter2-secret, ip=[::ffff:192.0.2.5]"},
	"Courier, LOGIN":                     {`Nov 23 15:32:33 mx courieresmtpd[42]: error,relay=::ffff:192.0.2.3,port=43632,msg="535 Authentication failed.",cmd: AUTH LOGIN hunter2-secret@example.com`},
	"Cyrus":                              {"Nov 23 15:32:33 mx cyrus/imap[5355]: badlogin: localhost [127.0.0.1] plaintext hunter2-secret SASL(-13): authentication failure: checkpass failed"},
	"vpopmail":                           {"Nov 23 15:32:33 mx vpopmail[7]: vchkpw-smtp: vpopmail user not found hunter2-secret@:192.0.2.5"},
	"vpopmail, password":                 {"Nov 23 15:32:33 mx vpopmail[7]: vchkpw-submission: password fail (pass: 'hunter2-secret') anna@domain.example:192.0.2.5"},
	"vpopmail, POP3":                     {"Nov 23 15:32:33 mx vpopmail[7]: vchkpw-pop3: password fail (pass: 'hunter2-secret') anna@domain.example:192.0.2.5"},
	"vpopmail, name, POP3":               {"Nov 23 15:32:33 mx vpopmail[7]: vchkpw-pop3: vpopmail user not found hunter2-secret@:192.0.2.5"},
	"Haraka":                             {`2026-11-23T15:32:33.000Z [NOTICE] [768F08FC-2B0A-4266-8292-0CCA02439080] [core]  hook=unrecognized_command plugin=auth/flat_file function=hook_unrecognized_command params="` + loginName + `" retval=OK msg=""`},
	"hMailServer":                        {"\"SMTPD\"\t2452\t5\t\"2026-11-23 15:32:33.123\"\t\"192.0.2.9\"\t\"RECEIVED: AUTH LOGIN\"", "\"SMTPD\"\t2452\t5\t\"2026-11-23 15:32:33.124\"\t\"192.0.2.9\"\t\"SENT: 334 VXNlcm5hbWU6\"", "\"SMTPD\"\t2452\t5\t\"2026-11-23 15:32:33.125\"\t\"192.0.2.9\"\t\"RECEIVED: " + loginName + "\""},
	"chasquid":                           {"2026-11-25 01:25:53.012416 127.0.0.1:57942 auth failed for hunter2-secret"},
	"KumoMTA":                            {`{"type":"Rejection","id":"","sender":"","recipient":"","queue":"","site":"","size":0,"response":{"code":535,"enhanced_code":{"class":5,"subject":7,"detail":8},"content":"AUTH invalid","command":"` + plainLogin + `"},"peer_address":{"name":"app","addr":"192.0.2.77"},"timestamp":1763971261,"created":1763971261,"num_attempts":0}`},
	"KumoMTA, trace":                     {"[192.0.2.9:40422->198.51.100.7:587] 182ms  -> EHLO a", "[192.0.2.9:40422->198.51.100.7:587] 588ms  -> AUTH PLAIN " + plainLogin},
	"OpenSMTPD, refused command":         {`Nov 23 15:32:33 mx smtpd[9]: 7ee1a2c5b7f2a9d1 smtp failed-command command="AUTH LOGIN ` + loginName + `" result="503 5.5.1 Invalid command: Command not allowed at this point."`},
	"MDaemon":                            {"Mon 2026-11-23 00:01:10.100: 05: Accepting SMTP connection from 192.0.2.9:4711 to 192.0.2.1:25", "Mon 2026-11-23 00:01:10.150: 03: --> 220 mx.example ESMTP MDaemon", "Mon 2026-11-23 00:01:10.200: 02: <-- AUTH LOGIN", "Mon 2026-11-23 00:01:10.210: 03: --> 334 VXNlcm5hbWU6", "Mon 2026-11-23 00:01:10.220: 02: <-- " + loginName, "Mon 2026-11-23 00:01:10.230: 03: --> 334 UGFzc3dvcmQ6", "Mon 2026-11-23 00:01:10.240: 02: <-- " + loginName, "Mon 2026-11-23 00:01:10.250: 05: Authenticating hunter2-secret...", "Mon 2026-11-23 00:01:10.432: 03: --> 535 5.7.8 Authentication failed"},
	"IIS":                                {"#Fields: date time c-ip cs-username s-sitename s-computername s-ip s-port cs-method cs-uri-stem cs-uri-query sc-status sc-win32-status sc-bytes cs-bytes time-taken cs-version cs-host cs(User-Agent) cs(Cookie) cs(Referer)", "2026-11-23 15:32:33 192.0.2.9 pc SMTPSVC1 MX 192.0.2.1 0 AUTH - +LOGIN+" + loginName + " 535 0 0 0 0 SMTP - - - -"},
	"Sendmail":                           {"Nov 23 15:32:33 mx sm-mta[9]: 14NNwaRl065696: AUTH failure (DIGEST-MD5): user not found (-20) SASL(-13): user not found: unable to canonify user and get auxprops, user=hunter2-secret, relay=[192.0.2.9]"},
	"Sendmail, decoding":                 {`Nov 23 15:32:33 mx sm-mta[9]: 14NNwaRl065696: AUTH decode64 error [1 for "hunter2-secret"], relay=[192.0.2.9]`},
	"Exchange, NTLM":                     {"2022-07-20T21:12:06.200Z,EX\\Default Frontend EX,08DA4F7C11473A60,9,192.0.2.1:25,192.0.2.2:53722,<,AUTH NTLM " + plainLogin + ","},
	"a conversation in one record":       {"C: EHLO a.example\nS: 250 AUTH LOGIN\nC: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: YW5uYQ==\nS: 334 UGFzc3dvcmQ6\nC: " + loginName + "\nS: 535 5.7.8 no"},
	"one record that nobody reads":       {"proxy 192.0.2.9 did\n>> AUTH LOGIN\n<< 334 VXNlcm5hbWU6\n>> YW5uYQ==\n<< 334 UGFzc3dvcmQ6\n>> " + loginName + "\n"},
}

// carriers bring a line into a record in the ways that receivers have, copies of it included.
var carriers = map[string]func(rec plog.LogRecord, line string){
	"string": func(rec plog.LogRecord, line string) { rec.Body().SetStr(line) },
	"bytes":  func(rec plog.LogRecord, line string) { rec.Body().SetEmptyBytes().FromRaw([]byte(line)) },
	"copies": func(rec plog.LogRecord, line string) {
		rec.Body().SetStr(line)
		rec.Attributes().PutStr("event.original", line+"\n")
		rec.Attributes().PutStr("message", "<22>"+line)
		rec.Attributes().PutStr("a copy", line)
		rec.Attributes().PutEmptyBytes("raw").FromRaw([]byte(line))
		rec.Attributes().PutEmptyMap("nested").PutEmptySlice("list").AppendEmpty().SetStr(line)
	},
	"the journal's array of integers": func(rec plog.LogRecord, line string) { journalBytes(rec, line, pcommon.Value.SetInt) },
	"the journal's array of floats": func(rec plog.LogRecord, line string) {
		journalBytes(rec, line, func(v pcommon.Value, n int64) { v.SetDouble(float64(n)) })
	},
	"map": func(rec plog.LogRecord, line string) {
		m := rec.Body().SetEmptyMap()
		m.PutStr("log", line+"\n")
		m.PutStr("stream", "stdout")
	},
	"Docker's JSON": func(rec plog.LogRecord, line string) {
		data, _ := json.Marshal(map[string]string{"log": line + "\n", "stream": "stdout", "time": "2026-11-23T15:32:33.000000001Z"})
		rec.Body().SetStr(string(data))
	},
	"an array": func(rec plog.LogRecord, line string) {
		list := rec.Body().SetEmptySlice()
		list.AppendEmpty().SetStr(line)
		list.AppendEmpty().SetEmptyMap().PutStr("again", line)
	},
}

func journalBytes(rec plog.LogRecord, line string, set func(pcommon.Value, int64)) {
	m := rec.Body().SetEmptyMap()
	m.PutStr("__CURSOR", "s=1")
	list := m.PutEmptySlice("MESSAGE")
	for i := range len(line) {
		set(list.AppendEmpty(), int64(line[i]))
	}
}

// carried makes one batch of lines, each in a record of its own.
func carried(carry func(plog.LogRecord, string), lines []string) plog.Logs {
	ld := batch(lines...)
	for i, rec := range flat(ld) {
		carry(rec, lines[i])
	}
	return ld
}

// everyText is every text that leaves, each on a line: those of arrays of bytes, too.
func everyText(t testing.TB, batches ...plog.Logs) string {
	var b strings.Builder
	var walk func(v pcommon.Value)
	walk = func(v pcommon.Value) {
		switch v.Type() {
		case pcommon.ValueTypeMap:
			for key, field := range v.Map().All() {
				b.WriteString(key + "\n")
				walk(field)
			}
		case pcommon.ValueTypeSlice:
			if s, ok := numbersText(v.Slice()); ok {
				b.WriteString(s + "\n")
				return
			}
			for _, item := range v.Slice().All() {
				walk(item)
			}
		case pcommon.ValueTypeBytes:
			b.Write(v.Bytes().AsRaw())
		default:
			b.WriteString(v.AsString() + "\n")
		}
	}
	for _, rec := range flat(batches...) {
		walk(rec.Body())
		for _, v := range rec.Attributes().All() {
			walk(v)
		}
	}
	b.WriteString(texts(t, batches...))
	return b.String()
}

// numbersText is the text that an array of bytes as numbers spells.
func numbersText(list pcommon.Slice) (string, bool) {
	var text []byte
	for _, item := range list.All() {
		n := item.Int()
		if item.Type() == pcommon.ValueTypeDouble {
			n = int64(item.Double())
		} else if item.Type() != pcommon.ValueTypeInt {
			return "", false
		}
		text = append(text, byte(n))
	}
	return string(text), len(text) > 0
}

// needRead are the leaks that only a server's parser, or the lines before, can tell.
var needRead = []string{
	"Postfix, pipelining behind AUTH", "Postfix -v", "postscreen, behind AUTH", "Exim, synchronization, as it is", "Exim, HELO that failed to log in", "a reply with the command", "answers that nobody reads", "Sendmail with Cyrus", "Courier without a port",
	"MailEnable", "MailEnable, columns parted by tabs", "qmail of InterWorx", "Exchange", "Dovecot, ldap", "Dovecot, pam", "Dovecot, worker with a session", "Haraka", "IIS", "MDaemon",
	"Sendmail, decoding", "chasquid", "hMailServer", "vpopmail", "vpopmail, password", "vpopmail, POP3", "vpopmail, name, POP3",
}

// No form of a login leaves, whatever line it stands in and whoever carries that.
func TestNothingLeaks(t *testing.T) {
	for leak, lines := range leaks {
		for carrier, carry := range carriers {
			if carrier == "an array" && slices.Contains(needRead, leak) {
				continue // nobody's log: its lines are not read
			}
			t.Run(leak+"/"+carrier, func(t *testing.T) {
				sink := new(consumertest.LogsSink)
				p, _ := start(t, sink, func(c *Config) { c.Summaries, c.Privacy.Content = []string{"session", "message"}, site.ContentKeep })
				require.NoError(t, p.ConsumeLogs(t.Context(), carried(carry, lines)))
				state, err := p.engine.Save()
				require.NoError(t, err)
				require.NoError(t, p.Shutdown(t.Context()))
				out := everyText(t, sink.AllLogs()...) + string(state)
				for _, secret := range []string{"hunter2-secret", loginName, plainLogin, strings.TrimRight(plainLogin, "=")} {
					assert.NotContains(t, out, secret)
				}
				assert.Contains(t, out, event.Mark)
			})
		}
	}
}

// prose are lines of other programs that speak of logins, or hold base64, and no credential.
var prose = []string{
	"AUTH LOGIN failed", "Auth: PLAIN text", "auth: login user1234 from 192.0.2.1", "PASS=12 FAIL=0", "the AUTH PLAIN mechanism is weak", "commit 3f786850e387550fdab836ed7e6dc881de23001b",
	"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "Authorization: Basic YW5uYTpodW50ZXIy",
	"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U", "ERR unknown command 'FLUSH', with args beginning with: ",
	"sshd[7]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.1  user=anna", "sudo[8]: pam_unix(sudo:auth): authentication failure; logname=anna uid=1000 user=anna",
	"authentication failed: user anna", "    password: [hidden]", `{"level":"warn","msg":"auth failed","user":"anna"}`, "334 VXNlcm5hbWU6", "key AGENT_ID=ABCD", "/usr/lib/AAAA/ABCD/lib.so", "dXNlcg==",
}

// They come out byte for byte, between the lines of mail servers and behind them, whoever carries them.
func TestProseAboutLoginsStays(t *testing.T) {
	mail := []string{
		"Nov 23 15:32:33 mx postfix/smtpd[9]: warning: unknown[192.0.2.9]: SASL LOGIN authentication failed: no, sasl_username=x1", "2026-11-23 15:32:33 login authenticator failed for (x) [192.0.2.9]: 535 Incorrect authentication data (set_id=x1)",
		"Nov 23 15:32:33 mx dovecot: imap-login: Disconnected (auth failed, 2 attempts in 178 secs): user=<x1>, method=PLAIN, rip=192.0.2.5", "Nov 23 15:32:33 mx postfix/smtpd[9]: connect from a.example[192.0.2.1]",
	}
	for carrier, carry := range carriers {
		t.Run(carrier, func(t *testing.T) {
			var lines []string
			for i, line := range prose {
				lines = append(lines, mail[i%len(mail)], line)
			}
			ld := carried(carry, lines)
			want := plog.NewLogs()
			ld.CopyTo(want)
			sink := new(consumertest.LogsSink)
			p, _ := start(t, sink, func(c *Config) { c.Summaries = nil })
			require.NoError(t, p.ConsumeLogs(t.Context(), ld))
			got := slices.DeleteFunc(flat(sink.AllLogs()...), isMade)
			before := flat(want)
			require.Len(t, got, len(before))
			for i := 1; i < len(got); i += 2 {
				assert.Equal(t, before[i].Body().AsRaw(), got[i].Body().AsRaw())
				assert.Equal(t, before[i].Attributes().AsRaw(), got[i].Attributes().AsRaw())
			}
		})
	}
}
