package header

import (
	"testing"
	"time"
	_ "time/tzdata" // for machines without zones

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

func zone(t testing.TB, name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestYearIsTheLastThatIsNotInTheFuture(t *testing.T) {
	for name, tt := range map[string]struct{ stamp, anchor, want string }{
		"today":                       {"Nov 24 09:59:59", "2026-11-24T10:00:00Z", "2026-11-24T09:59:59Z"},
		"later this year":             {"Nov 26 10:00:00", "2026-11-24T10:00:00Z", "2025-11-26T10:00:00Z"},
		"a clock ahead by an hour":    {"Nov 24 11:00:00", "2026-11-24T10:00:00Z", "2026-11-24T11:00:00Z"},
		"a clock ahead by a day":      {"Nov 25 10:00:00", "2026-11-24T10:00:00Z", "2026-11-25T10:00:00Z"},
		"a second more than a day":    {"Nov 25 10:00:01", "2026-11-24T10:00:00Z", "2025-11-25T10:00:01Z"},
		"December seen in January":    {"Dec 31 23:59:59", "2027-01-01T00:00:01Z", "2026-12-31T23:59:59Z"},
		"January seen in December":    {"Jan  1 00:00:01", "2026-12-31T23:59:59Z", "2027-01-01T00:00:01Z"},
		"January seen in January":     {"Jan  1 00:00:00", "2027-01-01T00:00:00Z", "2027-01-01T00:00:00Z"},
		"leap day of this year":       {"Feb 29 12:00:00", "2024-03-01T00:00:00Z", "2024-02-29T12:00:00Z"},
		"leap day of two years ago":   {"Feb 29 12:00:00", "2026-11-24T10:00:00Z", "2024-02-29T12:00:00Z"},
		"leap day before it came":     {"Feb 29 12:00:00", "2024-02-01T00:00:00Z", "2020-02-29T12:00:00Z"},
		"leap day around a century":   {"Feb 29 12:00:00", "2103-06-01T00:00:00Z", "2096-02-29T12:00:00Z"},
		"leap day seen the day ahead": {"Feb 29 00:30:00", "2024-02-28T23:30:00Z", "2024-02-29T00:30:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			var h Header
			if !Parse(tt.stamp+" mailout exim[1]: x", Clock{Anchor: at(tt.anchor)}, &h) || h.Time != at(tt.want) {
				t.Errorf("%s seen at %s: %s, want %s", tt.stamp, tt.anchor, time.Unix(0, h.Time).UTC(), tt.want)
			}
		})
	}
}

func TestYearIsTheZones(t *testing.T) {
	// New Year's Eve in New York is already January in UTC
	c := Clock{Zone: zone(t, "America/New_York"), Anchor: at("2027-01-01T03:00:00Z")}
	var h Header
	Parse("Dec 31 21:59:00 mailout exim[1]: x", c, &h)
	if want := at("2027-01-01T02:59:00Z"); h.Time != want {
		t.Errorf("got %s", time.Unix(0, h.Time).UTC())
	}
}

func TestZoneOfTheStampWins(t *testing.T) {
	c := Clock{Zone: zone(t, "Asia/Tokyo"), Anchor: at("2026-11-24T10:00:00Z")}
	for line, want := range map[string]string{
		"2026-11-23T15:32:27Z mailout exim[1]: x":        "2026-11-23T15:32:27Z",
		"2026-11-23T15:32:27+00:00 mailout exim[1]: x":   "2026-11-23T15:32:27Z",
		"2026-11-23 15:32:27 +0000 x":                    "2026-11-23T15:32:27Z",
		"2026-11-23T15:32:27 mailout exim[1]: x":         "2026-11-23T06:32:27Z",
		"Nov 23 15:32:27 mailout exim[1]: x":             "2026-11-23T06:32:27Z",
		"[2026-11-23 15:32:27] EHLO x":                   "2026-11-23T06:32:27Z",
		"<22>1 2026-11-23T15:32:27Z mailout exim 1 - - ": "2026-11-23T15:32:27Z",
	} {
		var h Header
		if Parse(line, c, &h); h.Time != at(want) {
			t.Errorf("%s: %s", line, time.Unix(0, h.Time).UTC())
		}
	}
}

func TestHourThatIsThereTwice(t *testing.T) {
	// 2026-10-25, 03:00 in summer becomes 02:00 in winter: at 01:00 UTC
	berlin := zone(t, "Europe/Berlin")
	for name, tt := range map[string]struct{ stamp, last, want string }{
		"before":                           {"Oct 25 01:59:59", "", "2026-10-24T23:59:59Z"},
		"first, without a line before":     {"Oct 25 02:30:00", "", "2026-10-25T00:30:00Z"},
		"first, the line before it":        {"Oct 25 02:30:00", "2026-10-25T00:29:59Z", "2026-10-25T00:30:00Z"},
		"first, after hours of silence":    {"Oct 25 02:30:00", "2026-10-24T18:00:00Z", "2026-10-25T00:30:00Z"},
		"first, a second out of order":     {"Oct 25 02:30:00", "2026-10-25T00:30:01Z", "2026-10-25T00:30:00Z"},
		"second, right after the change":   {"Oct 25 02:00:00", "2026-10-25T00:59:59Z", "2026-10-25T01:00:00Z"},
		"second, in its midst":             {"Oct 25 02:30:00", "2026-10-25T01:29:59Z", "2026-10-25T01:30:00Z"},
		"second, after silence":            {"Oct 25 02:10:00", "2026-10-25T00:40:00Z", "2026-10-25T01:10:00Z"},
		"after":                            {"Oct 25 03:00:00", "2026-10-25T00:59:59Z", "2026-10-25T02:00:00Z"},
		"the line before is from tomorrow": {"Oct 25 12:00:00", "2026-10-26T12:00:00Z", "2026-10-25T11:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			c := Clock{Zone: berlin, Anchor: at("2026-10-26T10:00:00Z")}
			if tt.last != "" {
				c.Last = at(tt.last)
			}
			var h Header
			if Parse(tt.stamp+" mailout exim[1]: x", c, &h); h.Time != at(tt.want) {
				t.Errorf("%s after %s: %s, want %s", tt.stamp, tt.last, time.Unix(0, h.Time).UTC(), tt.want)
			}
		})
	}
}

