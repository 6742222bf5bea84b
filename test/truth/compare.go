package truth

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// status is the records' word for a truth's.
var status = map[string]string{
	"delivered": "delivered", "bounced": "bounced", "expired": "expired", "deferred": "deferred", "rejected": "rejected",
	"dropped": "discarded", "held": "held", "deleted": "deleted", "aborted": "",
}

// Compare lists every difference between the records and the truth, but for what the log does not say.
func Compare(run *Run, records []Record, unlogged Unlogged) (differences []string) {
	compare := func(what Unlogged, list func(*Run, []Record) []string) {
		if unlogged&what == 0 {
			differences = append(differences, list(run, records)...)
		}
	}
	ends := Ends(records)
	for i := range run.Messages {
		differences = append(differences, compareMessage(&run.Messages[i], ends, unlogged)...)
	}
	compare(UnloggedSessions, compareSessions)
	if unlogged&UnloggedRejectCodes == 0 {
		compare(UnloggedRejects, compareRejects)
	}
	compare(UnloggedTLS, compareTLS)
	compare(UnloggedUsers, compareUsers)
	compare(UnloggedNotices, compareNotices)
	compare(UnloggedDirections, compareDirections)
	return differences
}

func compareMessage(m *Message, ends map[string]map[string]*End, unlogged Unlogged) (list []string) {
	for _, r := range m.Recipients {
		differ := func(format string, args ...any) {
			list = append(list, fmt.Sprintf("%s %s to %s (%s, %s): ",
				m.ID, m.Submitted.QueueID, r.Address, m.Scenario, r.Scenario)+fmt.Sprintf(format, args...))
		}
		to := strings.ToLower(r.Address)
		e := m.end(ends, to)
		if e == nil && unlogged&UnloggedExpansions != 0 {
			e = expanded(&r, ends[strings.Trim(m.MessageID, "<>")])
		}
		if r.Final == "rejected" {
			if unlogged&UnloggedRejects == 0 {
				compareRejected(m, &r, ends, unlogged, differ)
			}
			continue
		}
		want := status[r.Final]
		got := ""
		if e != nil {
			got = e.Status
		}
		if got == "" && r.unanswered() || r.Final == "dropped" && got == "delivered" && unlogged&UnloggedDiscards != 0 || r.givenUp(got) ||
			want == "delivered" && (got == "expired" || got == "deferred") && r.unheard() {
			continue
		}
		if got != want {
			var about []string
			if e != nil {
				about = e.Lines
			}
			differ("is %q, want %q; %s", got, want, strings.Join(about, "\n\t"))
			continue
		}
		if e != nil {
			compareReply(&r, e, unlogged, differ)
			compareAttempts(&r, e, differ)
		}
	}
	return list
}

// unanswered is a recipient that was still in the queue and that no host had said a word about: there is no verdict to log.
func (r *Recipient) unanswered() bool {
	for _, a := range r.Attempts {
		if a.Code != 0 {
			return false
		}
	}
	return r.Final == "deferred"
}

// givenUp says whether the log's end of a recipient that got nothing is as good as the truth's, which was seen from outside. A
// message that is gone from the queue may have been returned at once or at its age; and what a refused connection or HELO is to the
// server (RFC 5321 section
// 3.1, 4.2.1), a refusal of the message or of the try, is its own affair: it may go on trying.
func (r *Recipient) givenUp(got string) bool {
	if r.Final != "bounced" && r.Final != "expired" {
		return false
	}
	tries := len(r.Attempts)
	early := tries > 0 && (r.Attempts[tries-1].Stage == "connect" || r.Attempts[tries-1].Stage == "ehlo")
	return (got == "bounced" || got == "expired") && (r.Evidence == "queue_gone" || early) || got == "deferred" && early
}

// ids are the names that the message has in logs: by Message-ID, and by the queue id in the answer to its data or in the topmost Received
// header at the next host.
func (m *Message) ids() []string {
	ids := []string{strings.Trim(m.MessageID, "<>")}
	if m.Submitted.QueueID != "" {
		ids = append(ids, "queue "+m.Submitted.QueueID)
	}
	for _, r := range m.Recipients {
		for _, a := range r.Attempts {
			if a.ReceivedID != "" {
				ids = append(ids, "queue "+a.ReceivedID)
			}
		}
	}
	return ids
}

// end finds how a recipient ended by the records. Without a Message-ID in the log, of a message that was given in by a program and never
// came to another host, sender and recipient tell, where they are no other message's.
func (m *Message) end(ends map[string]map[string]*End, to string) *End {
	ids := m.ids()
	for _, id := range ids {
		if e := ends[id][to]; e != nil {
			return e
		}
	}
	if e := ends["from "+strings.ToLower(cmp.Or(m.From, "<>"))][to]; len(ids) == 1 && e != nil && !e.mixed {
		return e
	}
	return nil
}

