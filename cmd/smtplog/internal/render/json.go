package render

import (
	"bufio"
	"encoding/json"
	"io"
	"reflect"
)

// JSON writes a value for programs: what has nothing in it is an empty list or object, never null.
func JSON(to io.Writer, v any) error {
	out := bufio.NewWriter(to)
	e := json.NewEncoder(out)
	e.SetIndent("", " ")
	whole := reflect.New(reflect.TypeOf(v)).Elem() // what can be set
	whole.Set(reflect.ValueOf(v))
	fillIn(whole)
	if err := e.Encode(whole.Interface()); err != nil {
		return err
	}
	return out.Flush()
}

// fillIn makes empty lists and maps of those that are none.
func fillIn(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			fillIn(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fillIn(v.Field(i))
			}
		}
	case reflect.Slice:
		if v.IsNil() {
			v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		}
		for i := range v.Len() {
			fillIn(v.Index(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			fillIn(v.Index(i))
		}
	case reflect.Map:
		if v.IsNil() {
			v.Set(reflect.MakeMap(v.Type()))
		}
	default: // has nothing in it that could be missing
	}
}
