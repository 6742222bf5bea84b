package maillogreceiver

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/otelcol-smtp/otelcol-smtp/receiver/maillogreceiver/internal/tail"
)

// include finds the files that the globs match.
type include struct{ globs, without []string }

// validGlobs says which glob is none.
func validGlobs(globs []string) error {
	for _, g := range globs {
		if !doublestar.ValidatePathPattern(g) {
			return fmt.Errorf("%q is no glob", g)
		}
	}
	return nil
}

const matchesNone = "matches no file"

// look gives the files that are there, by their names, and for a glob or a name that gives none what the matter is.
func (in include) look() ([]tail.Seen, map[string]string) {
	files, troubles := map[string]tail.Seen{}, map[string]string{}
	for _, g := range in.globs {
		found, err := glob(g)
		what, some := matchesNone, false
		for _, path := range found {
			s, err := tail.Look(path)
			switch {
			case in.isExcluded(path):
				what = "matches only what exclude names"
			case err != nil:
				some = tellMissing(path, err, troubles) || some
			case s.Mode.IsRegular():
				files[path], some = s, true
			case s.Mode.IsDir():
				what = "is a directory: include takes globs of files, such as " + filepath.Join(path, "*")
			default:
				troubles[path], some = "is "+tail.What(s.Mode)+", which is not read: include takes globs of files", true
			}
		}
		if err != nil {
			troubles[g] = "cannot be looked through: " + cause(err)
		} else if !some {
			troubles[g] = what
		}
	}
	in.leaveOtherSystems(files, troubles)
	return slices.SortedFunc(maps.Values(files), func(a, b tail.Seen) int { return strings.Compare(a.Path, b.Path) }), troubles
}

// systemsNames is what the syslog daemons of Debian; of Red Hat, the BSDs and macOS; of SUSE call the log of mail. Who names several of them wants whichever his
// system has: the other names are there on no machine.
var systemsNames = [...]string{"mail.log", "maillog", "mail"}

// systemsDir is the directory of a glob that is one of them, perhaps with those that a rotation has made of it; empty for any other.
func systemsDir(g string) string {
	dir, name := filepath.Split(g)
	if !slices.Contains(systemsNames[:], strings.TrimSuffix(name, "*")) {
		return ""
	}
	return dir
}

// leaveOtherSystems takes it out of the troubles that such a name gives no file, where another one in the same directory gives one.
func (in include) leaveOtherSystems(files map[string]tail.Seen, troubles map[string]string) {
	for _, g := range in.globs {
		dir := systemsDir(g)
		if dir != "" && troubles[g] == matchesNone && slices.ContainsFunc(in.globs, func(other string) bool {
			return other != g && systemsDir(other) == dir && givesAny(other, files)
		}) {
			delete(troubles, g)
		}
	}
}

func givesAny(g string, files map[string]tail.Seen) bool {
	for path := range files {
		if matches, err := doublestar.PathMatch(g, path); err == nil && matches {
			return true
		}
	}
	return false
}

// tellMissing says why a name is there and its file is not. It is false when the name is gone, too.
func tellMissing(path string, err error, troubles map[string]string) bool {
	if !errors.Is(err, fs.ErrNotExist) {
		troubles[path] = "cannot be looked at: " + cause(err)
		return true
	}
	target, err := os.Readlink(path)
	if err != nil {
		return false
	}
	troubles[path] = fmt.Sprintf("is a link to %s, which is not there", target)
	return true
}

func (in include) isExcluded(path string) bool { return matchesAny(in.without, path) }

// shows says whether look gives the file when it is there.
func (in include) shows(path string) bool { return matchesAny(in.globs, path) && !in.isExcluded(path) }

func matchesAny(globs []string, path string) bool {
	return slices.ContainsFunc(globs, func(g string) bool {
		matches, err := doublestar.PathMatch(g, path)
		return err == nil && matches
	})
}

// glob gives the names that a glob matches, also those of links that lead nowhere. An error does not keep it from giving what it can.
func glob(pattern string) ([]string, error) {
	if name := filepath.Clean(pattern); !strings.ContainsAny(pattern, `*?[{\`) {
		if _, err := os.Lstat(name); errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		} else if err != nil {
			return nil, err
		}
		return []string{name}, nil
	}
	var options []doublestar.GlobOption
	if runtime.GOOS == "windows" {
		options = append(options, doublestar.WithCaseInsensitive())
	}
	found, err := doublestar.FilepathGlob(pattern, append(options, doublestar.WithFailOnIOErrors())...)
	if err != nil {
		found, _ = doublestar.FilepathGlob(pattern, options...)
	}
	if share := `\\`; strings.HasPrefix(pattern, share) { // the glob has cleaned the names of a Windows share too well
		for i := range found {
			if !strings.HasPrefix(found[i], share) {
				found[i] = `\` + found[i]
			}
		}
	}
	return found, err
}
