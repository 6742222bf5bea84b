package conversation

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"
	"unsafe"
)

// A Conversation has many small fields and no secrets from this package: it is saved field by field, in their order,
// whatever their names. The version of the state covers its shape, and a test pins that shape.

// GobEncode writes the conversation for a saved state.
func (c *Conversation) GobEncode() ([]byte, error) {
	return appendPlain(nil, reflect.ValueOf(c).Elem())
}

// GobDecode reads what GobEncode wrote.
func (c *Conversation) GobDecode(data []byte) error {
	rest, err := readPlain(data, reflect.ValueOf(c).Elem())
	if err == nil && len(rest) > 0 {
		err = errBroken
	}
	return err
}

var errBroken = errors.New("broken conversation in the saved state")

// appendPlain writes a value of numbers, strings, slices, arrays and structs.
func appendPlain(to []byte, v reflect.Value) ([]byte, error) {
	switch v.Kind() {
	case reflect.Bool:
		if v.Bool() {
			return append(to, 1), nil
		}
		return append(to, 0), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return binary.AppendVarint(to, v.Int()), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return binary.AppendUvarint(to, v.Uint()), nil
	case reflect.Float64:
		return binary.LittleEndian.AppendUint64(to, math.Float64bits(v.Float())), nil
	case reflect.String:
		return append(binary.AppendUvarint(to, uint64(v.Len())), v.String()...), nil
	case reflect.Slice:
		to = binary.AppendUvarint(to, uint64(v.Len()))
		return appendItems(to, v)
	case reflect.Array:
		return appendItems(to, v)
	case reflect.Struct:
		var err error
		for i := 0; i < v.NumField() && err == nil; i++ {
			to, err = appendPlain(to, v.Field(i))
		}
		return to, err
	}
	return nil, fmt.Errorf("a conversation cannot hold a %s", v.Type())
}

func appendItems(to []byte, v reflect.Value) (_ []byte, err error) {
	for i := 0; i < v.Len() && err == nil; i++ {
		to, err = appendPlain(to, v.Index(i))
	}
	return to, err
}

// readPlain reads into v what appendPlain wrote, and gives what follows.
func readPlain(data []byte, v reflect.Value) ([]byte, error) {
	v = reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem() // fields of this package may be set, exported or not
	switch v.Kind() {
	case reflect.Bool:
		if len(data) < 1 {
			return nil, errBroken
		}
		v.SetBool(data[0] != 0)
		return data[1:], nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, size := binary.Varint(data)
		if size <= 0 {
			return nil, errBroken
		}
		v.SetInt(n)
		return data[size:], nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		n, size := binary.Uvarint(data)
		if size <= 0 {
			return nil, errBroken
		}
		v.SetUint(n)
		return data[size:], nil
	case reflect.Float64:
		if len(data) < 8 {
			return nil, errBroken
		}
		v.SetFloat(math.Float64frombits(binary.LittleEndian.Uint64(data)))
		return data[8:], nil
	case reflect.String:
		n, size := binary.Uvarint(data)
		if size <= 0 || n > uint64(len(data)-size) {
			return nil, errBroken
		}
		v.SetString(string(data[size : size+int(n)]))
		return data[size+int(n):], nil
	case reflect.Slice:
		n, size := binary.Uvarint(data)
		if size <= 0 || n > uint64(len(data)-size) {
			return nil, errBroken
		}
		if n == 0 {
			return data[size:], nil
		}
		v.Set(reflect.MakeSlice(v.Type(), int(n), int(n)))
		return readItems(data[size:], v)
	case reflect.Array:
		return readItems(data, v)
	case reflect.Struct:
		var err error
		for i := 0; i < v.NumField() && err == nil; i++ {
			data, err = readPlain(data, v.Field(i))
		}
		return data, err
	}
	return nil, fmt.Errorf("a conversation cannot hold a %s", v.Type())
}

func readItems(data []byte, v reflect.Value) (_ []byte, err error) {
	for i := 0; i < v.Len() && err == nil; i++ {
		data, err = readPlain(data, v.Index(i))
	}
	return data, err
}
