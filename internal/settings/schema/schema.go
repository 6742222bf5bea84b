// Package schema writes a component's config.schema.yaml, in the shape that those of opentelemetry-collector-contrib have: from the configuration's type,
// the comments in its source, and its defaults. (mdatagen of this line writes such a schema only together with Go structs of its own, in the place of the component's.)
package schema

import (
	"bytes"
	"encoding"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// Golden compares config.schema.yaml, beside the test, with what the default configuration gives; UPDATE_GOLDEN=1 writes it. Further folders are those of
// packages that the configuration's types come from.
func Golden(t *testing.T, defaults any, folders ...string) {
	t.Helper()
	const file = "config.schema.yaml"
	c := comments{}
	for _, dir := range append([]string{"."}, folders...) {
		require.NoError(t, c.read(dir))
	}
	var b bytes.Buffer
	b.WriteString("# Written by a test from config.go: UPDATE_GOLDEN=1 go test writes it anew.\n")
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	require.NoError(t, e.Encode(c.node(reflect.ValueOf(defaults), c["Config"])))
	if os.Getenv("UPDATE_GOLDEN") != "" {
		require.NoError(t, os.WriteFile(file, b.Bytes(), 0o644)) //nolint:gosec // a file of the repository
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), b.String(), "config.schema.yaml is out of date: UPDATE_GOLDEN=1 go test")
}

// comments are the comments of a package's types and their fields, by Type and Type.Field.
type comments map[string]string

func (c comments) read(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return err
	}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.TYPE {
				continue
			}
			for _, spec := range g.Specs {
				c.typeOf(spec.(*ast.TypeSpec), g.Doc.Text())
			}
		}
	}
	return nil
}

func (c comments) typeOf(spec *ast.TypeSpec, doc string) {
	s, ok := spec.Type.(*ast.StructType)
	if !ok {
		return
	}
	c[spec.Name.Name] = oneLine(doc)
	for _, f := range s.Fields.List {
		for _, name := range f.Names {
			text := f.Doc.Text()
			if text == "" {
				text = f.Comment.Text()
			}
			c[spec.Name.Name+"."+name.Name] = oneLine(text)
		}
	}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// node is the schema of a value, which is its default where it is not empty.
func (c comments) node(v reflect.Value, description string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	if description != "" {
		add(n, "description", description)
	}
	t := v.Type()
	for t.Kind() == reflect.Pointer && !t.Implements(text) {
		if v = v.Elem(); !v.IsValid() {
			v = reflect.Zero(t.Elem())
		}
		t = t.Elem()
	}
	switch {
	case t == reflect.TypeFor[time.Duration]():
		add(n, "type", "string", "format", "duration", "default", brief(time.Duration(v.Int())))
	case t.Implements(text) || reflect.PointerTo(t).Implements(text):
		add(n, "type", "string")
		if v.CanInt() && v.Int() != 0 {
			add(n, "default", v.Int())
		}
	case t.Kind() == reflect.Struct:
		add(n, "type", "object", "properties", c.properties(v))
	case t.Kind() == reflect.Map:
		add(n, "type", "object", "additionalProperties", c.node(reflect.Zero(t.Elem()), c[name(t.Elem())]))
	case t.Kind() == reflect.Slice:
		add(n, "type", "array", "items", c.node(reflect.Zero(t.Elem()), c[name(t.Elem())]))
		if v.Len() > 0 {
			add(n, "default", v.Interface())
		}
	default:
		kind, ok := map[reflect.Kind]string{reflect.String: "string", reflect.Bool: "boolean", reflect.Float64: "number"}[t.Kind()]
		if !ok {
			kind = "integer"
		}
		add(n, "type", kind)
		if !v.IsZero() {
			add(n, "default", v.Interface())
		}
	}
	return n
}

var text = reflect.TypeFor[encoding.TextUnmarshaler]()

func name(t reflect.Type) string {
	if t.Kind() == reflect.Struct {
		return t.Name()
	}
	return ""
}

// properties are the keys of a struct, in the order of its fields.
func (c comments) properties(v reflect.Value) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	t := v.Type()
	for i := range t.NumField() {
		f := t.Field(i)
		key, options, _ := strings.Cut(f.Tag.Get("mapstructure"), ",")
		switch {
		case strings.Contains(options, "squash"):
			n.Content = append(n.Content, c.properties(v.Field(i)).Content...)
		case f.IsExported() && key != "" && key != "-":
			add(n, key, c.node(v.Field(i), c[t.Name()+"."+f.Name]))
		}
	}
	return n
}

// add appends pairs of keys and values.
func add(n *yaml.Node, pairs ...any) {
	for i := 0; i < len(pairs); i += 2 {
		value, ok := pairs[i+1].(*yaml.Node)
		if !ok {
			value = new(yaml.Node)
			if err := value.Encode(pairs[i+1]); err != nil {
				panic(fmt.Sprint(err)) // of a type that no configuration has
			}
		}
		if value.Kind == yaml.SequenceNode {
			value.Style = yaml.FlowStyle
		}
		key := new(yaml.Node)
		key.SetString(pairs[i].(string))
		n.Content = append(n.Content, key, value)
	}
}

// brief writes a duration as people do: 10m, not 10m0s.
func brief(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = s[:len(s)-2]
	}
	if strings.HasSuffix(s, "h0m") {
		s = s[:len(s)-2]
	}
	return s
}
