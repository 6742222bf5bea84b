package filestorageextension

import (
	"context"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension"

	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/storage/filestorage"

	"github.com/otelcol-smtp/otelcol-smtp/extension/filestorageextension/internal/metadata"
)

// NewFactory returns the factory of the file_storage extension.
func NewFactory() extension.Factory {
	return extension.NewFactory(metadata.Type, createDefaultConfig, create, metadata.ExtensionStability)
}

// createDefaultConfig is contrib's, but that what it can mend itself it does.
func createDefaultConfig() component.Config {
	cfg := &Config{*filestorage.NewFactory().CreateDefaultConfig().(*filestorage.Config)}
	cfg.Recreate = true
	return cfg
}

func create(ctx context.Context, set extension.Settings, cfg component.Config) (extension.Extension, error) {
	config := &cfg.(*Config).Config
	inner, err := filestorage.NewFactory().Create(ctx, set, shrinking(config, time.Minute))
	if err != nil {
		return nil, err
	}
	return &fileStorage{Extension: inner, directory: config.Directory, logger: set.Logger}, nil
}

// A file of so much is written anew when it needs no more than so little: bbolt takes 16 MiB at a time from the disk, and copying 4 is a matter of moments.
const largeMiB, littleMiB = 16, 4

// shrinking gives the configuration with which a file gives back what it does not need any longer, where nothing is said of that: bbolt's files only grow,
// so a queue that waited for its backend would keep its gigabyte of the disk for good. It is looked at so often; a disk that is too full is told as often.
func shrinking(cfg *filestorage.Config, every time.Duration) *filestorage.Config {
	if *cfg.Compaction != *createDefaultConfig().(*Config).Compaction {
		return cfg
	}
	c, own := *cfg, *cfg.Compaction
	own.Directory, own.OnRebound, own.CleanupOnStart, own.CheckInterval = cfg.Directory, true, true, every
	own.ReboundNeededThresholdMiB, own.ReboundTriggerThresholdMiB = largeMiB, littleMiB
	c.Compaction = &own
	return &c
}
