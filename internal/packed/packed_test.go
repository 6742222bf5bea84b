package packed

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"errors"
	"io"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// "Nov 23 15:32:27 mx\n" as bzip2 -9 wrote it.
const bzip2Line = "425a6839314159265359138466c60000075d80001040003a9000010002814020003100d00109934791a2a4298f4408627d6968bb9229c284809c233630"

func TestKindsAreKnownByTheirFirstBytes(t *testing.T) {
	for head, want := range map[string]Kind{
		"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03": Gzip,
		"BZh91AY&SY\x0f":           Bzip2,
		"BZh9\x17rE8P\x90\x00\x00": Bzip2,
		"\x28\xb5\x2f\xfd\x04\x00": Zstd,
		"\xfd7zXZ\x00\x00\x04":     XZ,
		"\x04\x22\x4d\x18\x64":     LZ4,
		"\x1f\x9d\x90N":            LZW,
		"":                         Plain,
		"\x1f":                     Plain,
		"BZh9 is a host name":      Plain,
		"Nov 23 15:32:27 mx postfix/smtpd[1]: test": Plain,
		"(\xb5g) of something":                      Plain,
	} {
		assert.Equal(t, want, Of([]byte(head)), "%q", head)
	}
}

func TestEveryReadableKindIsRead(t *testing.T) {
	const line = "Nov 23 15:32:27 mx\n"
	var g, z bytes.Buffer
	gw := gzip.NewWriter(&g)
	_, _ = gw.Write([]byte(line))
	require.NoError(t, gw.Close())
	zw, err := zstd.NewWriter(&z)
	require.NoError(t, err)
	_, _ = zw.Write([]byte(line))
	require.NoError(t, zw.Close())
	b, err := hex.DecodeString(bzip2Line)
	require.NoError(t, err)
	for _, data := range [][]byte{[]byte(line), g.Bytes(), z.Bytes(), b} {
		kind := Of(data)
		r, err := NewReader(bytes.NewReader(data), kind)
		require.NoError(t, err, kind)
		got, err := io.ReadAll(r)
		require.NoError(t, err, kind)
		assert.Equal(t, line, string(got), kind)
		require.NoError(t, r.Close())
	}
	for _, kind := range []Kind{XZ, LZ4, LZW} {
		assert.False(t, kind.Readable())
		_, err := NewReader(nil, kind)
		assert.ErrorIs(t, err, errors.ErrUnsupported)
	}
}
