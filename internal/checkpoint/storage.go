package checkpoint

import (
	"context"
	"fmt"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"
)

// Storage opens a component's part of a storage extension. Its errors name the key of the configuration and what that takes.
func Storage(ctx context.Context, host component.Host, ext component.ID, kind component.Kind, id component.ID) (storage.Client, error) {
	e, ok := host.GetExtensions()[ext]
	if !ok {
		return nil, fmt.Errorf("storage: there is no extension %q, takes the name of a storage extension that is in service.extensions", ext)
	}
	s, ok := e.(storage.Extension)
	if !ok {
		return nil, fmt.Errorf("storage: extension %q stores nothing, takes the name of a storage extension such as file_storage", ext)
	}
	client, err := s.GetClient(ctx, kind, id, "")
	if err != nil {
		return nil, fmt.Errorf("storage: %w", err)
	}
	return client, nil
}
