package reply

import "testing"

func TestFateOf(t *testing.T) {
	for text, want := range map[string]Fate{
		"Ok, discarded, id=09360-02 - SPAM":                                  FateDiscarded,
		"Ok, discarded, id=07554-01 - INFECTED: Eicar-Test-Signature":        FateDiscarded,
		"Ok, discarded, UBE, id=09360-02":                                    FateDiscarded,
		"BLOCKED (20A9560092030F3374)":                                       FateDiscarded,
		"Ok, id=03164-18, DISCARD(bounce.suppressed)":                        FateDiscarded,
		"Ok, id=31859-01, BOUNCE":                                            FateBounced,
		"Ok: queued as 4AB12C":                                               FateOpen,
		"OK (20A9560092030F3374)":                                            FateOpen,
		"BLOCKED (by our policy) but accepted":                               FateOpen,
		"your mail is not Ok, discarded, id=1":                               FateOpen,
		"from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 75FFB20E": FateOpen,
		"": FateOpen,
	} {
		if got := FateOf(text); got != want {
			t.Errorf("%q: %d", text, got)
		}
	}
}

func TestBehindFilter(t *testing.T) {
	for text, want := range map[string]struct {
		words     string
		local, ok bool
		id        string
	}{
		"from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 75FFB20E":                 {"Ok: queued as 75FFB20E", true, true, "75FFB20E"},
		"from MTA([127.0.0.1]:10025): 250 2.0.0 Ok: queued as 75FFB20E":                      {"Ok: queued as 75FFB20E", true, true, "75FFB20E"},
		"Ok, id=12345-01, from MTA([127.0.0.1]:10025): 250 2.0.0 Ok: queued as 75FFB20E":     {"Ok: queued as 75FFB20E", true, true, "75FFB20E"},
		"from MTA(smtp:[192.0.2.9]:10025): 250 OK id=1tivSh-000ALP-Wt":                       {"OK id=1tivSh-000ALP-Wt", false, true, "1tivSh-000ALP-Wt"},
		"from MTA(smtp:[::1]:10025): 250 2.0.0 u67Alp74018025 Message accepted for delivery": {"u67Alp74018025 Message accepted for delivery", true, true, "u67Alp74018025"},
		"from MTA(a b): 250 2.0.0 Ok: queued as 75FFB20E":                                    {"", false, false, "75FFB20E"},
		"said from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 75FFB20E":            {"", false, false, "75FFB20E"},
		"OK (20A9560092030F3374)": {"", false, false, "20A9560092030F3374"},
		"OK (it is)":              {"", false, false, ""},
	} {
		words, local, ok := BehindFilter(text)
		if ok != want.ok || ok && (words != want.words || local != want.local) {
			t.Errorf("%q: %q, %v, %v", text, words, local, ok)
		}
		if id := QueueID(text); id != want.id {
			t.Errorf("%q: id %q", text, id)
		}
	}
}
