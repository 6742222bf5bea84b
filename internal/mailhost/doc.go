// Package mailhost keeps the sessions and messages of ONE mail host, and puts the lines of its logs together: sessions by connection,
// messages by queue id, tries by recipient. It knows no mail server, no other host and no clock: what a line means stands in its event,
// and time is the log's own.
//
//	processor
//	tracker        all hosts: limits over them, what they hand over to one another, save and restore
//	mail host      <- here: sessions and messages of one host
//	conversation   one dialogue
//	event          what one line says
//
// A line's story is Host.Observe. What the names mean, and where each has its type and its rules:
//
//	host.go         the host: the story of a line, its ticks and its end
//	stream.go       one file or connection of the host: how far its lines have come (clock.go), what is silent by them (expiry.go)
//	session.go      a session; connection.go finds the one of a line, calls.go and talk.go do so for two kinds of logs, ends.go ends it
//	message.go      a message; take.go keeps what a line says of it; queue.go finds the one of a line by its queue id, reception.go,
//	                kinship.go and beside.go tell where it came from, finish.go ends it, filters.go sees it leave and come back, findings.go says why
//	                one refused it
//	announced.go    a filter's refusal of the client, which the commands behind it are answered with
//	recipient.go    a recipient; parts.go and named.go find those that a verdict does not name
//	verdict.go      what a delivery line comes to; settle.go what every line does to the recipients of its message
//	try.go          a try that has begun: what was said during it stands in lines of their own
//	peer.go         an inferred conversation, where only results are logged
//	trace.go        the ids of traces and spans on a message's records
//	receipt.go      what is known of a message under the id that it was taken under
//	promise.go      a queue id that was named before it had a line
//	arrival.go      a message that another host may have handed over; past.go what is kept of it when it is forgotten
//	answers.go      an answer that stands on several records is counted once; copies.go and twins.go: so is a line
//	waiting.go      the queues by the log: which messages stand in them; lot.go: those that wait alike
//	summary.go      what a finished session or message comes to; sentence.go says it in a line
//	site.go         what all hosts are told; direction.go applies it
//	share.go        the host's part of what all may keep; recents.go: what comes and goes in its order; totals.go, weight.go, shorten.go
//	state.go        how the host is saved, state_message.go its messages; restore.go: and read again; unsaved.go, ledger.go: what has
//	                changed since; entries.go: what that comes to
//
// A lower floor never calls a higher one: what a line brought about stands in the Output.
package mailhost
