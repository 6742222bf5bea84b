// Package observed tells what a process costs: its CPU and memory while it runs and when it has ended, whether it has anything left
// to do, what it counted, and how one program compares with another. It reads proc(5), so it is Linux' alone.
package observed

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Usage is what a running process has taken so far.
type Usage struct {
	CPU            time.Duration // user and system
	Resident, Peak int64         // bytes of memory: now, and at most
	Own            int64         // of those now, what stands in no file
}

// Of reads it.
func Of(pid int) (u Usage, err error) {
	status, err := Numbers(pid, "status")
	if err != nil {
		return u, err
	}
	u.Resident, u.Peak, u.Own = status["VmRSS"]<<10, status["VmHWM"]<<10, status["RssAnon"]<<10
	u.CPU, err = CPU(pid)
	return u, err
}

// CPU is the time that a process has run so far. utime and stime are the fields 14 and 15, of which the second is in parentheses.
func CPU(pid int) (time.Duration, error) {
	data, err := os.ReadFile(file(pid, "stat"))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(data), ") ")
	const user, system, ticks = 11, 12, 100 // ticks a second (USER_HZ)
	list := strings.Fields(rest)
	if len(list) <= system {
		return 0, fmt.Errorf("%s is short", file(pid, "stat"))
	}
	var sum int64
	for _, s := range list[user : system+1] {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return time.Duration(sum) * time.Second / ticks, nil
}

// Numbers reads a file of "name: number" of a process, such as status and io. Other lines are left out.
func Numbers(pid int, name string) (map[string]int64, error) {
	data, err := os.ReadFile(file(pid, name))
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

func file(pid int, name string) string {
	return "/proc/" + strconv.Itoa(pid) + "/" + name
}
