package secrets

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

var (
	plain   = b64("\x00anna\x00hunter2")
	name    = b64("anna")
	pass    = b64("hunter2-x")
	bearer  = b64("user=anna@example.com\x01auth=Bearer ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg\x01\x01")
	slashed = strings.ReplaceAll(b64("\x00anna\x00????>>>~~"), "/", `\/`)
	digest  = b64("anna b913a602c7eda7a495b4e6e7334d3890")
)

// Each line holds a credential that the line itself proves; what is between « and » is hidden, and nothing else.
func TestWhatIsHidden(t *testing.T) {
	for why, lines := range map[string][]string{
		"NUL between name and password": {
			"«" + plain + "»", "x «" + plain + "» y", `{"a":"«` + plain + `»"}`, "resp=«" + plain + "»", "...«" + plain + "»...",
			"«" + b64("anna\x00anna\x00hunter2") + "»", "«" + b64("bob\x00anna\x00pässwörd") + "»", "«" + b64("\x00a\x00b") + "»", "«" + strings.TrimRight(b64("\x00a\x00b"), "=") + "»",
			`in\n«` + plain + `»\r\n`, "in#012«" + plain + "»#015#012", `\u000a«` + plain + `»`, `«` + strings.ReplaceAll(plain, "=", `\u003d`) + `»`,
			"+PLAIN+«" + plain + "»", "«" + strings.ReplaceAll(plain, "=", "%3D") + "»", "a \\/b\\/ «" + slashed + "» c\\/d", "«" + strings.ReplaceAll(slashed, `\/`, `\u002f`) + "»", "cut «" + plain[:len(plain)-3] + "»", "«" + b64("\x00anna\x00hunter2\n") + "»", "«" + b64("secretAaa\x00secret") + "»",
		},
		"tokens and digests": {
			"say «" + bearer + "»", "«" + b64("n,a=anna@example.com,\x01host=mx.example.com\x01port=587\x01auth=Bearer vF9dft4qmT\x01\x01") + "»", "«" + bearer[:80] + "»",
			"«" + digest + "»", "«" + b64("n,,n=anna,r=fyko+d2lbbFgONRv9qkxdawL") + "»", "«" + b64("c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=") + "»",
			"«" + b64(`charset=utf-8,username="anna",realm="example.com",nonce="OA6MG9tEQGm2hh",response=d388dad90d4bbd760a152321f2143af7`) + "»",
		},
		"AUTH, a mechanism, an argument": {
			"AUTH PLAIN «" + plain + "»", "auth plain «" + plain + "»", "AUTH LOGIN «" + name + "»", ">> AUTH LOGIN «" + name + "»", "-> auth login «" + name + "»", `"AUTH LOGIN «` + name + `»"`,
			`{"cmd":"AUTH LOGIN «` + name + `»"}`, `{"verb":"AUTH","args":["LOGIN","«` + name + `»"]}`, `cmd=AUTH arg="LOGIN «` + name + `»"`, "AUTH XOAUTH2 «" + bearer + "»",
			"AUTH\tLOGIN\t«" + name + "»", "AUTH+LOGIN+«" + name + "»", `{"m":"AUTH LOGIN «` + strings.ReplaceAll(b64("????>>>~~"), "/", `\/`) + `»"}`, "AUTH%20LOGIN%20«" + strings.ReplaceAll(name, "=", "%3D") + "»", "AUTH_LOGIN_«" + name + "»", "AUTH%20LOGIN%20«" + name + "»", `x\r\nAUTH LOGIN «` + name + `»\r\n`,
			`EHLO x#015#012AUTH LOGIN «` + name + `»#015#012`, "C: AUTH LOGIN «hunter2»", "C: AUTH LOGIN «p@ssw0rd!»", `504 5.7.4 "AUTH LOGIN «` + name + `»"`, "AUTH CRAM-MD5 «" + digest + "»",
			"AUTH NTLM «TlRMTVNTUAABAAAAB4IIogAAAAAAAAAAAAAAAAAAAAAKALpHAAAADw==»", "AUTH PLAIN «" + plain[:9] + "»", "AUTH LOGIN «" + b64("SECRET") + "»", "AUTH «" + name + "»",
		},
		"the answers to a 334": {
			"AUTH LOGIN\n334 VXNlcm5hbWU6\n«" + name + "»\n334 UGFzc3dvcmQ6\n«" + pass + "»\n235 ok", ">> AUTH LOGIN\r\n<< 334 VXNlcm5hbWU6\r\n>> «" + name + "»\r\n<< 334 UGFzc3dvcmQ6\r\n>> «" + pass + "»\r\n<< 235 ok\r\n",
			"[10:15:30] AUTH LOGIN [10:15:31] 334 VXNlcm5hbWU6 [10:15:31] «" + name + "» [10:15:31] 334 UGFzc3dvcmQ6 [10:15:32] «" + pass + "» [10:15:32] 235 2.7.0 ok",
			`AUTH LOGIN\r\n«` + name + `»\r\n«` + pass + `»\r\nQUIT\r\n`, `{"log":"AUTH LOGIN\r\n334 VXNlcm5hbWU6\r\n«` + name + `»\r\n"}`, "[4f2A9c0D] AUTH LOGIN\n[4f2A9c0D] 334 VXNlcm5hbWU6\n[4f2A9c0D] «" + name + "»\n",
			"AUTH LOGIN «" + name + "»\n334 UGFzc3dvcmQ6\n«" + pass + "»", "AUTH PLAIN\n334 \n«" + plain + "»",
		},
		"what a reply quotes": {
			"502 5.5.2 Error: command not recognized: «" + name + "»", "504 «" + name + "» mechanism not supported", `500 5.5.1 Command unrecognized: "«` + name + `»"`, "500 5.3.3 Unrecognized command '«" + name + "»'",
			"504 5.3.3 AUTH mechanism «" + name + "» not available", `too many unrecognized commands (last was "«` + name + `»")`, "NON-SMTP COMMAND from [192.0.2.1]:1 after EHLO: «" + name + `»\r\n`,
			"COMMAND PIPELINING from [192.0.2.1]:1 after AUTH: «" + name + `»\r\n«` + pass + `»\r\n`, `improper command pipelining after EHLO from x[192.0.2.1]: AUTH LOGIN\r\n«` + name + `»\r\n`,
			`PREGREET 22 after 0.1 from [192.0.2.1]:1: «` + plain + `»\r\n`, `rejected connection from H=[192.0.2.1] next input="«` + name + `»\r\n"`, "500 unrecognized command: «Ym9i»", "502 unknown command «" + pass + "»",
			"500 5.5.2 Syntax error: «" + name + "»",
		},
		"a URL's password": {
			"warning: connect to mysql://mail:«hunter2»@db.example/mail: refused", "relayhost smtp://anna:«p@ss:w0rd»@mx.example:587", `"ldap://cn=mail:«a%2Fb»@ldap.example"`, "smtps://anna%40example.com:«x»@mx.example.com",
			`{"url":"amqp://mq:«hunter2»@mq.example:5672/"} redis://:«hunter2»@cache.example`, `\"smtp://a:«hunter2»@b\"`,
		},
		"a failed login's name": {
			"warning: SASL authentication failure: user: «hunter2@host» property: userPassword not found in sasldb /etc/sasldb2",
			"no authentication here, user: anna, but this",
			"2017-01-24 05:22:29 dovecot_plain authenticator failed for (x) [192.0.2.9]:39454: 535 Incorrect authentication data (set_id=«secret name)»)",
			"message repeated 3 times: [ login authenticator failed for (U8) [192.0.2.10]: 535 Incorrect authentication data (set_id=«hunter»)]",
			"warning: unknown[192.0.2.9]: SASL LOGIN authentication failed: (reason unavailable), sasl_username=«hunter2, x»",
			"message repeated 2 times: [ warning: a[192.0.2.9]: SASL LOGIN authentication failed: no, sasl_username=«hunter2»]",
			"message repeated 2 times: [ warning: a[192.0.2.9]: SASL LOGIN authentication failed: no, sasl_username=[redacted]", `{"m":"warning: a[192.0.2.9]: SASL LOGIN authentication failed: no, sasl_username=«hunter\"2»"}`,
			"imap-login: Disconnected (auth failed, 1 attempts in 2 secs): user=<«hunter»>, method=PLAIN", "do_auth         : auth failure: [user=«hunter»] [service=smtp] [realm=] [mech=pam] [reason=PAM auth error]",
			"pam_unix(smtp:auth): authentication failure; logname= uid=0 euid=0 tty=smtp ruser=«hunter» rhost=192.0.2.1  user=«hunter»", "AUTH failure (LOGIN): user not found (-20) SASL(-13): user not found: checkpass failed, user=«hunter», relay=[192.0.2.1]",
			"dovecot: auth: Debug: client passdb out: FAIL#0111#011user=«hunter»#011code=authz_failed", "dovecot: auth: Debug: client in: CONT#011«1#011aHVudGVy»", "dovecot: auth: Debug: client passdb out: FAIL\t1\tuser=«hunter»",
			"s-nail: Credentials: host 192.0.2.1:25, user anna, pass «hunter, 2»",
			"smtp authentication user=«hunter» address=192.0.2.1 host=x result=permfail",
		},
	} {
		t.Run(why, func(t *testing.T) {
			for _, line := range lines {
				given := strings.NewReplacer("«", "", "»", "").Replace(line)
				want := line
				for strings.Contains(want, "«") {
					head, rest, _ := strings.Cut(want, "«")
					_, tail, _ := strings.Cut(rest, "»")
					want = head + event.Mark + tail
				}
				if got, _ := Clean(given, Anyone); got != want {
					t.Errorf("%q\n got %q\nwant %q", given, got, want)
				}
				if again, found := Clean(want, Anyone); found {
					t.Errorf("cleaned twice: %q", again)
				}
			}
		})
	}
}

