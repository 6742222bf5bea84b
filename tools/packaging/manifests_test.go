// Package packaging checks what packaging/ has for Kubernetes and Compose, which cannot be run everywhere, with the tools' own readers and schemas.
package packaging

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/stretchr/testify/require"
	"github.com/yannh/kubeconform/pkg/resource"
	"github.com/yannh/kubeconform/pkg/validator"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/kubectl/pkg/scheme"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

const packaging = "../../packaging"

// TestKubernetes builds the kustomize base, reads each object as kubectl does, strictly, and holds it against the schema of the API.
func TestKubernetes(t *testing.T) {
	valid, err := validator.New([]string{schemas(t) + "/{{.ResourceKind}}.json"}, validator.Opts{Strict: true})
	require.NoError(t, err)
	kinds := map[string]int{}
	for _, object := range objects(t) {
		decoded, kind, err := serializer.NewCodecFactory(scheme.Scheme, serializer.EnableStrict).UniversalDeserializer().Decode(object, nil, nil)
		require.NoError(t, err, string(object))
		require.NotNil(t, decoded)
		kinds[kind.Kind]++
		result := valid.ValidateResource(resource.Resource{Bytes: object})
		require.Equal(t, validator.Valid, result.Status, "%s: %v", kind.Kind, result.Err)
	}
	require.Equal(t, map[string]int{"Namespace": 1, "ServiceAccount": 1, "ClusterRole": 1, "ClusterRoleBinding": 1, "ConfigMap": 1, "DaemonSet": 1}, kinds)
}

// TestKubernetesMistakes: a yes above means something.
func TestKubernetesMistakes(t *testing.T) {
	valid, err := validator.New([]string{schemas(t) + "/{{.ResourceKind}}.json"}, validator.Opts{Strict: true})
	require.NoError(t, err)
	for _, mistake := range [][2]string{
		{"serviceAccountName:", "serviceAcountName:"},
		{"containerPort: 9464", "containerPort: many"},
		{"  selector:", "  selektor:"},
		{"mountPath: /etc/otelcol-smtp", "mount: /etc/otelcol-smtp"},
	} {
		for _, object := range objects(t) {
			if bytes.Contains(object, []byte("kind: DaemonSet")) {
				require.Contains(t, string(object), mistake[0])
				wrong := strings.Replace(string(object), mistake[0], mistake[1], 1)
				require.Equal(t, validator.Invalid, valid.ValidateResource(resource.Resource{Bytes: []byte(wrong)}).Status, mistake[1])
			}
		}
	}
}

func TestCompose(t *testing.T) {
	options, err := cli.NewProjectOptions([]string{packaging + "/compose/compose.yaml"}, cli.WithEnv([]string{"MAIL_GROUP=4"}))
	require.NoError(t, err)
	project, err := options.LoadProject(t.Context())
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"otelcol-smtp", "victorialogs", "victoriametrics"}, project.ServiceNames())
	for _, service := range project.Services {
		for _, volume := range service.Volumes {
			if volume.Type == "bind" && !strings.HasPrefix(volume.Source, "/var/") {
				require.FileExists(t, volume.Source)
			}
		}
		if service.Build != nil {
			require.FileExists(t, filepath.Join(service.Build.Context, service.Build.Dockerfile))
		}
	}
}

func objects(t *testing.T) [][]byte {
	resources, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), packaging+"/kubernetes/base")
	require.NoError(t, err)
	text, err := resources.AsYaml()
	require.NoError(t, err)
	return bytes.Split(text, []byte("\n---\n"))
}

// schemas writes a schema file for each kind, from the API's description that kubectl is tested with. As in kubeconform's own, no key is allowed beyond those described.
func schemas(t *testing.T) string {
	t.Helper()
	module, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "k8s.io/kubectl").Output()
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(module)), "testdata/openapi/swagger.json"))
	require.NoError(t, err)
	text = bytes.ReplaceAll(text, []byte(`"format":"int-or-string"`), []byte(`"format":"any"`))
	var swagger struct{ Definitions map[string]map[string]any }
	require.NoError(t, json.Unmarshal(text, &swagger))
	kinds := map[string]string{}
	for name, definition := range swagger.Definitions {
		if properties, ok := definition["properties"].(map[string]any); ok && len(properties) > 0 {
			definition["additionalProperties"] = false
		}
		if groups, ok := definition["x-kubernetes-group-version-kind"].([]any); ok && len(groups) == 1 {
			group := groups[0].(map[string]any)
			kinds[fmt.Sprint(group["group"], "/", group["version"], " ", group["kind"])] = name
		}
	}
	dir := t.TempDir()
	for _, kind := range []string{"/v1 Namespace", "/v1 ServiceAccount", "/v1 ConfigMap", "apps/v1 DaemonSet", "rbac.authorization.k8s.io/v1 ClusterRole", "rbac.authorization.k8s.io/v1 ClusterRoleBinding"} {
		require.Contains(t, kinds, kind)
		schema, err := json.Marshal(map[string]any{"$ref": "#/definitions/" + kinds[kind], "definitions": swagger.Definitions})
		require.NoError(t, err)
		_, name, _ := strings.Cut(kind, " ")
		require.NoError(t, os.WriteFile(filepath.Join(dir, strings.ToLower(name)+".json"), schema, 0o600))
	}
	return dir
}
