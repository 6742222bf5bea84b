package field

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// said are the attributes that tell what a line says and who wrote it; its time is the carrier's where that has a fuller one.
var said = []string{
	"smtp.event", "smtp.dialect", "smtp.queue_id", "smtp.rcpt_to", "smtp.mail_from", "smtp.reply.code", "smtp.failure.reason",
	"smtp.delivery.status", "network.peer.address", "smtp.helo", "process.pid", "smtp.filter.verdict",
}

// TestCasesWhoeverCarriesThem reads the lines of every case as a container's log has them, cut into pieces and in Docker's JSON: each must say what it says alone.
func TestCasesWhoeverCarriesThem(t *testing.T) {
	cases, err := Load("../../testdata/field")
	require.NoError(t, err)
	stamp := func(i int) string {
		return seen.Add(time.Duration(i-1000) * time.Second).Format("2006-01-02T15:04:05.000000000Z07:00")
	}
	carriers := map[string]func(i int, line string) string{
		"CRI, in pieces": func(i int, line string) string {
			half := len(line) / 2
			return stamp(i) + " stdout P " + line[:half] + "\n" + stamp(i) + " stdout F " + line[half:]
		},
		"Docker": func(i int, line string) string {
			entry, err := json.Marshal(map[string]string{"log": line + "\n", "stream": "stdout", "time": stamp(i)})
			require.NoError(t, err)
			return string(entry)
		},
	}
	for i := range cases {
		c := cases[i]
		if c.Carrier == "maillog" || strings.Contains(strings.Join(c.Lines, ""), "\n") || c.Kind == "clock-and-order" {
			continue
		}
		alone := says(t, &c)
		for name, carry := range carriers {
			carried := c
			carried.Lines = nil
			for k, line := range c.Lines {
				carried.Lines = append(carried.Lines, carry(k, strings.TrimSpace(line)))
			}
			require.Equal(t, alone, says(t, &carried), "%s, %s:\n%s", c.ID, name, strings.Join(c.Lines, "\n"))
		}
	}
}

// says is what the records of a case's lines say.
func says(t *testing.T, c *Case) (list []string) {
	t.Helper()
	recs, err := records(t.Context(), c)
	require.NoError(t, err)
	for _, rec := range recs {
		attrs := rec.Attributes().AsRaw()
		if attrs[mark] == nil {
			continue
		}
		line := fmt.Sprint(attrs[mark])
		for _, name := range said {
			if v := attrs[name]; v != nil {
				line += fmt.Sprintf(" %s=%v", name, v)
			}
		}
		list = append(list, line)
	}
	return list
}
