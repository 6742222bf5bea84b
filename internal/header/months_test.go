package header

import (
	"strings"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// journalctl writes months and days in the language of whoever asked it.
func TestStampsInOtherLanguages(t *testing.T) {
	const behind = " mailout postfix/smtpd[540]: x"
	for month, names := range map[string]string{
		"01": "Jan janv. ene Jan. gen sty янв led Oca", "02": "févr. Feb fev лют úno Şub", "03": "Mär mars mrt мар bře", "04": "avril abr кві kwi huhti",
		"05": "Mai maj mei мая kvě", "06": "juin giu июн čen Haz", "07": "juil. lug lip июл čec heinä", "08": "août ago sie авг srp Ağu", "09": "sept. set wrz сен zář syys",
		"10": "Okt ott out paź окт říj", "11": "nov lis ноя Kas marras", "12": "Dez déc. dic des gru дек pro joulu",
	} {
		year := "2026-"
		if month == "12" { // the last one before the line was seen
			year = "2025-"
		}
		for name := range strings.FieldsSeq(names) {
			for day, stamp := range map[string]string{"09": name + " 09 15:32:27", "03": name + "  3 15:32:27"} {
				var got Header
				want := written(year+month+"-"+day+"T15:32:27Z", "mailout", "postfix/smtpd", 540, "x")
				if Parse(stamp+behind, seen, &got); !sameButShapeAndID(got, want) {
					t.Errorf("%q: got %+v, want %+v", stamp, got, want)
				}
			}
		}
	}
	for line, want := range map[string]Header{
		" 8月 23 15:32:27" + behind:                                                               written("2026-08-23T15:32:27Z", "mailout", "postfix/smtpd", 540, "x"),
		"10월 23 15:32:27" + behind:                                                               written("2026-10-23T15:32:27Z", "mailout", "postfix/smtpd", 540, "x"),
		"Пн 2026-11-23 15:32:27 UTC" + behind:                                                    written(second, "mailout", "postfix/smtpd", 540, "x"),
		"lun. 2026-11-23 15:32:27 UTC" + behind:                                                  written(second, "mailout", "postfix/smtpd", 540, "x"),
		"2026 Nov 23 15:32:27" + behind:                                                          written(second, "mailout", "postfix/smtpd", 540, "x"),
		"Mon Nov 23 15:32:27 2026" + behind:                                                      written(second, "mailout", "postfix/smtpd", 540, "x"),
		"Mon Nov 23 15:32:27 2026 [7401] info: spamd: clean":                                     written(second, "", "spamd", 7401, "clean"),
		"Nov 23 15:32:27 Message forwarded from mailout: sendmail[540]: x":                       written(second, "mailout", "sendmail", 540, "x"),
		"Nov 23 15:32:30 relay Message forwarded from mailout: smtpd[540]: x":                    written("2026-11-23T15:32:30Z", "mailout", "smtpd", 540, "x"),
		"Nov 23 15:32:30 relay Message forwarded from mailout: Nov 23 15:32:27 sendmail[540]: x": written(second, "mailout", "sendmail", 540, "x"),
	} {
		var got Header
		if Parse(line, seen, &got); got.Shape == 0 || !sameButShapeAndID(got, want) {
			t.Errorf("%q: got %+v, want %+v", line, got, want)
		}
	}
}

func sameButShapeAndID(a, b Header) bool {
	a.TagID, b.TagID = "", ""
	return sameButShape(a, b)
}

// What only looks like one is text.
func TestNoStampInOtherLanguages(t *testing.T) {
	for _, line := range []string{
		"OKT 23 15:32:27 mailout postfix/smtpd[540]: x", // nobody writes capitals
		"Okt 32 15:32:27 mailout postfix/smtpd[540]: x",
		"Okt 23 25:32:27 mailout postfix/smtpd[540]: x",
		"Okto 23 15:32:27 mailout postfix/smtpd[540]: x",
		" Okt 23 15:32:27 mailout postfix/smtpd[540]: x",
		"13月 23 15:32:27 mailout postfix/smtpd[540]: x",
		"250 23 15:32:27 mailout postfix/smtpd[540]: x",
		"Mon Nov 23 15:32:27 mailout postfix/smtpd[540]: x",
		"5 2026-11-23 15:32:27 UTC mailout postfix/smtpd[540]: x",
		"lun. 2026-11-23 15:32:27: x",
		"2026 23 Nov 15:32:27 mailout postfix/smtpd[540]: x",
		"Message forwarded from mailout: sendmail[540]: x",
	} {
		var got Header
		if Parse(line, seen, &got); got.Resolution != event.ResolutionNone || got.Text != line {
			t.Errorf("%q: got %+v", line, got)
		}
	}
	var got Header
	if Parse("Nov 23 15:32:27 Message forwarded from mailout: no tag at all", seen, &got); got.Host != "" || !strings.HasPrefix(got.Text, "Message ") {
		t.Errorf("a message without a tag: %+v", got)
	}
}
