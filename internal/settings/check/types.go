package check

import (
	"fmt"
	"reflect"
)

// Types says what a section has that is not of the type its key takes. It is for a section that a decoder has refused: decoders take more than this does, a number
// in quotes or one text in place of a list.
func Types(section map[string]any, cfg any, own ...reflect.Type) error {
	c := newChecker(own)
	c.kind = c.checkKind
	c.check("", section, reflect.TypeOf(cfg))
	return c.err()
}

// checkKind compares what a value is with what a type takes. The words of a text are not shown where a text is asked for: they may be secret.
func (c *checker) checkKind(path string, value any, t reflect.Type) {
	if value == nil {
		return
	}
	is := what(value)
	switch t.Kind() {
	case reflect.Bool:
		c.unless(is == "true or false", "%s: %s, takes true or false", path, shown(value))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		c.unless(is == "a number", "%s: %s, takes a number without a unit such as 1000", path, shown(value))
	case reflect.Float32, reflect.Float64:
		c.unless(is == "a number", "%s: %s, takes a number without a unit such as 0.5", path, shown(value))
	case reflect.String:
		c.unless(is == "a text", "%s: is %s, takes a text: in quotes where it looks like something else", path, is)
	case reflect.Slice:
		c.unless(is == "a list" || is == "a text", "%s: %s, takes a list such as [a, b]", path, shown(value))
	case reflect.Map:
		c.unless(is == "a section", "%s: %s, takes a section of keys and values", path, shown(value))
	case reflect.Struct:
		c.unless(is == "a section", "%s: %s, takes a section with any of %s", path, shown(value), list(keys(t)))
	}
}

func (c *checker) unless(fits bool, format string, args ...any) {
	if !fits {
		c.wrong(format, args...)
	}
}

// what says of which kind a value is, as YAML has read it.
func what(value any) string {
	switch reflect.ValueOf(value).Kind() {
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "a list"
	case reflect.Map:
		return "a section"
	default:
		return "a number"
	}
}

// shown is a value in a sentence about it.
func shown(value any) string {
	switch is := what(value); is {
	case "a text":
		return fmt.Sprintf("%q is a text", value)
	case "a list", "a section":
		return "is " + is
	default:
		return fmt.Sprintf("%v is no such thing", value)
	}
}
