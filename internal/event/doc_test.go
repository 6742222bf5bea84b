package event

import (
	"os"
	"reflect"
	"regexp"
	"testing"
)

// The page on the fields names each of them.
func TestPageNamesEveryField(t *testing.T) {
	page, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	fields := reflect.TypeFor[Event]()
	for i := range fields.NumField() {
		name := fields.Field(i).Name
		if n := len(regexp.MustCompile(`[:,]\s(?://\s)?`+name+`[,.]`).FindAll(page, -1)); n < 1 {
			t.Errorf("%s does not stand in doc.go", name)
		}
	}
}
