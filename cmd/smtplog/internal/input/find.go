package input

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Stdin is the path that stands for standard input.
const Stdin = "-"

// find gives the files that paths, patterns and directories name. What is wrong with a file that was named itself is an error; what was found by a
// pattern or in a directory and is no log is passed over.
func find(paths []string) (files []*File, troubles []error) {
	seen := map[string]bool{}
	take := func(path string, named bool) {
		clean := filepath.Clean(path)
		if seen[clean] {
			return
		}
		seen[clean] = true
		f, err := look(path)
		switch {
		case err == nil:
			files = append(files, f)
		case named || !isNoLog(err):
			troubles = append(troubles, fmt.Errorf("%s: %w", path, err))
		}
	}
	for _, path := range paths {
		info, err := os.Stat(path)
		switch {
		case path == Stdin:
			if !seen[Stdin] { // it can be read once
				files = append(files, &File{Path: Stdin})
			}
			seen[Stdin] = true
		case err == nil && info.IsDir():
			list, err := inside(path)
			if err != nil {
				troubles = append(troubles, fmt.Errorf("%s: %w", path, plain(err)))
			}
			if err == nil && len(list) == 0 {
				troubles = append(troubles, fmt.Errorf("%s: no file is in this directory", path))
			}
			for _, p := range list {
				take(p, false)
			}
		case err != nil && strings.ContainsAny(path, "*?["):
			list, err := filepath.Glob(path)
			if err == nil && len(list) == 0 {
				err = fmt.Errorf("no file has a name like that")
			}
			if err != nil {
				troubles = append(troubles, fmt.Errorf("%s: %w", path, err))
			}
			for _, p := range list {
				take(p, false)
			}
		default:
			take(path, true)
		}
	}
	return files, troubles
}

func isNoLog(err error) bool { return errors.Is(err, errBinary) || errors.Is(err, errFolder) }

// inside lists the files of a directory, not of those in it.
func inside(dir string) (list []string, err error) {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if !e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			list = append(list, filepath.Join(dir, e.Name()))
		}
	}
	return list, err
}

// unique leaves out a file that is there under two names: a link, or the same content, of which one may be the longer.
func unique(files []*File) (list []*File) {
	for _, f := range files {
		i := slices.IndexFunc(list, func(o *File) bool { return o.isSame(f) })
		switch {
		case i < 0:
			list = append(list, f)
		case f.kind == "" && list[i].kind != "", f.kind == list[i].kind && f.Size > list[i].Size:
			list[i] = f
		}
	}
	return list
}

func (f *File) isSame(o *File) bool {
	if f.info == nil || o.info == nil {
		return false
	}
	return os.SameFile(f.info, o.info) || f.full && o.full && f.head == o.head || !f.full && !o.full && f.text != "" && f.text == o.text
}
