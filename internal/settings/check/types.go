package check

import (
	"encoding"
	"fmt"
	"reflect"
)

// Types says what a section has that is not of the type its key takes. It is for a section that a decoder has refused: decoders take more than this does, a number
// in quotes or one text in place of a list. Takes says of types that read themselves what they take.
func Types(section map[string]any, cfg any, takes map[reflect.Type]string, own ...reflect.Type) error {
	c := newChecker(own)
	c.kind, c.reads, c.takes = c.checkKind, c.checkOwn, takes
	c.check("", section, reflect.TypeOf(cfg))
	return c.err()
}

// checkOwn asks the type itself about what it reads from texts.
func (c *checker) checkOwn(path string, value any, t reflect.Type) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	takes, is := c.takes[t], what(value)
	reads, ok := reflect.New(t).Interface().(encoding.TextUnmarshaler)
	switch {
	case value == nil || takes == "" || !ok:
	case is == "a text":
		c.unless(reads.UnmarshalText([]byte(value.(string))) == nil, "%s: %q is none, takes %s", path, value, takes)
	case is != "a number" || t.Kind() != reflect.Int64:
		c.wrong("%s: %s, takes %s", path, shown(value), takes)
	}
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
		texts := t.Elem().Kind() == reflect.String // decoders take one text for a list of it
		c.unless(is == "a list" || texts && is == "a text", "%s: %s, takes a list such as [a, b]", path, shown(value))
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
