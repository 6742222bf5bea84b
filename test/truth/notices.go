package truth

import (
	"cmp"
	"fmt"
	"strings"
)

// compareNotices: every notice that somebody got is a message of kind dsn that knows what it is about.
func compareNotices(run *Run, records []Record) (list []string) {
	parent, named := map[string]string{}, map[string]string{} // by Message-ID and queue id; by uid
	for i := range records {
		r := &records[i]
		if !r.Is("message") {
			continue
		}
		named[r.Attr["smtp.message.uid"]] = r.Attr["email.message_id"]
		if uid := r.Attr["smtp.parent.message.uid"]; r.Attr["smtp.message.kind"] == "dsn" && uid != "" {
			parent[r.Attr["email.message_id"]], parent[r.Attr["smtp.queue_id"]] = uid, uid
		}
	}
	for _, d := range run.DSNs {
		mid := strings.Trim(d.MessageID, "<>")
		left, _, _ := strings.Cut(mid, "@")
		// where the notice's Message-ID is not logged, its queue id is in it
		uid := cmp.Or(parent[mid], parent[left[strings.LastIndexByte(left, '.')+1:]], parent[strings.TrimPrefix(left, "E")])
		switch about := strings.Trim(d.About, "<>"); {
		case uid == "":
			list = append(list, fmt.Sprintf("notice %s is no message of kind dsn with a parent", d.MessageID))
		case about != "" && named[uid] != about:
			list = append(list, fmt.Sprintf("notice %s is about %q, want %q", d.MessageID, named[uid], about))
		}
	}
	return list
}

// compareDirections: what the lab sent out by MX is outbound, what came in for its own users inbound, or forwarded where it left again.
func compareDirections(run *Run, records []Record) (list []string) {
	way := map[string]string{}
	relayed := map[string]bool{} // the address was given so: not ours, so what leaves for it is no forwarded mail but relayed
	for i := range run.Messages {
		for _, id := range run.Messages[i].ids() {
			way[id] = run.Messages[i].Direction
			for _, r := range run.Messages[i].Recipients {
				relayed[id+" "+r.Address] = true
			}
		}
	}
	for i := range records {
		r := &records[i]
		if r.Attr["smtp.delivery.final"] != "true" || r.Attr["smtp.synthetic"] != "" || r.Attr["smtp.rcpt_to"]+r.Attr["smtp.rcpt_to_list"] == "" {
			continue
		}
		direction, route := r.Attr["email.direction"], r.Attr["smtp.delivery.route"]
		switch way[MessageOf(r)] {
		case "outbound":
			if route == "mx" && direction != "outbound" {
				list = append(list, fmt.Sprintf("direction %q, want outbound; %s", direction, r.Body))
			}
		case "inbound":
			if route == "mx" && direction == "outbound" && relayed[MessageOf(r)+" "+r.Attr["smtp.rcpt_to"]] {
				continue
			}
			if route == "mx" && direction != "forwarded" || route != "mx" && direction != "inbound" {
				list = append(list, fmt.Sprintf("direction %q by %s of inbound mail; %s", direction, route, r.Body))
			}
		}
	}
	return list
}
