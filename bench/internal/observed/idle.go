package observed

import (
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Idle waits until a process has worked, and then used next to no CPU for so long. A process that is gone is never idle: that is the
// error.
func Idle(pid int, long time.Duration) error {
	const look, worked, next = 250 * time.Millisecond, 200 * time.Millisecond, 20 * time.Millisecond
	var last, quiet time.Duration
	for quiet < long {
		time.Sleep(look)
		now, err := CPU(pid)
		if err != nil {
			return err
		}
		if now-last <= next && now > worked && !waits(pid) {
			quiet += look
		} else {
			quiet = 0
		}
		last = now
	}
	return nil
}

// waits says whether a thread of the process could run and has no core: on a machine that others use, too, it is not idle then.
func waits(pid int) bool {
	stats, err := filepath.Glob(file(pid, "task/*/stat"))
	if err != nil {
		return false
	}
	for _, path := range stats {
		data, err := os.ReadFile(path)
		if _, rest, ok := strings.Cut(string(data), ") "); err == nil && ok && strings.HasPrefix(rest, "R") {
			return true
		}
	}
	return false
}
