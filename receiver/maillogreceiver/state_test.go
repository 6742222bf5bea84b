package maillogreceiver

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The state holds prints of what the files begin with, none of their bytes: a first line may hold a credential.
func TestNoByteOfALogIsInTheState(t *testing.T) {
	storage := t.TempDir()
	f := &folder{t: t, dir: t.TempDir(), host: newStorage(t, storage), sink: new(sink), glob: "*"}
	const secret = "AGpvZUBleGFtcGxlLmNvbQBodW50ZXIy"
	f.write("mail.log", "AUTH PLAIN "+secret)
	f.write("long.log", append(numbered(0, 500), "AUTH PLAIN "+secret)...)
	f.pack("mail.log.1.gz", "AUTH LOGIN "+secret)
	f.start()
	f.want(append(numbered(0, 500), "AUTH PLAIN "+secret, "AUTH PLAIN "+secret, "AUTH LOGIN "+secret)...)
	f.stop()
	files, err := filepath.Glob(filepath.Join(storage, "*"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	data, err := os.ReadFile(files[0])
	require.NoError(t, err)
	require.True(t, bytes.Contains(data, []byte("long.log")), "the state is not there")
	for i := range len(secret) - 6 {
		assert.False(t, bytes.Contains(data, []byte(secret[i:i+6])))
	}
	assert.False(t, bytes.Contains(data, []byte("postfix")))
}

func TestStateThatIsDamagedIsSetAside(t *testing.T) {
	for _, damage := range []string{"garbage", `{"version":99}`, `{"version":1,"files":[{"id":5}]}`} {
		f := newFolder(t, "mail.log")
		f.write("mail.log", numbered(0, 10)...)
		f.start()
		f.want(numbered(0, 10)...)
		require.NoError(t, f.r.offsets.Set(t.Context(), stateKey, []byte(damage)))
		client := f.r.offsets.Client
		f.r.offsets.Client = failing{client} // so that it does not write its own
		_ = f.r.Shutdown(t.Context())
		f.start()
		f.settle()
		kept, err := f.r.offsets.Get(t.Context(), asideKey)
		require.NoError(t, err)
		assert.Equal(t, damage, string(kept))
		assert.Len(t, f.sink.lines(), 20) // from the beginning
	}
}
