package tail

import (
	"bytes"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A mark is the same however the bytes in front of it came: in one piece, in many, or with a restart in between.
func TestMarkDoesNotDependOnHowItWasReached(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	text := make([]byte, 20_000)
	for i := range text {
		text[i] = byte('a' + rnd.IntN(26))
	}
	for _, size := range []int{1, 100, tailSize - 1, tailSize, headSize, headSize + 1, len(text)} {
		whole := Mark{}.Past(text[:size])
		var m Mark
		for m.At < int64(size) {
			m = m.Past(text[m.At:min(m.At+1+rnd.Int64N(700), int64(size))])
			if rnd.IntN(4) == 0 {
				m = m.saved().restored()
				require.True(t, m.standsIn(bytes.NewReader(text)))
			}
		}
		assert.True(t, m.same(whole) && whole.same(m), size)
		assert.Equal(t, whole.saved().Tail, m.saved().Tail)
		assert.Equal(t, whole.sum, m.sum)
		measured, err := measure(bytes.NewReader(text), int64(size))
		require.NoError(t, err)
		assert.True(t, m.same(measured))
		changed := slices.Clone(text)
		changed[rnd.IntN(size)] ^= 1
		measured, err = measure(bytes.NewReader(changed), int64(size))
		require.NoError(t, err)
		assert.False(t, m.same(measured), "one byte is another")
	}
}

func TestOnlyTimesProveThatTwoFilesAreOne(t *testing.T) {
	for text, want := range map[string]bool{
		"Nov 23 15:32:27 mx postfix/smtpd[1]: connect":          true,
		"2026-11-23T15:32:27.123456+01:00 mx x":                 true,
		`{"timestamp":1795447947,"type":"Delivery"}`:            true,
		"1795447947.123456 starting delivery 1":                 true,
		"@4000000065a1b2c3d4e5f601 status: local 1/10":          true,
		"Date: Mon, 23 Nov 2026 15:32:27 +0000":                 true,
		"=== Trying 192.0.2.1:25...\n<-  250-SIZE 1073741824\n": false,
		"250 2.0.0 Ok: queued as 4F7A81C0E5":                    false,
		"type,timeLogged,timeQueued,orig,rcpt":                  false,
		"[2001:db8::25]:587 12:34":                              false,
		"":                                                      false,
	} {
		assert.Equal(t, want, isStamped([]byte(text)), text)
	}
}

func TestRotatedFilesAreOrderedByWhatStandsBehindTheirName(t *testing.T) {
	for _, want := range [][]string{
		{"/l/m.log.10.gz", "/l/m.log.2.gz", "/l/m.log.1", "/l/m.log"},
		{"/l/m.log-20261101.gz", "/l/m.log-20261115", "/l/m.log-20261122", "/l/m.log"},
	} {
		var files []*File
		for _, path := range want {
			files = append(files, &File{Path: path, Dir: dirOf(path)})
		}
		files = append(files, &File{Path: "/l/m.log", Dir: "/l/m.log", left: true}) // it was rotated out of sight
		slices.Reverse(files)
		files[0].Path = "/l/m.log"
		slices.SortFunc(files, older)
		assert.True(t, files[0].left)
		for i, path := range want {
			assert.Equal(t, path, files[i+1].Path)
		}
	}
}

func TestWhatIsNoFileHasItsName(t *testing.T) {
	for mode, want := range map[fs.FileMode]string{
		fs.ModeDir: "a directory", fs.ModeNamedPipe: "a named pipe (FIFO)", fs.ModeSocket: "a socket", fs.ModeDevice: "a device", fs.ModeIrregular: "no regular file",
	} {
		assert.Equal(t, want, What(mode))
	}
	_, _, err := open(Seen{Path: "/dev/null"})
	assert.ErrorIs(t, err, ErrIrregular)
}

// A file that nobody has seen for longest is forgotten, one that is there never.
func TestFilesThatAreGoneAreBounded(t *testing.T) {
	k := NewKnown(Options{})
	for i := range maxFiles + 100 {
		k.files = append(k.files, &File{ID: strings.Repeat("x", i%7), there: i / 100, changes: &k.changes})
	}
	k.looks = maxFiles
	there := &File{ID: "there", there: maxFiles, placed: true, changes: &k.changes}
	k.files = append([]*File{there}, k.files...)
	k.forget()
	assert.Len(t, k.files, maxFiles+1)
	assert.Contains(t, k.files, there)
	assert.Equal(t, 1, k.files[0].there)
}

// A path stands in front of what is the matter with it, once; that it was moved is no matter.
func TestTroublesNameAPathOnce(t *testing.T) {
	k := NewKnown(Options{})
	k.troubles = map[string]string{}
	assert.True(t, k.trouble("/l/m.log", &fs.PathError{Op: "open", Path: "/l/m.log", Err: fs.ErrPermission}))
	assert.False(t, k.trouble("/l/n.log", &fs.PathError{Op: "open", Path: "/l/n.log", Err: fs.ErrNotExist}))
	assert.Equal(t, map[string]string{"/l/m.log": "cannot be read: permission denied"}, k.troubles)
}
