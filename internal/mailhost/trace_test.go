package mailhost

import (
	"fmt"
	"testing"
	"time"
)

func TestMemoryOfMessageIDsIsBoundedAndKeepsTheRepeatedOne(t *testing.T) {
	all := new(Totals)
	h := New("mx", testSite(), all, new(Arrivals))
	for i := range 5 * maxRepeated {
		h.repeated.next(fmt.Sprint("id", i), int64(i))
		if i%1000 == 0 {
			h.repeated.next("again", int64(i))
		}
	}
	if n := h.repeated.Len(); n > maxRepeated || int64(n) != all.small[smallRepeated].Load() {
		t.Errorf("%d kept, %d counted", n, all.small[smallRepeated].Load())
	}
	if n := h.repeated.next("again", 5*maxRepeated); n != 5*maxRepeated/1000+2 {
		t.Errorf("the repeated one was counted %d times", n)
	}
	h.repeated.next("much later", 5*maxRepeated+int64(25*time.Hour))
	if n := h.repeated.Len(); n != 1 {
		t.Errorf("%d kept after a day", n)
	}
	h.dropShares()
	if all.small[smallRepeated].Load() != 0 {
		t.Errorf("%d are left of a host that is gone", all.small[smallRepeated].Load())
	}
}
