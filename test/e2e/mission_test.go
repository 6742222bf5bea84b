//go:build e2e

package e2e

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// The mission's conversations through the built collector: five sessions, and what became of each.
func TestMissionsConversationsInTheCollector(t *testing.T) {
	for _, name := range []string{"mission/conversations.log", "mission/conversations-flattened.log"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			col := newCollector(t, "maillog")
			lines := corpus(t, name)
			col.write(lines)
			col.start()
			col.waitForSome()
			col.waitForRecords(27)
			col.stop()
			sessions, outcomes := map[string]bool{}, map[string]int{}
			for _, r := range col.records() {
				if id := r.Attr["smtp.session.id"]; id != "" {
					sessions[id] = true
				}
				if status := r.Attr["smtp.delivery.status"]; status != "" {
					outcomes[status+" "+r.Attr["smtp.reply.code"]+" "+r.Attr["smtp.reply.enhanced_code"]]++
				}
				if r.Attr["smtp.reply.code"] == "421" && r.Attr["smtp.reply.enhanced_code"] == "4.4.2" {
					assert.Equal(t, "75", r.Attr["smtp.latency"])
					assert.Equal(t, "timeout", r.Attr["smtp.session.end"])
				}
			}
			assert.Len(t, sessions, 5)
			assert.Equal(t, map[string]int{"bounced 550 5.1.1": 2, "delivered 250 2.0.0": 1, "deferred 421 4.7.1": 1}, outcomes)
		})
	}
}
