package diagnose

import "testing"

func TestProviderIsWhoAnswered(t *testing.T) {
	for _, c := range []struct{ host, rcpt, want string }{
		{"gmail-smtp-in.l.google.com", "a@customer.example", "google"},
		{"EXAMPLE-COM.mail.protection.outlook.com", "a@example.com", "microsoft365"},
		{"hotmail-com.olc.protection.outlook.com", "", "outlook"},
		{"eu-smtp-inbound-1.mimecast.com", "a@gmail.com", "mimecast"}, // the gateway answered, not the mailbox provider behind it
		{"mx.evilgoogle.com", "a@b.example", Other},
		{"google.com.evil.example", "a@gmail.com", Other},
		{"", "a@GMAIL.com", "google"},
		{"", "a@b.example", Other},
		{"", "", Other},
		// Sendmail leaves out the middle of long names.
		{"contoso-com.mail.p...ction.outlook.com.", "", "microsoft365"},
		{"example-com.mail.p...ction.outlook.com", "", "microsoft365"},
		{"hotmail-com.olc.pr...ction.outlook.com", "", "outlook"},
		{"very-long-name-of-...0.yahoodns.net", "", "yahoo"},
		{"a...m", "", Other},
		{"...", "", Other},
		{"....", "", Other},
	} {
		if got := Standard.Provider(c.host, c.rcpt); got != c.want {
			t.Errorf("%q %q: %s, want %s", c.host, c.rcpt, got, c.want)
		}
	}
}

// The providers that are named in front of others are those that mail goes to and refusals come from.
func TestProvidersOfTheTable(t *testing.T) {
	for host, want := range map[string]string{
		"mx01.t-online.de": "tonline", "mx1.free.fr": "free", "smtp-in.sfr.fr": "sfr", "smtpz4.laposte.net": "laposte", "smtp-in.orange.fr": "orange",
		"smtp.secureserver.net": "godaddy", "mx1.emailsrvr.com": "rackspace", "mx00.ionos.de": "ionos", "smtpin.rzone.de": "strato", "mx1.mail.ovh.net": "ovh",
		"al-ip4-mx-vip1.prodigy.net": "att", "mfsmax.docomo.ne.jp": "docomo", "mx.softbank.jp": "softbank", "mx.hanmail.net": "kakao", "mx1.naver.com": "naver",
		"163mx01.mxmail.netease.com": "netease", "mx1.qq.com": "qq", "mx.sina.com.cn": "sina", "mx.rambler.ru": "rambler", "mxs.ukr.net": "ukrnet",
		"mx1.seznam.cz": "seznam", "mx.wp.pl": "wp", "mx.poczta.onet.pl": "onet", "mx.libero.it": "libero", "mx.telenet.be": "telenet", "mx.kpnmail.nl": "kpn",
		"extmail.bigpond.com": "telstra", "mx.uol.com.br": "uol", "mx1.tutanota.de": "tuta", "mxext1.mailbox.org": "mailbox_org", "mx1.messagingengine.com": "fastmail",
		"inbound-smtp.eu-west-1.amazonaws.com": "amazon_ses", "route1.mx.cloudflare.net": "cloudflare", "mxa.mailgun.org": "mailgun", "mx.sendgrid.net": "sendgrid",
		"in.hes.trendmicro.com": "trendmicro", "mx-01.hornetsecurity.com": "hornetsecurity", "mx.spamexperts.com": "spamexperts", "cluster1.us.messagelabs.com": "messagelabs",
		"mail.protonmail.ch": "protonmail", "mx.zoho.com": "zoho",
	} {
		if got := Standard.Provider(host, ""); got != want {
			t.Errorf("%s: %s, want %s", host, got, want)
		}
	}
}
