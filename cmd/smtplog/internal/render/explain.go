package render

import (
	"io"
	"strconv"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/diagnose"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// Meaning is what a reason comes to.
type Meaning struct {
	diagnose.Explanation
	Known bool   // the reason is of the closed list
	Rule  string // that decided
}

// Explain writes what a line or reply says, and what that means.
func Explain(to io.Writer, ev *event.Event, items []attrs.Item, m *Meaning, style Style) error {
	p := &page{to: to, style: style}
	if ev.Dialect != "" {
		p.title("It says")
		t := p.table("", "")
		for i := 0; i < len(items); i = attrs.Behind(items, i) {
			if text := valueOf(items, i); text != "" && !isInternal(items[i].Name) {
				t.row(items[i].Name, text)
			}
		}
		t.write()
	}
	p.title("It means")
	t := p.table("", "")
	switch {
	case ev.Reason == "" && ev.Class == '2':
		t.row("", "It was accepted.")
	case ev.Reason == "":
		t.row("", "Nothing failed here.")
	default:
		p.reason(t, ev, m)
	}
	t.write()
	return p.err
}

func (p *page) reason(t *table, ev *event.Event, m *Meaning) {
	t.row("reason", cell{ev.Reason, yellow})
	t.row("category", ev.Category)
	if m.Known {
		t.row("meaning", m.Meaning)
		t.row("what to do", m.Remedy)
	}
	switch ev.Class {
	case '4':
		t.row("lasts", "for now: the sender's server tries again")
	case '5':
		t.row("lasts", "for good: nobody tries again")
	}
	t.row("read from", strings.ReplaceAll(ev.Basis, "_", " "))
	if m.Rule != "" {
		t.row("rule", m.Rule)
	}
	if ev.Provider != "" && ev.Provider != "other" {
		t.row("provider", ev.Provider)
	}
	if ev.Fingerprint != "" {
		t.row("fingerprint", ev.Fingerprint)
	}
}

// isInternal says whether an attribute ties records together, and tells nobody anything by itself.
func isInternal(name string) bool {
	switch name {
	case attrs.MessageUID, attrs.SessionID, attrs.FailureReason, attrs.FailureCategory,
		attrs.FailureBasis, attrs.ReplyFingerprint, attrs.Provider:
		return true
	}
	return false
}

// valueOf is an attribute as text.
func valueOf(items []attrs.Item, i int) string {
	switch item := &items[i]; item.Kind {
	case attrs.KindString:
		return item.Str()
	case attrs.KindInt:
		return strconv.FormatInt(item.Int(), 10)
	case attrs.KindDouble:
		return strconv.FormatFloat(item.Double(), 'g', -1, 64)
	case attrs.KindBool:
		return strconv.FormatBool(item.Bool())
	case attrs.KindArray:
		var list []string
		for k := i + 1; k < attrs.Behind(items, i); k = attrs.Behind(items, k) {
			list = append(list, valueOf(items, k))
		}
		return strings.Join(list, ", ")
	case attrs.KindMap:
		var list []string
		for k := i + 1; k < attrs.Behind(items, i); k = attrs.Behind(items, k) {
			list = append(list, items[k].Name+" "+valueOf(items, k))
		}
		return strings.Join(list, ", ")
	}
	return ""
}
