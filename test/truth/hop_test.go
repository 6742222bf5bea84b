package truth

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

// One mail's way over four servers of four kinds, in one log each.
var way = [][]string{
	{
		"Nov 23 15:00:00 out postfix/pickup[1]: 4AA0918: uid=1000 from=<anna>",
		"Nov 23 15:00:00 out postfix/cleanup[2]: 4AA0918: message-id=<m1@example.com>",
		"Nov 23 15:00:00 out postfix/qmgr[3]: 4AA0918: from=<anna@example.com>, size=500, nrcpt=1 (queue active)",
		"Nov 23 15:00:02 out postfix/smtp[4]: 4AA0918: to=<b@far.example>, relay=hub.example.com[192.0.2.2]:25, delay=2, delays=0/0/1/1, dsn=2.0.0, status=sent (250 OK id=1vN1Aa-00000000ALP-0mWt)",
		"Nov 23 15:00:02 out postfix/qmgr[3]: 4AA0918: removed",
	},
	{
		"Nov 23 15:00:02 hub exim[12]: 1vN1Aa-00000000ALP-0mWt <= anna@example.com H=out.example.com [192.0.2.1] P=esmtp S=800 id=m1@example.com",
		"Nov 23 15:00:04 hub exim[13]: 1vN1Aa-00000000ALP-0mWt => b@far.example R=dnslookup T=remote_smtp H=mx.far.example [198.51.100.1] C=\"250 2.0.0 6ANF69T0000403 Message accepted for delivery\"",
		"Nov 23 15:00:04 hub exim[13]: 1vN1Aa-00000000ALP-0mWt Completed",
	},
	{
		"Nov 23 15:00:03 mx sm-mta[405]: 6ANF69T0000403: from=<anna@example.com>, size=1100, class=0, nrcpts=1, msgid=<m1@example.com>, proto=ESMTP, daemon=MTA, relay=hub.example.com [192.0.2.2]",
		"Nov 23 15:00:05 mx sm-mta[406]: 6ANF69T0000403: to=<b@far.example>, delay=00:00:02, xdelay=00:00:01, mailer=esmtp, pri=31100, relay=box.far.example. [198.51.100.9], dsn=2.0.0, stat=Sent (e1d4511e Message accepted for delivery)",
	},
	{
		"Nov 23 15:00:04 box smtpd[323]: 9c7c6698bd0f7191 smtp connected address=198.51.100.1 host=mx.far.example",
		"Nov 23 15:00:05 box smtpd[323]: 9c7c6698bd0f7191 smtp message msgid=e1d4511e size=1400 nrcpt=1 proto=ESMTP",
		"Nov 23 15:00:05 box smtpd[323]: 9c7c6698bd0f7191 smtp envelope evpid=e1d4511e9d41cb26 from=<anna@example.com> to=<b@far.example>",
		"Nov 23 15:00:05 box smtpd[323]: 9c7c6698bd0f7191 smtp disconnected reason=quit",
		"Nov 23 15:00:06 box smtpd[323]: 0000000000000000 mda delivery evpid=e1d4511e9d41cb26 from=<anna@example.com> to=<b@far.example> rcpt=<b@far.example> user=b delay=1s result=Ok stat=Delivered",
	},
}

// However the four logs are read, three hops join the four messages, and nothing else that a record says changes.
func TestOneMailOverFourServersIsJoinedInAnyOrder(t *testing.T) {
	var hops, rest []string
	for seed := range uint64(30) {
		rnd := rand.New(rand.NewPCG(seed, 5))
		at := make([]int, len(way))
		var lines []string
		for left := true; left; {
			left = false
			for _, i := range rnd.Perm(len(way)) {
				n := rnd.IntN(4)
				if seed == 0 {
					n = len(way[i]) // one after the other
				}
				for ; n > 0 && at[i] < len(way[i]); n-- {
					lines = append(lines, way[i][at[i]])
					at[i]++
				}
				left = left || at[i] < len(way[i])
			}
		}
		var h, r []string
		uids := map[string]string{}
		for _, rec := range enrich(t, lines, seen, plain) {
			if rec.Is("message") {
				uids[rec.Attr["smtp.message.uid"]] = rec.Attr["smtp.dialect"]
			}
			if rec.Is("hop") {
				h = append(h, rec.said())
			} else {
				r = append(r, rec.said())
			}
		}
		assert.Len(t, uids, 4)
		assert.Len(t, h, 3, "seed %d", seed)
		if hops == nil {
			hops, rest = h, r
			t.Log(h)
		}
		assert.ElementsMatch(t, hops, h, "seed %d", seed)
		assert.ElementsMatch(t, rest, r, "seed %d", seed)
	}
}
