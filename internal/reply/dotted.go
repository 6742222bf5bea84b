package reply

import "strconv"

// The enhanced status codes that are in use (RFC 3463, IANA) have small numbers: they are made once, so that one written as three
// numbers allocates nothing.
const (
	subjects = 8
	details  = 64
)

var dotted = func() (list [3 * subjects * details]string) {
	for c, class := range [...]int{2, 4, 5} {
		for s := range subjects {
			for d := range details {
				list[(c*subjects+s)*details+d] = join(class, s, d)
			}
		}
	}
	return list
}()

func join(class, subject, detail int) string {
	return strconv.Itoa(class) + "." + strconv.Itoa(subject) + "." + strconv.Itoa(detail)
}

// Dotted is the enhanced status code of three numbers; empty for what is none.
func Dotted(class, subject, detail int64) string {
	if class != 2 && class != 4 && class != 5 || subject < 0 || subject > 999 || detail < 0 || detail > 999 {
		return ""
	}
	if subject < subjects && detail < details {
		return dotted[(max(class-3, 0)*subjects+subject)*details+detail]
	}
	return join(int(class), int(subject), int(detail))
}
