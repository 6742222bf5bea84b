package diagnose

import "github.com/otelcol-smtp/otelcol-smtp/internal/event"

// stage is how far a conversation had come when something was refused.
type stage uint8

const (
	atGreeting  stage = iota // nobody has said anything yet, whatever the code says of commands
	atClient                 // the client was heard, and perhaps the sender
	atRecipient              // a recipient, too
	atMessage                // the message, or nobody knows what was answered
)

// stageOf is the stage that an answer to a command belongs to. A greeting with a code that is about commands (RFC 5321, 4.2.3) is about none.
func stageOf(command string, code int) stage {
	switch {
	case command == event.CommandConnect && code >= 500 && code <= 504:
		return atGreeting
	case early(command):
		return atClient
	case command == "RCPT":
		return atRecipient
	}
	return atMessage
}

// speaksOf says what must be there for a rule of ours that asks for words alone. "Malformed" or "infected" is about the message only
// once that was sent; in front of it the same words are about the name, the address or the command that was answered. Likewise nobody is
// denied a relay who has not named a recipient, and no command was wrong where none was sent. A rule that asks for a command, a provider or an enhanced code knows better, and so does
// a sentence ("the header is malformed").
func (c *rule) speaksOf() stage {
	if c.parts == nil || len(c.parts) > 2 || c.commands != nil || c.provider != nil || c.enhanced != nil || c.verdicts != nil {
		return atGreeting
	}
	switch c.why.Name {
	case "content_rejected", "virus":
		return atMessage
	case "relay_denied":
		return atRecipient
	case "protocol_error":
		return atClient
	}
	return atGreeting
}
