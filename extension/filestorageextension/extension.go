package filestorageextension

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"

	berrors "go.etcd.io/bbolt/errors"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.uber.org/zap"

	"github.com/otelcol-smtp/otelcol-smtp/internal/boltfile"
)

// fileStorage is contrib's extension. It looks at a client's file before bbolt does: one that would end the process, or keep it
// from starting, is set aside and reported, and a new one is begun.
type fileStorage struct {
	extension.Extension
	directory string
	logger    *zap.Logger
}

var _ storage.Extension = (*fileStorage)(nil)

// GetClient gives a component its client. It fails only where another process uses the file.
func (s *fileStorage) GetClient(ctx context.Context, kind component.Kind, id component.ID, name string) (storage.Client, error) {
	path := s.path(kind, id, name)
	damage := examine(path)
	if damage != nil {
		s.setAside(path, damage)
	}
	client, err := s.open(ctx, kind, id, name)
	if damage == nil && isDamage(err) && s.setAside(path, err) {
		client, err = s.open(ctx, kind, id, name)
	}
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return nil, fmt.Errorf("%s is used by another process: %w", path, err)
	case err != nil:
		s.logger.Error("the file can not be used: what this component saves is kept in memory, and lost when the collector ends",
			zap.String("file", path), zap.String("component", id.String()), zap.Error(err))
		return newMemory(), nil
	}
	c := &summed{logger: s.logger.With(zap.String("file", path))}
	c.client = client
	c.broken = func(reason error) {
		s.setAside(path, reason)
		s.logger.Error("the file can not be used any longer: what this component saves is kept in memory, and lost when the collector ends",
			zap.String("file", path), zap.String("component", id.String()))
	}
	if kind == component.KindExporter {
		return newHolding(c, c.logger), nil
	}
	return c, nil
}

// open is contrib's GetClient; what panics there is an error here.
func (s *fileStorage) open(ctx context.Context, kind component.Kind, id component.ID, name string) (client storage.Client, err error) {
	err = guard(func() (err error) {
		client, err = s.Extension.(storage.Extension).GetClient(ctx, kind, id, name)
		return err
	})
	return client, err
}

// examine says what is wrong with a client's file. That there is none, and that it is in use, is nothing wrong.
func examine(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("is no file, but %s", info.Mode().Type())
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if !lock(f) {
		return nil // its owner changes it while we look
	}
	if info, err = f.Stat(); err != nil {
		return err
	}
	return boltfile.Check(f, info.Size())
}

// isDamage says whether the file is what an error is about. A disk that is full and a process that may open no more files say
// nothing about it.
func isDamage(err error) bool {
	var p *panicked
	for _, e := range []error{
		berrors.ErrInvalid, berrors.ErrVersionMismatch, berrors.ErrChecksum,
		berrors.ErrIncompatibleValue, fs.ErrPermission, fs.ErrNotExist, syscall.EISDIR, syscall.ELOOP,
	} {
		if errors.Is(err, e) {
			return true
		}
	}
	return errors.As(err, &p)
}

// setAside moves a file out of the way, under the name that contrib's recreate gives it.
func (s *fileStorage) setAside(path string, reason error) bool {
	aside := path + "." + time.Now().UTC().Format("20060102T150405.000Z0700") + ".backup"
	if err := os.Rename(path, aside); err != nil {
		if errors.Is(reason, fs.ErrPermission) { // nothing is known of a file that we may not look at; who asked says that it cannot be used
			return false
		}
		s.logger.Error("a damaged file could not be set aside", zap.String("file", path), zap.NamedError("damage", reason), zap.Error(err))
		return false
	}
	s.logger.Error("a damaged file is set aside; what its component had saved is not known any longer, it starts anew",
		zap.String("file", path), zap.String("aside", aside), zap.NamedError("damage", reason))
	return true
}