// A mail server's own line proves more.
func TestWhatAMailLineHides(t *testing.T) {
	for line, want := range map[string]string{
		"XCLIENT ADDR=192.0.2.1 LOGIN=anna PASS=hunter2": "XCLIENT ADDR=192.0.2.1 LOGIN=[redacted] PASS=[redacted]",

		"PASS=hunter2":                        "PASS=[redacted]",
		`unrecognized command "` + name + `"`: `unrecognized command "[redacted]"`,
		"XCLIENT LOGIN=[UNAVAILABLE]":         "XCLIENT LOGIN=[UNAVAILABLE]",
		"tests=SPF_PASS=0.1, BYPASS=1":        "tests=SPF_PASS=0.1, BYPASS=1",
		"bad command: " + name:                "bad command: [redacted]",

		"500 5.5.1 command sequence error; 1xVW27-00005g-13 unexpected": "500 5.5.1 command sequence error; 1xVW27-00005g-13 unexpected",
	} {
		if got, _ := Clean(line, Talk); got != want {
			t.Errorf("%q\n got %q\nwant %q", line, got, want)
		}
	}
}

// None of these has a credential that it proves.
func TestWhatIsLeftAlone(t *testing.T) {
	for _, line := range []string{
		"", "AUTH", "AUTH PLAIN", "AUTH LOGIN failed", "AUTH LOGIN failed for anna", "Auth: PLAIN text", "auth: login user1234 from 192.0.2.1", "250-AUTH PLAIN LOGIN", "250 AUTH=LOGIN PLAIN CRAM-MD5", "250-AUTH LOGIN PLAIN XOAUTH2 PLAIN-CLIENTTOKEN OAUTHBEARER",
		"AUTH LOGIN authentication is not supported", "the AUTH PLAIN mechanism is weak", "AUTH PLAIN =", "error: AUTH LOGIN timed-out", "AUTH PLAIN TLSv1", "SMTP AUTH PLAIN 192.0.2.1", "sent AUTH LOGIN; waiting", "AUTH LOGIN 535 5.7.8 Error", "AUTH LOGIN: 192.0.2.1",
		"see https://mx.example.com:8443/a@b", "http://anna@example.com:25/", "x://192.0.2.1:25, anna@example.com", "x://a:@b", "http://[2001:db8::1]:25/@", "smtp:[192.0.2.1]:25", "ssh://git@example.com:22/x:y@z", "a://b:c",
		"PASS=12 FAIL=0", "334 VXNlcm5hbWU6", "334 dXNlcg==", "commit 3f786850e387550fdab836ed7e6dc881de23001b", "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "Authorization: Basic " + b64("anna:hunter2"), "Authorization: NTLM TlRMTVNTUAABAAAAB4IIogAAAAAAAAAAAAAAAAAAAAAKALpHAAAADw==",
		"Proxy-Auth: NTLM TlRMTVNTUAABAAAAB4IIogAAAAAAAAAAAAAAAAAAAAAKALpHAAAADw==", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U", "dXNlcg==",
		"MAIL FROM:<a@b.example> AUTH=<>", "zsh: command not found: foo", "unknown command \"foo\" for \"kubectl\"", "ERR unknown command 'FLUSH', with args beginning with: ", "redis: unknown command Zm9vYmFy",
		"pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.1  user=anna", "pam_unix(sudo:auth): authentication failure; logname=anna uid=1000 euid=0 tty=/dev/pts/0 ruser=anna rhost=  user=anna",
		"authentication failed: user anna", "auth failed: user=<bob>", "do_auth: auth ok: [user=anna]", "SASL LOGIN authentication failed: UGFzc3dvcmQ6", "ID AGENTLOG AAAAAAAA AQAAAA== AgAAAA==", "key AGENT_ID=ABCD",
		"/usr/lib/AAAA/ABCD/lib.so", "500 Internal Server Error command=start id=a1b2c3d4", "Message-ID: <CAGxYZQ8AGFubm@mail.example.com>", "queued as 4XyZ12abcDEz", "X-Sig: " + b64(strings.Repeat("\x00\x01\x02\x03", 9)),
		"aWYgeW91IGNhbiByZWFkIHRoaXM=", "smtp authentication user=anna address=192.0.2.1 host=x result=ok", "imap-login: Login: user=<anna>, method=PLAIN",
	} {
		if got, found := Clean(line, Anyone); found || got != line {
			t.Errorf("%q\n got %q", line, got)
		}
	}
}