// unheard says whether the receiving side accepted the same mail again and again: the sender hung up before it heard so.
func (r *Recipient) unheard() bool { return r.accepted() > 1 }

// accepted counts the tries that the receiving side accepted.
func (r *Recipient) accepted() (n int) {
	for _, a := range r.Attempts {
		if a.Outcome == "delivered" {
			n++
		}
	}
	return n
}

// compareReply wants the code of the deciding answer where there was one.
func compareReply(r *Recipient, e *End, unlogged Unlogged, differ func(string, ...any)) {
	code, enhanced := r.Detail.Code, r.Detail.Enhanced
	if code == 0 && len(r.Attempts) > 0 && r.Final == "delivered" {
		last := r.Attempts[len(r.Attempts)-1]
		for _, a := range r.Attempts {
			if a.Outcome == "delivered" {
				last = a
			}
		}
		code, enhanced = last.Code, last.Enhanced
	}
	if code == 0 || unlogged&UnloggedReplies != 0 || code < 300 && unlogged&UnloggedAcceptances != 0 {
		return
	}
	if unlogged&UnloggedEnhancedCodes != 0 {
		enhanced = e.Enhanced
	}
	if e.Code != strconv.Itoa(code) || e.Enhanced != enhanced {
		differ("answer %s %s, want %d %s; %s", e.Code, e.Enhanced, code, enhanced, strings.Join(e.Lines, "\n\t"))
	}
}

// expanded finds what an alias's recipient became: it ended in boxes or at other addresses, all of them in the same way.
func expanded(r *Recipient, ends map[string]*End) (found *End) {
	for _, to := range r.DeliveredTo {
		e := ends[strings.ToLower(strings.TrimPrefix(to, "mbox:"))]
		if e == nil || found != nil && e.Status != found.Status {
			return nil
		}
		found = e
	}
	return found
}

// compareAttempts: what the receiving side saw are tries of single hosts, a line is one verdict over all hosts of a try. So there are
// never more verdicts than tries that were seen, plus those that reached nobody; and a delivery that was tried once has one.
func compareAttempts(r *Recipient, e *End, differ func(string, ...any)) {
	if len(r.Attempts) == 1 && r.Final == "delivered" && e.Attempts != 1 {
		differ("%d attempts, want 1; %s", e.Attempts, strings.Join(e.Lines, "\n\t"))
	}
	if r.Final == "delivered" && len(r.Attempts) > 0 && (e.Attempts > len(r.Attempts) || e.Attempts == 0) {
		differ("%d attempts, %d were seen; %s", e.Attempts, len(r.Attempts), strings.Join(e.Lines, "\n\t"))
	}
}

// compareRejected wants a reject record with the answer.
func compareRejected(m *Message, r *Recipient, ends map[string]map[string]*End, unlogged Unlogged, differ func(string, ...any)) {
	from := m.From
	if from == "" {
		from = "<>"
	}
	if r.Detail.Stage != "rcpt" {
		return // MAIL, DATA and later refusals are compared by their number
	}
	if unlogged&UnloggedRejectCodes != 0 {
		if ends["reject"][strings.ToLower(r.Address)] == nil {
			differ("no reject record")
		}
		return
	}
	for _, from := range []string{strings.ToLower(from), ""} { // where the line names the sender, it is the one
		key := fmt.Sprintf("reject %s %d %s", from, r.Detail.Code, r.Detail.Enhanced)
		if ends[key][strings.ToLower(r.Address)] != nil {
			return
		}
	}
	differ("no reject record with %d %s", r.Detail.Code, r.Detail.Enhanced)
}

// Only clients of the truth count: a server may call itself, to hand mail over.
func compareCount(what string, want int, run *Run, records []Record, is func(*Record) bool) []string {
	known := map[string]bool{}
	for i := range run.Inbound {
		known[run.Inbound[i].ClientIP] = true
	}
	n := 0
	for i := range records {
		if r := &records[i]; r.Is("session") && r.Attr["smtp.session.role"] == "server" && known[r.Attr["network.peer.address"]] && is(r) {
			n++
		}
	}
	if n != want {
		return []string{fmt.Sprintf("%d %s, want %d", n, what, want)}
	}
	return nil
}

// compareRejects compares the number of refusals at RCPT by code.
func compareRejects(run *Run, records []Record) (list []string) {
	got := map[string]int{}
	for i := range records {
		if r := &records[i]; r.Is("reject") && r.Attr["smtp.command"] == "RCPT" {
			got[r.Attr["smtp.reply.code"]]++
		}
	}
	want := map[string]int{}
	for i := range run.Messages {
		for _, r := range run.Messages[i].Recipients {
			if r.Final == "rejected" && r.Detail.Stage == "rcpt" {
				want[strconv.Itoa(r.Detail.Code)]++
			}
		}
	}
	for code, n := range want {
		if got[code] < n {
			list = append(list, fmt.Sprintf("%d rejects with %s at RCPT, want at least %d", got[code], code, n))
		}
	}
	return list
}
