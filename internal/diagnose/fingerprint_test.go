package diagnose

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFingerprintIsTheSameForTheSameRefusal(t *testing.T) {
	for want, texts := range map[string][]string{
		"<addr>: Recipient address rejected: User unknown in virtual mailbox table": {
			"<anna@example.com>: Recipient address rejected: User unknown in virtual mailbox table",
			"<b.c+d@x.example>:  Recipient address rejected: User unknown in virtual mailbox table",
		},
		"[ip] An unusual rate of mail comes from your address. # - gsmtp": {
			"[192.0.2.25] An unusual rate of mail comes from your address. f7si1234567wrb.88 - gsmtp",
			"[2001:db8::1] An unusual rate of mail comes from your address. a9si7654321abc.07 - gsmtp",
		},
		"message too large, limit is # bytes": {"message too large, limit is 10485760 bytes", "message too large, limit is 5 bytes"},
		"Service unavailable; Client host [ip] blocked using host": {
			"Service unavailable; Client host [192.0.2.25] blocked using zen.spamhaus.org", "Service unavailable; Client host [192.0.2.99] blocked using bl.example.com",
		},
		"host does not like recipient": {"mx1.example.com does not like recipient", "MX2.EXAMPLE.NET does not like recipient"},
		"Greylisting in action, please come back in #": {
			"Greylisting in action, please come back in 00:04:59", "Greylisting in action, please come back in 300",
		},
		"queued too long, since #":                 {"queued too long, since 2026-11-23 10:00:06", "queued too long, since 2026-11-23T10:00:06"},
		"id=# - rejected":                          {"id=20025-09 - rejected", "id=4Xq0Zk3rTnz9 - rejected"},
		"<host[ip]:#>: Client host rejected":       {"<a.example.net[192.0.2.25]:49309>: Client host rejected", "<b.example.org[192.0.2.2]:1024>: Client host rejected"},
		"see https://www.example.com/bl?ip=ip":     {"see https://www.example.com/bl?ip=192.0.2.1", "see https://www.example.com/bl?ip=2001:db8::1"},
		"see https://a.example/?c=hi&i=ip&v=#":     {"see https://a.example/?c=hi&i=192.0.2.1&v=0f3a", "see https://a.example/?c=hi&i=192.0.2.7&v=77aa"},
		"RESOLVER.ADR.RecipNotFound; not found":    {"RESOLVER.ADR.RecipNotFound; not found"},
		"the sending IPv6 address [ip] has no PTR": {"the sending IPv6 address [2001:db8::25] has no PTR"},
	} {
		for _, text := range texts {
			if got := Fingerprint(text); got != want {
				t.Errorf("%q:\n got %q\nwant %q", text, got, want)
			}
		}
	}
}

// Tags tell refusals apart whose words are the same, wherever they stand.
func TestTagsStay(t *testing.T) {
	long := strings.Repeat("The words of a long refusal go on. ", 8)
	for _, tag := range []string{
		"OFR_506", "LPN001_108", "S3140", "[CS01]", "[TSS04]", "BL000010", "(RTR:BL)", "HL:REP", "IB607", "RP-001", "GU_EIB_02", "RCP-P2", "(G1F)", "AUP#CXSNDR",
		"AUP#In-1310", "https://postmaster.example/error-codes.php#BL000010", "https://postmaster.example/codes/TSS04", "https://postmaster.example/?code=S3140",
	} {
		short := Fingerprint("Mail rejected. " + tag)
		if !strings.Contains(short, tag) {
			t.Errorf("%s: %q", tag, short)
		}
		bare := strings.Trim(tag, "[]()")
		bare = bare[strings.LastIndexAny(bare, "#/=")+1:]
		if strings.ContainsAny(bare, ":") { // at the front of a reply, where its providers write it
			continue
		}
		behind := Fingerprint(long + tag)
		if !strings.HasSuffix(behind, " "+bare) || len(behind) > fingerprintMax || !strings.HasPrefix(behind, "The words of a long refusal") {
			t.Errorf("%s: %q", tag, behind)
		}
	}
	if got := Fingerprint(long + "BL000010 " + long + "BL000010"); strings.Count(got, "BL000010") != 1 {
		t.Error(got)
	}
}

// The servers that write a reply down break and mark its lines each in its way.
func TestFingerprintIsTheSameWhoeverWroteTheReplyDown(t *testing.T) {
	several := 0
	for _, l := range labelledReplies(t) {
		postfix, exim, sendmail := read(t, l.asPostfix()), read(t, l.asExim()), read(t, l.asSendmail())
		isOne := !strings.Contains(l.asExim(), `\n`) // of others Sendmail has the first line
		if !isOne {
			several++
		}
		if postfix.Fingerprint != exim.Fingerprint || postfix.Fingerprint != sendmail.Fingerprint && sendmail.Code != 0 && isOne {
			t.Errorf("%q\n%q\n%q", postfix.Fingerprint, exim.Fingerprint, sendmail.Fingerprint)
		}
	}
	if several < 24 {
		t.Errorf("%d replies of several lines", several)
	}
}

// Some servers give the enhanced code in the first line alone (RFC 2034 section 4 asks for it in all).
func TestFingerprintIsTheSameWhereALaterLineLacksTheEnhancedCode(t *testing.T) {
	l := labelled{host: "mx.example.com", command: "RCPT", code: 550, enhanced: "5.1.1"}
	for text, want := range map[string]string{
		"No such user 550 here": "No such user here", "No such user 550-here 550 or there": "No such user here or there", "No such user 550-5.1.1 here 550 or there": "No such user here or there",
	} {
		l.text = text
		postfix, exim := read(t, l.asPostfix()), read(t, l.asExim())
		if postfix.Fingerprint != want || exim.Fingerprint != want {
			t.Errorf("%s: %q, %q", text, postfix.Fingerprint, exim.Fingerprint)
		}
	}
}

func FuzzFingerprint(f *testing.F) {
	f.Add("<a@b>: 4.7.1 [192.0.2.1] try again in 300 seconds")
	f.Add(strings.Repeat("é", 60) + " BL000010 https://x.example/?a=b#TSS04")
	f.Fuzz(func(t *testing.T, s string) {
		got := Fingerprint(s)
		if len(got) > fingerprintMax {
			t.Errorf("%d bytes", len(got))
		}
		if utf8.ValidString(s) && !utf8.ValidString(got) {
			t.Errorf("%q of %q", got, s)
		}
	})
}
