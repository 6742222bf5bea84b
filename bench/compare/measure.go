package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/bench/internal/observed"
)

// errEnded is a collector that did not wait to be told.
var errEnded = errors.New("it ended by itself")

// measure runs the collector over a log until it has nothing more to do, and ends it. env names the log, and where its output goes.
func measure(binary, config string, env ...string) (observed.Cost, error) {
	cmd := exec.Command(binary, "--config", config)
	cmd.Env = append(os.Environ(), env...)
	nothing := func() error { return nil }
	return watch(cmd, nothing, nothing)
}

// watch runs a program until it has nothing more to do, and ends it. begun is called when it runs, done before it is told to end.
func watch(cmd *exec.Cmd, begun, done func() error) (observed.Cost, error) {
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		return observed.Cost{}, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	if err := begun(); err != nil {
		return observed.Cost{}, errors.Join(err, cmd.Process.Kill(), <-ended)
	}
	if err := observed.Idle(cmd.Process.Pid, 2*time.Second); err != nil {
		return observed.Cost{}, fmt.Errorf("%w: %s", errors.Join(errEnded, err, <-ended), output.String())
	}
	failed := done()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return observed.Cost{}, err
	}
	if err := <-ended; err != nil && !wasTold(cmd.ProcessState) {
		return observed.Cost{}, fmt.Errorf("%w: %s", err, output.String())
	}
	c, err := observed.Ended(cmd.ProcessState)
	return c, errors.Join(err, failed)
}

// wasTold says whether a program ended because it was told to: one that knows no orderly end.
func wasTold(s *os.ProcessState) bool {
	status, ok := s.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGTERM
}
