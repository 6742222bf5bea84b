package schema

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.yaml.in/yaml/v3"
)

// settings is a configuration of every kind of value.
type settings struct {
	// Name is what it
	// is called.
	Name    string          `mapstructure:"name"`
	Wait    time.Duration   `mapstructure:"wait"`
	List    []string        `mapstructure:"list"`
	Rules   []rule          `mapstructure:"rules"`
	By      map[string]rule `mapstructure:"by"`
	Storage *component.ID   `mapstructure:"storage"`
	On      *bool           `mapstructure:"enabled"` // switches it
	Common  `mapstructure:",squash"`
}

type Common struct {
	Max int `mapstructure:"max"`
}

// rule is one of many.
type rule struct {
	Share float64 `mapstructure:"share"`
}

func TestSchemaTellsKeysKindsDefaultsAndComments(t *testing.T) {
	c := comments{}
	require.NoError(t, c.read("."))
	out, err := yaml.Marshal(c.node(reflect.ValueOf(&settings{Name: "x", Wait: 90 * time.Minute, List: []string{"a", "b"}, Common: Common{Max: 7}}), c["settings"]))
	require.NoError(t, err)
	assert.Equal(t, `description: settings is a configuration of every kind of value.
type: object
properties:
    name:
        description: Name is what it is called.
        type: string
        default: x
    wait:
        type: string
        format: duration
        default: 1h30m
    list:
        type: array
        items:
            type: string
        default: [a, b]
    rules:
        type: array
        items:
            description: rule is one of many.
            type: object
            properties:
                share:
                    type: number
    by:
        type: object
        additionalProperties:
            description: rule is one of many.
            type: object
            properties:
                share:
                    type: number
    storage:
        type: string
    enabled:
        description: switches it
        type: boolean
    max:
        type: integer
        default: 7
`, string(out))
}
