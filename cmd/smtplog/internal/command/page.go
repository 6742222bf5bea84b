package command

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/page"
	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/report"
)

// stdout is the file that stands for standard output.
const stdout = "-"

// pageTo writes the report as a page to a file, which is there whole or not at all. What is no file (a device, a pipe) is written into, and stays what it is.
func pageTo(path string, out io.Writer, r *report.Report) error {
	if path == stdout {
		return writePage(out, r)
	}
	info, err := os.Stat(path)
	if err == nil && info.Mode()&(fs.ModeDevice|fs.ModeNamedPipe|fs.ModeSocket) != 0 {
		return intoDevice(path, r)
	}
	mode := fs.FileMode(0o644)
	if err == nil {
		mode = info.Mode().Perm()
		if path, err = filepath.EvalSymlinks(path); err != nil { // a link goes on leading there
			return fmt.Errorf("--html: %w", err)
		}
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".smtplog-*")
	if err != nil {
		return fmt.Errorf("--html: there is no writing into %s: %w", filepath.Dir(path), plain(err))
	}
	err = writePage(f, r)
	err = cmp.Or(err, f.Chmod(mode))
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // it is of no use
		return fmt.Errorf("--html: %w", err)
	}
	return nil
}

func intoDevice(path string, r *report.Report) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("--html: %w", err)
	}
	if err := errors.Join(writePage(f, r), f.Close()); err != nil {
		return fmt.Errorf("--html: %w", err)
	}
	return nil
}

func writePage(to io.Writer, r *report.Report) error {
	w := bufio.NewWriter(to)
	if err := page.Write(w, r); err != nil {
		return err
	}
	return w.Flush()
}
