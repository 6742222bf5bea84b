package observed

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"syscall"
	"time"
)

// Cost is what one run of a program took.
type Cost struct {
	CPU  time.Duration // user and system
	Wall time.Duration // where it was measured
	Peak int64         // bytes of resident memory
}

// Ended is what a process took that has ended.
func Ended(s *os.ProcessState) (Cost, error) {
	usage, ok := s.SysUsage().(*syscall.Rusage)
	if !ok {
		return Cost{}, errors.New("the system tells no resource usage")
	}
	return Cost{CPU: s.UserTime() + s.SystemTime(), Peak: usage.Maxrss << 10}, nil
}

// Ordered gives the runs that took the least CPU, as much as half of them, and the most.
func Ordered(runs []Cost) (least, middle, most Cost) {
	list := slices.Clone(runs)
	slices.SortFunc(list, func(a, b Cost) int { return int(a.CPU - b.CPU) })
	return list[0], list[len(list)/2], list[len(list)-1]
}

// Ratio is how one program compares with another.
type Ratio struct{ Least, Middle, Most float64 }

// RoundByRound compares two programs that were run in turn, each run with the other's of the same round: the machine's speed drifts.
func RoundByRound(a, b []Cost, of func(Cost) time.Duration) Ratio {
	var list []float64
	for i := range a {
		list = append(list, of(a[i]).Seconds()/of(b[i]).Seconds())
	}
	slices.Sort(list)
	return Ratio{list[0], list[len(list)/2], list[len(list)-1]}
}

// ByCPU compares what the machine spent.
func ByCPU(c Cost) time.Duration { return c.CPU }

// ByWall compares what was waited for.
func ByWall(c Cost) time.Duration { return c.Wall }

func (r Ratio) String() string {
	return fmt.Sprintf("%.2f (%.2f to %.2f)", r.Middle, r.Least, r.Most)
}
