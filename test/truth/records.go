package truth

import (
	"encoding/json"
	"maps"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"
)

// Record is one enriched record, as text: attribute name to value.
type Record struct {
	Body string
	Time time.Time
	Attr map[string]string

	Resource map[string]string // and of the scope
}

// Is says whether the record is of an event.
func (r *Record) Is(event string) bool { return r.Attr["smtp.event"] == event }

// Records flattens batches.
func Records(batches ...plog.Logs) (list []Record) {
	for _, ld := range batches {
		for _, rl := range ld.ResourceLogs().All() {
			resource := map[string]string{}
			for k, v := range rl.Resource().Attributes().All() {
				resource[k] = v.AsString()
			}
			for _, sl := range rl.ScopeLogs().All() {
				for k, v := range sl.Scope().Attributes().All() {
					resource[k] = v.AsString()
				}
				for _, rec := range sl.LogRecords().All() {
					r := Record{Body: rec.Body().AsString(), Time: rec.Timestamp().AsTime(), Attr: map[string]string{}, Resource: resource}
					for k, v := range rec.Attributes().All() {
						r.Attr[k] = v.AsString()
					}
					list = append(list, r)
				}
			}
		}
	}
	return list
}

// End is how one recipient of one message ended, by the records.
type End struct {
	Status, Code, Enhanced string
	Lines                  []string
	Attempts               int // verdicts of hosts that were asked
	Replies                int // answers of hosts before the verdict

	queue string // of a log without Message-IDs
	mixed bool   // more than one message has this sender and recipient
}

// MessageOf names the message that a record is about: by Message-ID, or by queue id where the log has none.
func MessageOf(r *Record) string {
	if mid := r.Attr["email.message_id"]; mid != "" || r.Attr["smtp.queue_id"] == "" {
		return mid
	}
	return "queue " + r.Attr["smtp.queue_id"]
}

// Ends works out the end of every recipient from the records: by message and address before expansion; of logs without Message-IDs also
// by sender and address.
func Ends(records []Record) map[string]map[string]*End {
	ends := map[string]map[string]*End{}
	get := func(mid, to string) *End {
		to = strings.ToLower(to)
		if ends[mid] == nil {
			ends[mid] = map[string]*End{}
		}
		if ends[mid][to] == nil {
			ends[mid][to] = &End{}
		}
		return ends[mid][to]
	}
	for _, r := range eachRecipient(records) {
		mid := MessageOf(r)
		to := r.Attr["smtp.orig_rcpt_to"]
		if to == "" {
			to = r.Attr["smtp.rcpt_to"]
		}
		switch {
		case r.Attr["smtp.delivery.status"] != "" && to != "" && r.Attr["smtp.duplicate"] == "":
			get(mid, to).take(r)
			if queue, ok := strings.CutPrefix(mid, "queue "); ok {
				e := get("from "+strings.ToLower(r.Attr["smtp.mail_from"]), to)
				e.mixed = e.mixed || e.queue != "" && e.queue != queue
				e.queue = queue
				e.take(r)
			}
		case r.Is("reject") && to != "":
			e := get("reject "+strings.ToLower(r.Attr["smtp.mail_from"])+" "+r.Attr["smtp.reply.code"]+" "+r.Attr["smtp.reply.enhanced_code"], to)
			e.Status = "rejected"
			get("reject", to).Status = "rejected"
			e.Lines = append(e.Lines, r.Body)
		}
	}
	return ends
}

// take adds a verdict.
func (e *End) take(r *Record) {
	e.Lines = append(e.Lines, r.Body)
	if r.Attr["smtp.delivery.tried"] == "true" && r.Attr["smtp.synthetic"] == "" && !passes(r) {
		e.Attempts++
	}
	if e.Status != "" && e.final() {
		return
	}
	if r.Attr["smtp.delivery.final"] == "true" || !passes(r) {
		e.Status, e.Code, e.Enhanced = r.Attr["smtp.delivery.status"], r.Attr["smtp.reply.code"], r.Attr["smtp.reply.enhanced_code"]
	}
}

// eachRecipient takes records that name several recipients apart.
func eachRecipient(records []Record) (list []*Record) {
	for i := range records {
		r := &records[i]
		var rcpts []string
		if json.Unmarshal([]byte(r.Attr["smtp.rcpt_to_list"]), &rcpts) != nil {
			list = append(list, r)
			continue
		}
		for _, to := range rcpts {
			one := *r
			one.Attr = maps.Clone(r.Attr)
			one.Attr["smtp.rcpt_to"] = to
			list = append(list, &one)
		}
	}
	return list
}

func (e *End) final() bool {
	return e.Status == "delivered" || e.Status == "bounced" || e.Status == "expired"
}

// passes is a hop that ends nothing.
func passes(r *Record) bool {
	route := r.Attr["smtp.delivery.route"]
	return r.Attr["smtp.delivery.status"] == "delivered" && (route == "filter" || route == "forward")
}
