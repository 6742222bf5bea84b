package filter

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/engine"
)

// mostState is how large a file is that is read as a state: several times what the limits let one grow to.
const mostState = 1 << 30

// state is the file that keeps what is open over restarts and reloads.
type state struct {
	path     string
	interval time.Duration
	saved    time.Time
	failed   bool // the last time; it is said once
}

// restore reads it. A damaged one is put aside under another name, and what is open begins anew.
func (s *state) restore(e *engine.Engine) error {
	if s.path == "" {
		return nil
	}
	info, err := os.Stat(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("state: %w; is the folder under accessible_paths?", err)
	}
	var data []byte
	if info.Size() > mostState {
		err = fmt.Errorf("%d bytes are too many", info.Size())
	} else if data, err = os.ReadFile(s.path); err == nil {
		if data, err = e.Policy().Open(data); err == nil {
			err = e.Restore(data)
		}
	}
	if err == nil {
		return nil
	}
	aside := s.path + ".damaged"
	complain("the state in " + s.path + " cannot be read, it is put aside as " + aside + ": " + err.Error())
	return os.Rename(s.path, aside)
}

// save writes it when it is time: beside the old one first, which it then replaces.
func (s *state) save(e *engine.Engine, now time.Time) {
	if s.path == "" || now.Sub(s.saved) < s.interval {
		return
	}
	s.saved = now
	data, err := e.Save()
	if err == nil {
		data, err = e.Policy().Seal(data) // it has the names as they are
	}
	if err == nil {
		if err = os.WriteFile(s.path+".new", data, 0o600); err == nil {
			err = os.Rename(s.path+".new", s.path)
		}
	}
	if err != nil && !s.failed {
		complain("the state cannot be saved: " + err.Error())
	}
	s.failed = err != nil
}

// complain says something on Fluent Bit's own standard error.
func complain(what string) { _, _ = os.Stderr.WriteString("[smtp] " + what + "\n") }

// isUnreachable says whether a path lies outside of what the module may see (accessible_paths).
func isUnreachable(err error) bool {
	return errors.Is(err, syscall.EBADF) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, fs.ErrPermission)
}
