// Package conversation follows one SMTP dialogue through the lines of a log: which command a reply answers, where message data and
// AUTH exchanges stand, where transactions begin and how it all ends. It knows no host, no session and no clock.
//
//	processor
//	tracker        all hosts
//	mail host      sessions and messages of one host
//	conversation   <- here: one dialogue
//	event          what one line says
//
//	conversation.go   the type, and what others ask it
//	step.go           one Step for a line
//	begin.go          where a dialogue begins, and another one in its place
//	command.go        what the client says
//	reply.go          what the server answers, and to what
//	partial.go        replies of several lines
//	data.go           message data, and what takes its words out of the record
//	proof.go          what proves that a line without a mark is the dialogue's
//	marks.go          who speaks, by the marks of the log
//	verdict.go        which replies decide over recipients
//	plain.go          how it is saved
//
// A lower floor never calls a higher one: what a line brought about is in the Outcome that Step gives back.
package conversation
