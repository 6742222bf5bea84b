package privacy

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"hash/maphash"
	"strings"
	"sync"
	"sync/atomic"
)

// The labels keep the pseudonyms of one kind from being those of another: of user anna nobody can tell that she is anna@example.com.
const (
	labelAddress   = "address"
	labelUser      = "user"
	labelIP        = "ip"
	labelDomain    = "domain"
	labelHost      = "host"
	labelMessageID = "message-id"
	labelState     = "state"
	labelID        = "id"
)

// PseudonymBytes is how many bytes of an HMAC-SHA256 a pseudonym has, written as twice as many hex digits. Among ten million persons two have the same one
// with a probability of 1 to 300,000.
const PseudonymBytes = 8

// hasher makes keyed hashes (RFC 2104). Several goroutines may use it.
type hasher struct {
	key  []byte
	pool *sync.Pool
}

func newHasher(key string) hasher {
	h := hasher{key: []byte(key)}
	h.pool = &sync.Pool{New: func() any { return hmac.New(sha256.New, h.key) }}
	return h
}

// sum is the hash of a text under a label.
func (h *hasher) sum(label, s string) (sum [sha256.Size]byte) {
	m := h.pool.Get().(hash.Hash)
	m.Reset()
	_, _ = m.Write([]byte(label))
	_, _ = m.Write([]byte{0})
	_, _ = m.Write([]byte(s))
	m.Sum(sum[:0])
	h.pool.Put(m)
	return sum
}

// pseudonym stands for a text.
func (h *hasher) pseudonym(label, s string) string {
	sum := h.sum(label, s)
	return hex.EncodeToString(sum[:PseudonymBytes])
}

// cache remembers what was worked out last: the same names come again and again. An entry is replaced as a whole, so no lock is needed.
type cache struct {
	slots [cacheSlots]atomic.Pointer[known]
}

type known struct{ kind, raw, shown string }

const (
	cacheSlots  = 4096 // a power of two
	longestSeen = 256  // bytes of what is remembered
)

var cacheSeed = maphash.MakeSeed()

// get gives what a text of a kind becomes, by make where that is not remembered. Nothing of what is kept pins a line.
func (c *cache) get(kind, raw string, mk func(string) string) string {
	if len(raw) > longestSeen {
		return mk(raw)
	}
	slot := &c.slots[(maphash.String(cacheSeed, raw)^uint64(len(kind)))%cacheSlots]
	if k := slot.Load(); k != nil && k.kind == kind && k.raw == raw {
		return k.shown
	}
	k := &known{kind: kind, raw: strings.Clone(raw)}
	k.shown = mk(k.raw)
	slot.Store(k)
	return k.shown
}

// sealed is in front of what Seal gave.
const sealed = "smtp-sealed-1\n"

// NeedsSealing says whether what is kept over restarts must be sealed.
func (p *Policy) NeedsSealing() bool { return p != nil && p.hidden }

// Seal makes a saved state unreadable without the key: the state has the names as they are, since joins are by what is and not by what is shown.
// AES-256-GCM under a key of its own, made from the user's.
func (p *Policy) Seal(data []byte) ([]byte, error) {
	if !p.NeedsSealing() || len(data) == 0 {
		return data, nil
	}
	gcm, err := p.gcm()
	if err != nil {
		return nil, err
	}
	out := make([]byte, 0, len(sealed)+gcm.NonceSize()+len(data)+gcm.Overhead())
	out = append(out, sealed...)
	out = out[:len(sealed)+gcm.NonceSize()]
	nonce := out[len(sealed):]
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	return gcm.Seal(out, nonce, data, nil), nil
}

// Open gives back what Seal was given. What was saved before anything was hidden is not sealed, and comes back as it is.
func (p *Policy) Open(data []byte) ([]byte, error) {
	rest, is := strings.CutPrefix(string(data[:min(len(data), len(sealed))]), sealed)
	if !is || rest != "" {
		return data, nil
	}
	if !p.NeedsSealing() {
		return nil, errors.New("sealed, and nothing is hidden any more that there would be a key for")
	}
	gcm, err := p.gcm()
	if err != nil {
		return nil, err
	}
	data = data[len(sealed):]
	if len(data) < gcm.NonceSize() {
		return nil, errors.New("cut short")
	}
	plain, err := gcm.Open(nil, data[:gcm.NonceSize()], data[gcm.NonceSize():], nil)
	if err != nil {
		return nil, errors.New("sealed with another hash_key, or damaged")
	}
	return plain, nil
}

func (p *Policy) gcm() (cipher.AEAD, error) {
	key := p.hasher.sum(labelState, "")
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
