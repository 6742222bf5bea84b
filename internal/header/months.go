package header

import (
	"strings"
	"unicode/utf8"

	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// readOther reads the stamps that are written seldom: ctime's, with a year in front, and with another language's month.
func (st *stamp) readOther(s string) (rest string, ok bool) {
	const shortest = len("Nov 3 15:32:27")
	if len(s) < len("Mon ")+shortest {
		return s, false
	}
	if s[3] == ' ' && isWeekday(s[:3]) { // "Mon Nov 23 15:32:27 2026" (ctime): SpamAssassin's files
		rest, ok = st.readBSD(s[len("Mon "):])
		st.style = styleCtime
		return rest, ok && st.year != 0
	}
	if year, tail, found := readYear(s); found && len(tail) >= shortest { // "2026 Nov 23 15:32:27": syslog-ng's $YEAR $DATE
		if rest, ok = st.readBSD(tail); !ok || st.year != 0 {
			return s, false
		}
		st.year = year
		return rest, st.valid()
	}
	if scan.IsDigit(s[0]) && (s[2] == '.' || s[2] == '-' || s[2] == '/' || s[2] == ' ') {
		if rest, ok = st.readDayFirst(s); ok {
			return rest, true
		}
		*st = stamp{}
	}
	return st.readLocal(s)
}

// readDayFirst reads what templates make of a date: "23.11.2026 15:32:27", "23-Nov-2026 15:32:27", "23 Nov 2026 15:32:27", or the stamp that web servers write,
// "23/Nov/2026:15:32:27 +0000". Numbers between other marks may begin with the month.
func (st *stamp) readDayFirst(s string) (rest string, ok bool) {
	const shortest = len("23.11.2026 15:32:27")
	if len(s) < shortest {
		return s, false
	}
	between := s[2]
	switch between {
	case '.':
		st.month, rest, ok = scan.Fixed(s[3:], 2)
	case '-', '/', ' ':
		st.month, rest = monthOf(s[3:6]), s[6:]
		ok = st.month > 0
	}
	if !ok || rest[0] != between {
		return s, false
	}
	st.style = styleBlank
	if st.day, _, ok = scan.Fixed(s, 2); !ok {
		return s, false
	}
	if st.year, rest, ok = scan.Fixed(rest[1:], 4); !ok || rest == "" || rest[0] != ' ' && (rest[0] != ':' || between != '/') {
		return s, false
	}
	if rest, ok = st.readClock(rest[1:]); !ok {
		return s, false
	}
	if rest, ok = st.readZone(rest); !ok {
		return s, false
	}
	return rest, st.valid()
}

// readLocal reads "авг 09 04:48:59": the stamp of RFC 3164 with the month's name in the language of whoever asked. journalctl writes
// it so (-o short: strftime's %b), where a syslog daemon always writes English. What follows the name is looked at first, which
// costs a line that is no stamp next to nothing.
func (st *stamp) readLocal(s string) (rest string, ok bool) {
	name := strings.TrimPrefix(s, " ") // " 3月": names of Chinese, Japanese and Korean are two columns wide
	at := strings.IndexByte(name[:min(len(name), longestMonth+1)], ' ')
	if at < 3 || len(name) < at+len(" 09 04:48:59") || name[at+6] != ':' || name[at+9] != ':' {
		return s, false
	}
	name, rest = name[:at], name[at+1:]
	if len(name)+1+len(rest) != len(s) && !scan.IsDigit(name[0]) {
		return s, false
	}
	if st.month = localMonth(name); st.month == 0 {
		return s, false
	}
	st.style = styleBSD
	day, _, ok := scan.Digits(scan.TrimLeft(rest[:2]))
	if !ok || day > 31 || rest[2] != ' ' {
		return s, false
	}
	st.day = int(day)
	rest, ok = st.readClock(rest[3:])
	return rest, ok && st.valid()
}

// longestMonth is "сент." or "févr.", in bytes, with room.
const longestMonth = 12

// localMonths are the names' abbreviations in the locales of glibc (LC_TIME, abmon), without the dot that some have behind them. Where two languages
// use one word for two months, that of more people counts.
var localMonths = [12]string{
	"jan janv jän ene gen ian sty янв січ led oca tammi 1月 1월",
	"feb fév févr febr fev лют фев lut úno şub helmi 2月 2월",
	"mar mars mär mrt mrz març márc мар бер bře maalis 3月 3월",
	"apr avr avril abr ápr april апр кві kwi dub nis huhti 4月 4월",
	"may mai maj mag mei máj май мая тра kvě touko maig 5月 5월",
	"jun juin giu jún juni juny июн чер cze čen iun haz kesä 6月 6월",
	"jul juil lug júl juli июл лип lip čec iul tem heinä 7月 7월",
	"aug août ago ag авг сер sie srp ağu elo 8月 8월",
	"sep sept set szept сен сент вер wrz zář eyl syys 9月 9월",
	"oct okt ott out окт жов paź říj eki loka 10月 10월",
	"nov ноя нояб лис lis kas marras 11月 11월",
	"dec dez déc dic des дек гру gru pro ara joulu 12月 12월",
}

// localMonth is 1 to 12, or 0 for what is no month's name. Some locales begin names with a capital; none writes all in capitals.
func localMonth(name string) int {
	name = strings.TrimSuffix(name, ".")
	first, size := utf8.DecodeRuneInString(name)
	if first == utf8.RuneError {
		return 0
	}
	for i, words := range localMonths {
		for word, more := "", true; more; {
			word, words, more = scan.Cut(words, ' ')
			if len(word) == len(name) && word[size:] == name[size:] && strings.EqualFold(word[:size], name[:size]) {
				return i + 1
			}
		}
	}
	return 0
}