// A whole file through the end of summer time keeps its order, in zones that shift by an hour and by half of one.
func TestFileKeepsItsOrderThroughTheChange(t *testing.T) {
	for name, from := range map[string]string{
		"Europe/Berlin":       "2026-10-24T22:00:00Z",
		"America/New_York":    "2026-11-01T03:00:00Z",
		"Australia/Lord_Howe": "2026-04-04T12:00:00Z",
		"America/St_Johns":    "2026-11-01T01:00:00Z",
		"Europe/Dublin":       "2026-10-24T22:00:00Z",
		"America/Sao_Paulo":   "2018-02-17T22:00:00Z",
		"UTC":                 "2026-10-24T22:00:00Z",
	} {
		t.Run(name, func(t *testing.T) {
			c := Clock{Zone: zone(t, name), Anchor: at(from) + int64(48*time.Hour)}
			for moment := at(from); moment < at(from)+int64(6*time.Hour); moment += int64(7 * time.Second) {
				line := time.Unix(0, moment).In(c.Zone).Format("Jan _2 15:04:05") + " mailout exim[1]: x"
				var h Header
				if Parse(line, c, &h); h.Time != moment {
					t.Fatalf("%s: %s, want %s", line, time.Unix(0, h.Time).UTC(), time.Unix(0, moment).UTC())
				}
				c.Last = h.Time
			}
		})
	}
}

func TestHourThatIsMissing(t *testing.T) {
	// 2026-03-29, 02:00 in winter becomes 03:00 in summer
	c := Clock{Zone: zone(t, "Europe/Berlin"), Anchor: at("2026-03-30T10:00:00Z")}
	for stamp, want := range map[string]string{
		"Mar 29 01:59:59": "2026-03-29T00:59:59Z",
		"Mar 29 02:30:00": "2026-03-29T01:30:00Z",
		"Mar 29 03:00:00": "2026-03-29T01:00:00Z",
	} {
		var h Header
		if Parse(stamp+" mailout exim[1]: x", c, &h); h.Time != at(want) {
			t.Errorf("%s: %s, want %s", stamp, time.Unix(0, h.Time).UTC(), want)
		}
	}
}

func TestEveryDayOfTheCalendar(t *testing.T) {
	for day := time.Date(firstYear, 1, 1, 12, 34, 56, 0, time.UTC); day.Year() <= lastYear; day = day.AddDate(0, 0, 1) {
		var h Header
		if !Parse(day.Format(time.RFC3339)+" mailout exim[1]: x", Clock{}, &h) || h.Time != day.UnixNano() {
			t.Fatalf("%s: %s", day, time.Unix(0, h.Time).UTC())
		}
	}
}

func TestStampElsewhere(t *testing.T) {
	nanos, res, rest, ok := Stamp(`2026-11-23T15:15:12.984Z,EDGE\Default A`, seen)
	if !ok || nanos != at("2026-11-23T15:15:12.984Z") || res != event.ResolutionSubsecond || rest != `,EDGE\Default A` {
		t.Errorf("got %d, %d, %q, %t", nanos, res, rest, ok)
	}
	if _, _, rest, ok = Stamp("no stamp at all", seen); ok || rest != "no stamp at all" {
		t.Errorf("got %q, %t", rest, ok)
	}
}
