package command

import (
	"context"
	"fmt"
	"os"
	"strings"

	"go.opentelemetry.io/collector/confmap"
)

// resolve puts what ${env:NAME} stands for into a block, by the Collector's own rules: ${NAME} is the same, ${env:NAME:-x} is x where there is no NAME, $$ is a
// dollar. A key that was taken for what is written there would hide nobody: everybody knows it.
func resolve(block map[string]any) (*confmap.Conf, error) {
	r, err := confmap.NewResolver(confmap.ResolverSettings{
		URIs:          []string{given{}.Scheme() + ":"},
		DefaultScheme: environment{}.Scheme(),
		ProviderFactories: []confmap.ProviderFactory{
			confmap.NewProviderFactory(func(confmap.ProviderSettings) confmap.Provider { return given{block} }),
			confmap.NewProviderFactory(func(confmap.ProviderSettings) confmap.Provider { return environment{} }),
		},
	})
	if err != nil {
		return nil, err
	}
	return r.Resolve(context.Background())
}

// given provides the block itself.
type given struct{ block map[string]any }

func (given) Scheme() string                 { return "given" }
func (given) Shutdown(context.Context) error { return nil }

func (g given) Retrieve(context.Context, string, confmap.WatcherFunc) (*confmap.Retrieved, error) {
	return confmap.NewRetrieved(g.block)
}

// environment provides variables.
type environment struct{}

func (environment) Scheme() string                 { return "env" }
func (environment) Shutdown(context.Context) error { return nil }

func (e environment) Retrieve(_ context.Context, uri string, _ confmap.WatcherFunc) (*confmap.Retrieved, error) {
	name, instead, ok := strings.Cut(strings.TrimPrefix(uri, e.Scheme()+":"), ":-")
	value, set := os.LookupEnv(name)
	switch {
	case set:
	case ok:
		value = instead
	default:
		return nil, fmt.Errorf("the environment has no %s", name)
	}
	return confmap.NewRetrievedFromYAML([]byte(value))
}
