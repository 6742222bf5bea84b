// Package session follows sessions and messages through the lines of the logs of all hosts. It knows no mail server and no clock:
// what a line means stands in its event, and time is the log's own.
//
//	processor
//	tracker        <- here: hosts, limits over all of them, what they hand over to one another, save and restore
//	mail host      sessions and messages of one host
//	conversation   one dialogue
//	event          what one line says
//
//	tracker.go    the hosts, and the way of a line to its own
//	hosts.go      the hosts by their names; ranks.go: in the order in which they were heard last
//	limits.go     what all hosts may keep together, and who gives way
//	handover.go   a message that one host delivers and another one receives
//	silence.go    what time ends: hosts that have gone silent, and the end of everything
//	source.go     what is remembered of a stream of lines; files.go how far each file was read
//	state.go      how all of it is saved; segments.go: in parts, each of what has changed; index.go names these
//	made.go       the names under which the records come that no line is behind
//
// A lower floor never calls a higher one: what a line brought about stands in the Output.
package session
