package main

import (
	"fmt"

	"github.com/otelcol-smtp/otelcol-smtp/bench/internal/observed"
	"github.com/otelcol-smtp/otelcol-smtp/test/generate"
)

// check compares what was counted with what happened.
func check(way, path string, want *generate.Totals) error {
	counted, err := observed.Counted(path)
	if err != nil {
		return err
	}
	expect := map[string]int64{}
	switch way {
	case "ours":
		for _, e := range want.Ends {
			expect["smtp.delivery.recipients "+e.Status]++
		}
		for status, n := range want.Attempts {
			expect["smtp.delivery.attempts "+status] = int64(n)
		}
		expect["smtp.message.count "] = int64(want.Messages)
	case "stock":
		for word, status := range map[string]string{"sent": "delivered", "deferred": "deferred", "bounced": "bounced"} {
			expect["postfix.deliveries "+word] = int64(want.Attempts[status])
		}
	}
	for key, n := range expect {
		if counted[key] != n {
			return fmt.Errorf("%s: %d, happened %d", key, counted[key], n)
		}
	}
	return nil
}
