package filestorageextension

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strings"

	"go.opentelemetry.io/collector/component"
)

// path is where contrib's file_storage keeps a client's database (extension/storage/filestorage/extension.go, v0.158). A test compares.
func (s *fileStorage) path(kind component.Kind, id component.ID, name string) string {
	raw := kindName(kind) + "_" + id.Type().String() + "_" + id.Name()
	if name != "" {
		raw += "_" + name
	}
	file := safe(raw)
	if len(file) > 255 { // more than a file's name may have
		sum := sha256.Sum256([]byte(file))
		file = hex.EncodeToString(sum[:])
	}
	return filepath.Join(s.directory, file)
}

func kindName(kind component.Kind) string {
	switch kind {
	case component.KindReceiver, component.KindProcessor, component.KindExporter, component.KindExtension, component.KindConnector:
		return strings.ToLower(kind.String())
	}
	return "other"
}

// safe writes every character that a path may not have as its number.
func safe(name string) string {
	var b strings.Builder
	for _, r := range name {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '-' || r == '_' {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "~%04X", r)
		}
	}
	return b.String()
}
