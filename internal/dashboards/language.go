package dashboards

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
)

// language is how a store asks for records.
type language struct {
	and, or string
	has     func(attr string, not bool) string
	in      func(attr string, values []string, not bool) string
}

// where writes conditions that all have to hold.
func (l *language) where(conditions []Match) string { return l.join(conditions, l.and) }

func (l *language) join(conditions []Match, word string) string {
	list := make([]string, len(conditions))
	for i, m := range conditions {
		switch {
		case m.Or != nil:
			list[i] = "(" + l.join(m.Or, l.or) + ")"
		case len(m.Any) == 0:
			list[i] = l.has(m.Attr, m.Not)
		default:
			list[i] = l.in(m.Attr, m.Any, m.Not)
		}
	}
	return strings.Join(list, word)
}

// when gives one of two values.
func when[T any](condition bool, yes, no T) T {
	if condition {
		return yes
	}
	return no
}

// quoted puts values between quotation marks.
func quoted(values []string) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = strconv.Quote(v)
	}
	return list
}

// logql is Loki's, behind the selector of a stream: no value is the empty one.
var logql = language{
	and: " | ", or: " or ",
	has: func(attr string, not bool) string { return Label(attr) + when(not, `=""`, `!=""`) },
	in: func(attr string, values []string, not bool) string {
		if len(values) > 1 {
			return fmt.Sprintf("%s%s%q", Label(attr), when(not, "!~", "=~"), strings.Join(values, "|"))
		}
		return fmt.Sprintf("%s%s%q", Label(attr), when(not, "!=", "="), values[0])
	},
}

// logsql is VictoriaLogs'.
var logsql = language{
	and: " ", or: " or ",
	has: func(attr string, not bool) string { return when(not, "!", "") + strconv.Quote(attr) + ":*" },
	in: func(attr string, values []string, not bool) string {
		text := strings.Join(quoted(values), ",")
		return when(not, "!", "") + strconv.Quote(attr) + ":" + when(len(values) > 1, "in("+text+")", "="+text)
	},
}

// LogQL asks Loki for a panel's records, or for the most frequent of the panel's attributes among them.
func (b *Board) LogQL(p *Panel) string {
	text := `{service_name=~"$service"}`
	if p.Records.Find != "" {
		text += fmt.Sprintf(" |= `${%s}`", p.Records.Find)
	}
	for _, m := range p.Records.Where {
		text += " | " + logql.where([]Match{m})
	}
	for _, attr := range b.recordScope() {
		text += fmt.Sprintf(" | %s=~`${%s:regex}`", Label(attr), variables[attr])
	}
	for _, a := range p.asked(b) {
		text += fmt.Sprintf(" | %s=`${%s}`", Label(a.Attr), a.Name)
	}
	if p.Shape == Stories {
		return text
	}
	return fmt.Sprintf("topk(50, sum by (%s) (count_over_time(%s [$__range])))", labels(p.By), text)
}

// LogsQL asks VictoriaLogs for the same.
func (b *Board) LogsQL(p *Panel) string {
	var list []string
	if p.Records.Find != "" {
		list = append(list, fmt.Sprintf("_msg:~`${%s:regex}`", p.Records.Find))
	}
	for _, m := range p.Records.Where {
		list = append(list, logsql.where([]Match{m}))
	}
	for _, attr := range b.recordScope() {
		list = append(list, fmt.Sprintf("%q:~`${%s:regex}`", attr, variables[attr]))
	}
	for _, a := range p.asked(b) {
		list = append(list, fmt.Sprintf("%q:=`${%s}`", a.Attr, a.Name))
	}
	text := strings.Join(list, " ")
	if p.Shape == Stories {
		return text
	}
	return fmt.Sprintf("%s | stats by (%s) count() records | sort by (records desc) limit 50", text, strings.Join(quoted(p.By), ", "))
}

// recordScope are the variables' attributes that every record can be asked for: the instance is left out where it is the mail server's name.
func (b *Board) recordScope() []string {
	return slices.DeleteFunc(slices.Clone(b.Scope), func(attr string) bool { return attr == attrs.Instance })
}

// asked are the typed variables that narrow a panel's records down: those with an attribute.
func (p *Panel) asked(b *Board) (list []Ask) {
	for _, a := range b.Ask {
		if a.Attr != "" && p.Records.Find == "" {
			list = append(list, a)
		}
	}
	return list
}
