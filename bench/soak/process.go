package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// used is what a process takes.
type used struct {
	resident, most float64 // MiB
	cpu            time.Duration
}

// usage reads it (proc(5)).
func usage(pid int) (u used, err error) {
	status, err := fields(pid, "status")
	if err != nil {
		return u, err
	}
	u.resident, u.most = float64(status["VmRSS"])/1024, float64(status["VmHWM"])/1024
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return u, err
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	const user, system, ticks = 11, 12, 100 // fields 14 and 15; USER_HZ
	list := strings.Fields(rest)
	if len(list) <= system {
		return u, fmt.Errorf("/proc/%d/stat is short", pid)
	}
	for _, s := range list[user : system+1] {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return u, err
		}
		u.cpu += time.Duration(n) * time.Second / ticks
	}
	return u, nil
}

// fields reads a file of "name: number" of a process.
func fields(pid int, name string) (map[string]int64, error) {
	data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/" + name)
	if err != nil {
		return nil, err
	}
	list := map[string]int64{}
	for line := range strings.Lines(string(data)) {
		key, rest, _ := strings.Cut(line, ":")
		if words := strings.Fields(rest); len(words) > 0 {
			if n, err := strconv.ParseInt(words[0], 10, 64); err == nil {
				list[key] = n
			}
		}
	}
	return list, nil
}

// wait waits until the process has read as much as was written, or nearly so: it reads some of it twice, to know files again.
func (w *writer) wait(pid int) error {
	for range 6000 {
		io, err := fields(pid, "io")
		if err != nil {
			return err
		}
		if io["rchar"] >= w.bytes {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return fmt.Errorf("it has not read on for two minutes behind line %d", w.lines)
}

// idle waits until the process has next to nothing to do for five seconds.
func idle(pid int) error {
	for quiet, last := 0, time.Duration(0); quiet < 5; {
		time.Sleep(time.Second)
		u, err := usage(pid)
		if err != nil {
			return err
		}
		if quiet++; u.cpu-last > 50*time.Millisecond {
			quiet = 0
		}
		last = u.cpu
	}
	return nil
}
