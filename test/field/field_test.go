package field

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// openCases names the cases that are known to be read wrongly still. A case that is right must not stand there, so the list only gets
// shorter; UPDATE_GOLDEN=1 takes out what is right.
const openCases = "../../testdata/field/open.txt"

func TestCasesOfTheField(t *testing.T) {
	cases, err := Load("../../testdata/field")
	require.NoError(t, err)
	require.NotEmpty(t, cases)
	data, err := os.ReadFile(openCases)
	if !os.IsNotExist(err) {
		require.NoError(t, err)
	}
	open := strings.Fields(string(data))
	var still []string
	for i := range cases {
		c := &cases[i]
		t.Run(c.ID, func(t *testing.T) {
			wrong := Check(t.Context(), c)
			known := slices.Contains(open, c.ID)
			switch {
			case len(wrong) > 0 && known:
				still = append(still, c.ID)
				t.Log("known to be wrong:\n\t" + strings.Join(wrong, "\n\t"))
			case len(wrong) > 0:
				t.Errorf("%s\n\t%s\n\tbecause %s", strings.Join(c.Lines, "\n"), strings.Join(wrong, "\n\t"), c.Why)
			case known && os.Getenv("UPDATE_GOLDEN") == "":
				t.Error("is right now: take it out of open.txt")
			}
		})
	}
	for _, id := range open {
		require.True(t, slices.ContainsFunc(cases, func(c Case) bool { return c.ID == id }), "open.txt names %q, which is no case", id)
	}
	if os.Getenv("UPDATE_GOLDEN") == "" {
		return
	}
	if err := os.Remove(openCases); !os.IsNotExist(err) {
		require.NoError(t, err)
	}
	if len(still) > 0 {
		require.NoError(t, os.WriteFile(openCases, []byte(strings.Join(still, "\n")+"\n"), 0o600))
	}
}

// TestCheckFindsWhatIsWrong holds the checker itself to its format.
func TestCheckFindsWhatIsWrong(t *testing.T) {
	line := "Nov 23 10:00:01 mx postfix/smtp[859]: 4AB12C: to=<a@example.net>, relay=mx.example.net[192.0.2.15]:25, delay=1, " +
		"delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx.example.net[192.0.2.15] said: 550 5.1.1 no such user (in reply to RCPT TO command))"
	body := "else"
	c := Case{ID: "x", Lines: []string{line}, Expect: Expectation{
		Records: []RecordWant{
			{Match: 0.0, Attrs: map[string]any{
				"smtp.reply.code": 551.0, "smtp.event": nil, "smtp.command": map[string]any{"not": "RCPT"},
				"smtp.rcpt_to": map[string]any{"any": []any{"b", nil}},
			}, Body: &body, Lacks: []string{"no such"}},
			{Match: 1.0},
		},
		Metrics: []MetricWant{{Name: "smtp.delivery.attempts", Where: map[string]any{"smtp.delivery.status": "bounced"}, Sum: 2}},
		Count:   map[string]int{"event=delivery": 2},
		Nowhere: []string{"a@example.net"},
	}}
	wrong := strings.Join(Check(t.Context(), &c), "\n")
	for _, want := range []string{
		"smtp.reply.code is 550, want 551", "smtp.event is", "smtp.command is", "smtp.rcpt_to is", "body is", `"no such" is in the body`,
		"no record 1", "smtp.delivery.attempts", "1 records with event=delivery, want 2", `"a@example.net" is in`,
	} {
		require.Contains(t, wrong, want)
	}
}
