package truth

import (
	"os"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// samples reads the log lines of a dialect's case file, without what stands between them.
func samples(t *testing.T, path string) (list []string) {
	t.Helper()
	data, err := os.ReadFile("../../internal/dialect/" + path)
	require.NoError(t, err)
	for _, l := range strings.Split(string(data), "\n") {
		if l != "" && !strings.HasPrefix(l, "# ") && !strings.HasPrefix(l, "    ") {
			list = append(list, l)
		}
	}
	return list
}

// What became of each recipient in the runs of small servers, as the script that drove them wanted it: sender, recipient, route, status, attempts,
// code, enhanced code. Several messages to one recipient are told apart by their sender only, where nothing else does.
var relays = []struct {
	name, path string
	want       []string
}{
	{"courier", "courier/testdata/run.txt", []string{
		"<> ann@domain.example  deferred 1 450",
		"ann@domain.example ok@remote.example mx delivered 1 250 2.0.0",
		"ann@domain.example unknown@remote.example mx bounced 1 550 5.1.1",
	}},
	{"dma", "dma/testdata/run.txt", []string{
		"<> ann@domain.example relayhost delivered 1",
		"<> badsender@domain.example relayhost delivered 1",
		"ann@domain.example busy@remote.example relayhost deferred 1 421 4.3.2",
		"ann@domain.example grey@remote.example relayhost deferred 1 450 4.2.0",
		"ann@domain.example later@remote.example relayhost deferred 1 451 4.3.0",
		"ann@domain.example multi@remote.example relayhost bounced 1 550 5.1.1",
		"ann@domain.example ok1@remote.example relayhost delivered 1",
		"ann@domain.example ok2@remote.example relayhost delivered 1",
		"ann@domain.example root local delivered 1",
		"ann@domain.example spam@remote.example relayhost bounced 1 554 5.7.1",
		"ann@domain.example tls@remote.example relayhost deferred 1 502 5.5.2",
		"ann@domain.example unknown2@remote.example relayhost bounced 1 550 5.1.1",
		"ann@domain.example unknown@remote.example relayhost bounced 1 550 5.1.1",
		"ann@domain.example x@nosuch.invalid mx deferred 0",
		"badsender@domain.example ok@remote.example relayhost bounced 1 550 5.1.8",
	}},
	{"nullmailer", "nullmailer/testdata/run.txt", []string{
		"<> ann@domain.example relayhost delivered 1 250 2.0.0",
		"<> badsender@domain.example relayhost delivered 1 250 2.0.0",
		"ann@domain.example drop@remote.example relayhost deferred 5",
		"ann@domain.example grey@remote.example relayhost deferred 7",
		"ann@domain.example multi@remote.example relayhost bounced 1 550 5.1.1",
		"ann@domain.example ok1@remote.example relayhost delivered 1 250 2.0.0",
		"ann@domain.example ok2@remote.example relayhost delivered 1 250 2.0.0",
		"ann@domain.example ok@remote.example relayhost delivered 1 250 2.0.0",
		"ann@domain.example refused@remote.example relayhost deferred 3",
		"ann@domain.example spam@remote.example relayhost bounced 1 554 5.7.1",
		"ann@domain.example unknown@remote.example relayhost bounced 1 550 5.1.1",
		"badsender@domain.example ok@remote.example relayhost bounced 1 550 5.1.8",
	}},
	{"chasquid", "chasquid/testdata/run.txt", []string{
		"<> b@sender.example  delivered 1",
		"<> c@remote.example  bounced 2 550 5.1.1",
		"a@sender.example me@domain.example  delivered 1",
		"ann@domain.example me@domain.example  delivered 1",
		"ann@domain.example x@nosuch.invalid  deferred 0",
		"other@domain.example me@domain.example  delivered 1",
	}},
}

func TestRelays(t *testing.T) {
	for _, c := range relays {
		t.Run(c.name, func(t *testing.T) {
			records := enrich(t, samples(t, c.path), time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC), plain)
			last := map[string]string{}
			all, known := 0, 0
			for _, r := range eachRecipient(records) {
				a := r.Attr
				if a["smtp.synthetic"] == "" {
					all++
					if a["smtp.event"] != "" {
						known++
					}
				}
				if !r.Is("delivery") || a["smtp.delivery.status"] == "" || a["smtp.duplicate"] != "" {
					continue
				}
				key := a["smtp.mail_from"] + " " + a["smtp.rcpt_to"] + " "
				if a["smtp.delivery.final"] != "true" && strings.Contains(last[key], "delivered") {
					continue // told again
				}
				attempt := a["smtp.delivery.attempt"]
				if attempt == "" {
					attempt = "0"
				}
				last[key] = strings.TrimRight(strings.Join([]string{
					a["smtp.delivery.route"], a["smtp.delivery.status"], attempt, a["smtp.reply.code"], a["smtp.reply.enhanced_code"],
				}, " "), " ")
			}
			var got []string
			for key, end := range last {
				got = append(got, key+end)
			}
			sort.Strings(got)
			assert.Equal(t, c.want, got)
			t.Logf("%d of %d lines recognised", known, all)
			assert.GreaterOrEqual(t, float64(known), 0.99*float64(all-1))
		})
	}
}

// Messages that a small server is done with are over, each once.
func TestRelayMessagesEnd(t *testing.T) {
	for path, want := range map[string]int{"courier/testdata/run.txt": 3, "nullmailer/testdata/run.txt": 13, "chasquid/testdata/run.txt": 6} {
		records := enrich(t, samples(t, path), time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC), plain)
		ids := map[string]int{}
		for i := range records {
			if r := &records[i]; r.Is("message") {
				ids[r.Attr["smtp.queue_id"]]++
			}
		}
		for id, n := range ids {
			assert.Equal(t, 1, n, "%s %s", path, id)
		}
		assert.Len(t, ids, want, path)
	}
}
