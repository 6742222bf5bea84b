// Package page writes a report as one HTML page that opens from disk: all that it needs is in it, and it asks for nothing.
package page

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/render"
	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/report"
	"github.com/otelcol-smtp/otelcol-smtp/internal/terminal"
)

// assets are the page's parts. The chart is uPlot's (MIT licence, assets/uPlot.LICENSE).
//
//go:embed assets
var assets embed.FS

var templates = template.Must(template.New("page.html").Funcs(template.FuncMap{
	"size": render.Size, "seconds": render.Seconds, "percent": report.Percent,
	"day":   func(t time.Time) string { return t.Format("Mon 2006-01-02") },
	"stamp": stamp, "spark": spark, "heat": heat, "add": func(a, b int64) int64 { return a + b },
	"visible": terminal.Text, "list": func(title string, l report.List) titled { return titled{title, l} },
}).ParseFS(assets, "assets/page.html"))

// content is what the template is given.
type content struct {
	*report.Report
	Chart    chart
	Style    template.CSS
	Script   template.JS
	License  string
	Weekdays [7]string
	Ended    int64
}

// titled is a list with its title.
type titled struct {
	Title string
	report.List
}

// chart is the series as uPlot takes it: times in seconds, then the values.
type chart struct {
	At        []int64 `json:"at"`
	Offset    []int   `json:"offset"` // seconds from UTC of the report's zone at each: a browser has a zone of its own
	Delivered []int64 `json:"delivered"`
	Failed    []int64 `json:"failed"` // bounced and expired
	Deferred  []int64 `json:"deferred"`
	Rejected  []int64 `json:"rejected"`
}

// Write writes the page.
func Write(to io.Writer, r *report.Report) error {
	c := content{
		Report: r, Weekdays: [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
		Ended: r.Totals.Ended(),
	}
	for i := range r.Series {
		p := &r.Series[i]
		_, offset := p.From.Zone()
		c.Chart.At, c.Chart.Offset = append(c.Chart.At, p.From.Unix()), append(c.Chart.Offset, offset)
		c.Chart.Delivered = append(c.Chart.Delivered, p.Delivered)
		c.Chart.Failed = append(c.Chart.Failed, p.Bounced+p.Expired)
		c.Chart.Deferred = append(c.Chart.Deferred, p.Deferred)
		c.Chart.Rejected = append(c.Chart.Rejected, p.Rejected)
	}
	parts := map[string]string{}
	for _, name := range []string{"uPlot.min.css", "page.css", "uPlot.iife.min.js", "page.js", "uPlot.LICENSE"} {
		data, err := assets.ReadFile("assets/" + name)
		if err != nil {
			return err
		}
		parts[name] = string(data)
	}
	c.Style = template.CSS(parts["uPlot.min.css"] + "\n" + parts["page.css"])    // ours, and of no log
	c.Script = template.JS(parts["uPlot.iife.min.js"] + "\n" + parts["page.js"]) // likewise
	c.License = parts["uPlot.LICENSE"]
	return templates.ExecuteTemplate(to, "page.html", c)
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("2006-01-02 15:04")
}

// The size of a sparkline.
const (
	sparkWide = 120
	sparkHigh = 24
)

// spark draws a provider's share of each period: all in one line, trouble in another.
func spark(p report.Provider) template.HTML {
	most := int64(1)
	for _, n := range p.Spark {
		most = max(most, n)
	}
	line := func(class string, values []int64) string {
		var b strings.Builder
		for i, n := range values {
			x := sparkWide / 2.0
			if len(values) > 1 {
				x = float64(i) * sparkWide / float64(len(values)-1)
			}
			fmt.Fprintf(&b, "%.1f,%.1f ", x, 1+(sparkHigh-2)*(1-float64(n)/float64(most)))
		}
		return fmt.Sprintf(`<polyline class="%s" points="%s"/>`, class, strings.TrimSpace(b.String()))
	}
	// of numbers alone
	return template.HTML(fmt.Sprintf(`<svg class="spark" viewBox="0 0 %d %d" width="%d" height="%d" aria-hidden="true">%s%s</svg>`,
		sparkWide, sparkHigh, sparkWide, sparkHigh, line("all", p.Spark), line("bad", p.Trouble)))
}

// heat is how much an hour of the week stands out, from 0 to 1, in steps of a tenth.
func heat(r *report.Report, day, hour int) string {
	most := int64(1)
	for d := range r.Weekdays {
		for h := range r.Weekdays[d] {
			c := &r.Weekdays[d][h]
			most = max(most, c.Delivered+c.Received)
		}
	}
	c := &r.Weekdays[day][hour]
	return fmt.Sprintf("h%d", (c.Delivered+c.Received)*10/most)
}
