package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
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

// measure runs the collector over the log until it has nothing more to do, and ends it.
func measure(binary, config, log, out string) (cost, error) {
	if err := os.WriteFile(out, nil, 0o600); err != nil {
		return cost{}, err
	}
	var output bytes.Buffer
	cmd := exec.Command(binary, "--config", config)
	cmd.Env = append(os.Environ(), "LOG="+log, "OUT="+out)
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		return cost{}, err
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case err := <-done:
		return cost{}, fmt.Errorf("%w: %s", errors.Join(errEnded, err), output.String())
	case <-idle(cmd.Process.Pid):
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return cost{}, err
	}
	if err := <-done; err != nil {
		return cost{}, fmt.Errorf("%w: %s", err, output.String())
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return cost{}, errors.New("the system tells no resource usage")
	}
	return cost{
		cpu:  cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(),
		peak: usage.Maxrss << 10,
	}, nil
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
			if now-last <= ticks/50 && now > ticks/5 {
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
