package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// cost is what one run of a process took.
type cost struct {
	cpu  time.Duration // user and system
	peak int64         // bytes of resident memory
}

// errEnded is a collector that did not wait to be told.
var errEnded = errors.New("it ended by itself")

// measure runs the collector over a log until it has nothing more to do, and ends it. env names the log, and where its output goes.
func measure(binary, config string, env ...string) (cost, error) {
	cmd := exec.Command(binary, "--config", config)
	cmd.Env = append(os.Environ(), env...)
	nothing := func() error { return nil }
	return watch(cmd, nothing, nothing)
}

// watch runs a program until it has nothing more to do, and ends it. begun is called when it runs, done before it is told to end.
func watch(cmd *exec.Cmd, begun, done func() error) (cost, error) {
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		return cost{}, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	if err := begun(); err != nil {
		return cost{}, errors.Join(err, cmd.Process.Kill(), <-ended)
	}
	select {
	case err := <-ended:
		return cost{}, fmt.Errorf("%w: %s", errors.Join(errEnded, err), output.String())
	case <-idle(cmd.Process.Pid):
	}
	failed := done()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return cost{}, err
	}
	if err := <-ended; err != nil && !wasTold(cmd.ProcessState) {
		return cost{}, fmt.Errorf("%w: %s", err, output.String())
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return cost{}, errors.New("the system tells no resource usage")
	}
	return cost{
		cpu:  cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(),
		peak: usage.Maxrss << 10,
	}, failed
}

// wasTold says whether a program ended because it was told to: one that knows no orderly end.
func wasTold(s *os.ProcessState) bool {
	status, ok := s.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGTERM
}

// idle says when the process has worked, and then used next to no CPU for two seconds; a process that is gone is never idle.
func idle(pid int) <-chan struct{} {
	const ticks = 100 // a second (USER_HZ)
	ready := make(chan struct{})
	go func() {
		last, quiet := int64(0), 0
		for quiet < 8 {
			time.Sleep(250 * time.Millisecond)
			now, err := jiffies(pid)
			if err != nil {
				return
			}
			if now-last <= ticks/50 && now > ticks/5 && !waits(pid) {
				quiet++
			} else {
				quiet = 0
			}
			last = now
		}
		close(ready)
	}()
	return ready
}

// waits says whether a thread of the process could run and has no core: on a machine that others use, too, it is not idle then.
func waits(pid int) bool {
	stats, err := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/task/*/stat")
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

// jiffies is the CPU time of a process so far (proc(5): utime and stime are the fields 14 and 15, the second is in parentheses).
func jiffies(pid int) (int64, error) {
	data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(data), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0, errors.New("short /proc/PID/stat")
	}
	user, err1 := strconv.ParseInt(fields[11], 10, 64)
	system, err2 := strconv.ParseInt(fields[12], 10, 64)
	return user + system, errors.Join(err1, err2)
}
