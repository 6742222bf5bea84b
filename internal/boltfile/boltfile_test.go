package boltfile

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"
)

// database makes a database with a tree of several floors, values over many pages, buckets in buckets, and pages that were given back.
func database(t testing.TB, options *bbolt.Options, keys int) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "db")
	db, err := bbolt.Open(path, 0o600, options)
	require.NoError(t, err)
	rnd := rand.New(rand.NewPCG(1, 2))
	update := func(fn func(*bbolt.Bucket) error) {
		require.NoError(t, db.Update(func(tx *bbolt.Tx) error {
			b, err := tx.CreateBucketIfNotExists([]byte("default"))
			require.NoError(t, err)
			return fn(b)
		}))
	}
	for i := range keys {
		update(func(b *bbolt.Bucket) error {
			size := rnd.IntN(200)
			if rnd.IntN(20) == 0 {
				size = rnd.IntN(20_000)
			}
			return b.Put([]byte(fmt.Sprintf("key %06d", rnd.IntN(keys*2))), bytes.Repeat([]byte{byte(i)}, size))
		})
	}
	update(func(b *bbolt.Bucket) error {
		small, err := b.CreateBucketIfNotExists([]byte("inline"))
		require.NoError(t, err)
		require.NoError(t, small.Put([]byte("k"), []byte("v")))
		large, err := b.CreateBucketIfNotExists([]byte("large"))
		require.NoError(t, err)
		for i := range 100 {
			require.NoError(t, large.Put([]byte(fmt.Sprint(i)), make([]byte, 100)))
		}
		_, err = b.CreateBucketIfNotExists([]byte("none"))
		return err
	})
	for i := range keys / 3 {
		update(func(b *bbolt.Bucket) error { return b.Delete([]byte(fmt.Sprintf("key %06d", i))) })
	}
	require.NoError(t, db.Close())
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	return data
}

var settings = map[string]*bbolt.Options{
	"as file_storage has it": {NoFreelistSync: true, NoSync: true, FreelistType: bbolt.FreelistMapType},
	"with its free pages":    {NoSync: true},
	"other pages":            {NoSync: true, NoFreelistSync: true, PageSize: 16384},
}

func check(data []byte) error { return Check(bytes.NewReader(data), int64(len(data))) }

func TestWhatBboltWritesIsRight(t *testing.T) {
	for name, options := range settings {
		for _, keys := range []int{0, 1, 30, 1000} {
			require.NoError(t, check(database(t, options, keys)), "%s, %d keys", name, keys)
		}
	}
	assert.NoError(t, check(nil), "an empty file is begun")
}

func TestFilesThatAreNoneAreTold(t *testing.T) {
	good := database(t, settings["as file_storage has it"], 1000)
	with := func(change func([]byte)) []byte {
		data := bytes.Clone(good)
		change(data)
		return data
	}
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"garbage":         {bytes.Repeat([]byte("garbage "), 10_000), "invalid: no meta page is whole"},
		"zeros":           {make([]byte, 65536), "invalid: no meta page is whole"},
		"one byte":        {[]byte{1}, "invalid"},
		"half":            {good[:len(good)/2], "cut short"},
		"the first pages": {good[:8192], "cut short"},
		"less than meta":  {good[:4000], "invalid"},
		"no meta":         {with(func(b []byte) { clear(b[:8192]) }), "invalid: no meta page is whole"},
		"a lost page":     {with(func(b []byte) { clear(b[12288 : len(b)/2]) }), "page "},
	} {
		assert.ErrorContains(t, check(c.data), c.want, name)
	}
}

// A byte is flipped, a piece is overwritten, the file is cut: what is let through can be opened, read and written with bbolt. This test's own
// process would end if it could not.
func TestWhatIsLetThroughHarmsNobody(t *testing.T) {
	rounds := 200
	for name, options := range settings {
		t.Run(name, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(3, 4))
			good := database(t, options, 60)
			path := filepath.Join(t.TempDir(), "db")
			through := 0
			for range rounds {
				data := bytes.Clone(good)
				switch rnd.IntN(5) {
				case 0: // anywhere
					data[rnd.IntN(len(data))] ^= 1 << rnd.IntN(8)
				case 1: // where a page says what it is
					data[rnd.IntN(len(data)/4096)*4096+rnd.IntN(200)] ^= 1 << rnd.IntN(8)
				case 2: // a piece
					at := rnd.IntN(len(data))
					for i := at; i < min(at+1+rnd.IntN(64), len(data)); i++ {
						data[i] = byte(rnd.Uint32())
					}
				case 3: // in a key, its size or its place
					at := bytes.Index(data[rnd.IntN(len(data)-1):], []byte("key "))
					data[max(at, 20)+rnd.IntN(10)] ^= 1 << rnd.IntN(8)
				default:
					data = data[:rnd.IntN(len(data))]
				}
				if check(data) != nil {
					continue
				}
				through++
				require.NoError(t, os.WriteFile(path, data, 0o600))
				use(t, path, options)
			}
			t.Logf("%d of %d were let through", through, rounds)
			assert.Positive(t, through)
			assert.Less(t, through, rounds)
		})
	}
}

// use does with a database what a component may do.
func use(t *testing.T, path string, options *bbolt.Options) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, options)
	require.NoError(t, err)
	read := 0
	require.NoError(t, db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists([]byte("default"))
		if err != nil {
			return nil //nolint:nilerr // its kind is another now: no harm
		}
		_ = b.ForEach(func(_, v []byte) error {
			for _, c := range v {
				read += int(c)
			}
			return nil
		})
		for i := range 200 {
			key := []byte(fmt.Sprintf("key %06d", i))
			if i%3 == 0 {
				_ = b.Delete(key)
			} else {
				_ = b.Put(key, make([]byte, 300))
			}
		}
		return nil
	}))
	for n := range 20 { // pages are split, joined and given back
		require.NoError(t, db.Update(func(tx *bbolt.Tx) error {
			b := tx.Bucket([]byte("default"))
			if b == nil {
				return nil
			}
			var keys [][]byte
			_ = b.ForEach(func(k, v []byte) error {
				if v != nil {
					keys = append(keys, bytes.Clone(k))
				}
				return nil
			})
			for i, k := range keys {
				if i%4 == n%4 {
					_ = b.Delete(k)
				} else if i%7 == n%7 {
					_ = b.Put(k, make([]byte, 10+n*100))
				}
				if i < 30 {
					_ = b.Put([]byte(fmt.Sprintf("%d more %d", n, i)), make([]byte, 50))
				}
			}
			return nil
		}))
	}
	require.NoError(t, db.Close())
}

func FuzzCheck(f *testing.F) {
	for _, options := range settings {
		f.Add(database(f, options, 3))
	}
	f.Fuzz(func(_ *testing.T, data []byte) { _ = check(data) })
}
