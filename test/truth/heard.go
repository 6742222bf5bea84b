package truth

import (
	"encoding/json"
	"fmt"
	"strings"
)

// heard is what the records say of one conversation.
type heard struct {
	Talk
	sessions []*Record // its summaries
	secured  bool
	user     bool   // somebody logged in
	first    string // the first line
}

// hear collects the records by conversation, in the order of their first ones.
func hear(records []Record) (list []*heard) {
	byID := map[string]*heard{}
	for i := range records {
		r := &records[i]
		id := r.Attr["smtp.session.id"]
		if id == "" {
			continue
		}
		h := byID[id]
		if h == nil {
			h = &heard{Talk: Talk{ID: id}, first: r.Body}
			byID[id] = h
			list = append(list, h)
		}
		h.take(r)
	}
	return list
}

func (h *heard) take(r *Record) {
	if r.Is("session") {
		h.sessions = append(h.sessions, r)
		h.Ended, h.Version, h.Cipher = r.Attr["smtp.session.end"], r.Attr["tls.protocol.version"], r.Attr["tls.cipher"]
		h.Peer, h.Port = r.Attr["network.peer.address"], number(r.Attr["network.peer.port"])
		h.Messages, h.Bytes = number(r.Attr["smtp.session.messages"]), int64(number(r.Attr["smtp.session.bytes"]))
		h.Said, h.secured = commands(r), r.Attr["tls.established"] == "true"
		return
	}
	h.user = h.user || r.Attr["smtp.auth.result"] == "success"
	status := r.Attr["smtp.delivery.status"]
	accepts := r.Attr["smtp.command"] == "EOM" && r.Is("reply") && r.Attr["smtp.reply.class"] == "2xx"
	switch {
	case status == "" && accepts && r.Attr["smtp.session.role"] == "server":
		status = "delivered"
	case r.Is("reject") && r.Attr["smtp.reject.permanent"] == "true":
		status = "bounced"
	case r.Is("reject"):
		status = "deferred"
	}
	if status != "" {
		for _, one := range eachRecipient([]Record{*r}) {
			if to := one.Attr["smtp.rcpt_to"]; to != "" {
				h.Verdicts = append(h.Verdicts, to+" "+status+" "+r.Attr["smtp.reply.code"])
			}
		}
	}
	if id := r.Attr["smtp.remote_queue_id"]; accepts && id != "" {
		h.Queued = append(h.Queued, id)
	}
}

// commands are the commands of a session's summary.
func commands(r *Record) (list []string) {
	var items []struct {
		Command, Argument string
		Code              int    `json:"reply_code"`
		Enhanced          string `json:"enhanced_code"`
	}
	_ = json.Unmarshal([]byte(r.Attr["smtp.commands"]), &items)
	for _, c := range items {
		list = append(list, strings.Join(strings.Fields(fmt.Sprint(c.Code, " ", c.Enhanced, " ", c.Command, " ", c.Argument)), " "))
	}
	return list
}

func number(s string) (n int) {
	_, _ = fmt.Sscan(s, &n)
	return n
}
