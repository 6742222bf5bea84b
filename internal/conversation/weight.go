package conversation

import (
	"slices"
	"unsafe"

	"github.com/otelcol-smtp/otelcol-smtp/internal/weight"
)

// Weight is what the conversation takes in memory, in bytes.
func (c *Conversation) Weight() int {
	bytes := int(unsafe.Sizeof(*c)) + weight.Of(c.peer, c.sender, c.from, c.partial.words, c.partial.queued)
	bytes += cap(c.pending)*int(unsafe.Sizeof(pendingCommand{})) + (cap(c.answered)+cap(c.left))*int(unsafe.Sizeof(CommandRecord{}))
	for i := range c.pending {
		bytes += weight.Of(c.pending[i].argument, c.pending[i].path)
	}
	return bytes + 16*cap(c.rcpts) + c.weighed.Of(len(c.rcpts), func(i int) int { return weight.Of(c.rcpts[i]) })
}

// Slim leaves of a conversation that is over what its late lines need.
func (c *Conversation) Slim() {
	c.pending, c.rcpts, c.answered, c.left = slices.Clip(c.pending), nil, nil, nil
	c.rcptsMore, c.told = 0, 0
}
