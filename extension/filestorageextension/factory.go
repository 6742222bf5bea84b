package filestorageextension

import (
	"context"

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
	cfg := filestorage.NewFactory().CreateDefaultConfig().(*filestorage.Config)
	cfg.Recreate = true
	return cfg
}

func create(ctx context.Context, set extension.Settings, cfg component.Config) (extension.Extension, error) {
	inner, err := filestorage.NewFactory().Create(ctx, set, cfg)
	if err != nil {
		return nil, err
	}
	return &fileStorage{Extension: inner, directory: cfg.(*filestorage.Config).Directory, logger: set.Logger}, nil
}
