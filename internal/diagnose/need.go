package diagnose

// need is what rules ask for beside their words, as bits: a quick look says of most rules that they do not fit, and spares the memory that the slow
// one waits for. A failure has one bit of each group, and a rule those that it takes: all of a group that it does not ask for.
type need uint64

// The groups: provider and command by a hash, class, enhanced code by a hash.
const (
	providerBits, commandBits, classBits, enhancedBits = 32, 12, 4, 16

	anyProvider need = 1<<providerBits - 1
	anyCommand  need = (1<<commandBits - 1) << providerBits
	anyClass    need = (1<<classBits - 1) << (providerBits + commandBits)
	anyEnhanced need = (1<<enhancedBits - 1) << (providerBits + commandBits + classBits)
)

// nameBit is one of so many bits for a name.
func nameBit(name string, bits uint) need {
	if name == "" {
		return 1
	}
	n := uint(len(name))
	return 1 << ((uint(name[0])*7 + uint(name[n/2])*5 + uint(name[n-1])*3 + n) % bits)
}

func classBit(class byte) need { return 1 << (class % classBits) << (providerBits + commandBits) }

func enhancedBit(code string) need {
	bit := need(1)
	if len(code) >= len("x.7.1") {
		bit <<= enhancedKey(code[2:]) % enhancedBits
	}
	return bit << (providerBits + commandBits + classBits)
}

// has is what a failure has.
func (a *asked) has() need {
	return nameBit(a.provider, providerBits) | nameBit(a.command, commandBits)<<providerBits | classBit(a.class) | enhancedBit(a.enhanced)
}

// takes is what a rule takes.
func (c *rule) takes() need {
	provider, command, class, enhanced := anyProvider, anyCommand, anyClass, anyEnhanced
	if c.provider != nil {
		provider = 0
		for _, name := range c.provider {
			provider |= nameBit(name, providerBits)
		}
	}
	if c.commands != nil {
		command = 0
		for _, name := range c.commands {
			command |= nameBit(name, commandBits) << providerBits
		}
	}
	if c.class != 0 && c.codes == nil {
		class = classBit(c.class)
	}
	if c.enhanced != nil || c.verdicts != nil {
		enhanced = 0
		for _, code := range c.enhanced {
			enhanced |= enhancedBit("x." + code)
		}
		for _, code := range c.verdicts {
			enhanced |= enhancedBit(code)
		}
	}
	return provider | command | class | enhanced
}
