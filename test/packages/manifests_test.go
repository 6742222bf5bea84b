//go:build packages

package packages

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// kubectl is the module with the description of the Kubernetes API that the manifests are held against.
const kubectl = "k8s.io/kubectl@v0.34.1"

// TestKubernetes builds the kustomize base and holds each object against the schema of the API; a yes means something, since mistakes get a no.
func TestKubernetes(t *testing.T) {
	kustomize, kubeconform, schemas := tool(t, "sigs.k8s.io/kustomize/kustomize/v5"), tool(t, "github.com/yannh/kubeconform/cmd/kubeconform"), schemas(t)
	built := local(t, time.Minute, kustomize, "build", root+"/packaging/kubernetes/base")
	check := func(objects string) (string, error) {
		cmd := exec.Command(kubeconform, "-strict", "-summary", "-schema-location", schemas+"/{{.ResourceKind}}.json")
		cmd.Stdin = strings.NewReader(objects)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	out, err := check(built)
	require.NoError(t, err, out)
	require.Contains(t, out, "Valid: 6, Invalid: 0, Errors: 0, Skipped: 0")
	boards, err := check(local(t, time.Minute, kustomize, "build", root+"/dashboards"))
	require.NoError(t, err, boards)
	require.Contains(t, boards, "Valid: 5, Invalid: 0, Errors: 0, Skipped: 0")
	for _, mistake := range [][2]string{
		{"serviceAccountName:", "serviceAcountName:"},
		{"containerPort: 9464", "containerPort: many"},
		{"  selector:", "  selektor:"},
		{"mountPath: /etc/otelcol-smtp", "mount: /etc/otelcol-smtp"},
	} {
		require.Contains(t, built, mistake[0])
		out, err := check(strings.Replace(built, mistake[0], mistake[1], 1))
		require.Error(t, err, "%s\n%s", mistake[1], out)
		require.Contains(t, out, "Invalid: 1", mistake[1])
	}
}

// TestCompose reads the Compose file with the project's own loader, which knows its schema, and looks for the files that it names.
func TestCompose(t *testing.T) {
	loader := tool(t, "github.com/compose-spec/compose-go/v2/cmd")
	file := root + "/packaging/compose/compose.yaml"
	var project struct {
		Services map[string]struct {
			Build   *struct{ Context, Dockerfile string }
			Volumes []struct{ Type, Source string }
		}
	}
	read := exec.Command(loader, "--format=json", filepath.Base(file))
	read.Dir = filepath.Dir(file)
	out, err := read.Output()
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(out, &project))
	require.Len(t, project.Services, 6)
	for name, service := range project.Services {
		if service.Build != nil {
			require.FileExists(t, filepath.Join(service.Build.Context, service.Build.Dockerfile), name)
		}
		for _, volume := range service.Volumes {
			if volume.Type == "bind" && !strings.HasPrefix(volume.Source, "/var/log") {
				_, err := os.Stat(volume.Source)
				require.NoError(t, err, name)
			}
		}
	}
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	wrong := filepath.Join(t.TempDir(), "compose.yaml")
	require.NoError(t, os.WriteFile(wrong, []byte(strings.Replace(string(text), "restart:", "restrat:", 1)), 0o600))
	require.Error(t, exec.Command(loader, wrong).Run())
}

// tool gives a program that is pinned in tools/packaging.
func tool(t *testing.T, path string) string {
	t.Helper()
	out := strings.Fields(local(t, 20*time.Minute, "go", "tool", "-n", "-modfile="+root+"/tools/packaging/go.mod", path))
	return out[len(out)-1] // behind what is said of modules that are downloaded
}

// schemas writes a schema for each kind that is used, from the description that kubectl is tested with. As in kubeconform's own, no key is allowed beyond those described.
func schemas(t *testing.T) string {
	t.Helper()
	var module struct{ Dir string }
	require.NoError(t, json.Unmarshal([]byte(local(t, 5*time.Minute, "go", "mod", "download", "-json", kubectl)), &module))
	text, err := os.ReadFile(filepath.Join(module.Dir, "testdata/openapi/swagger.json"))
	require.NoError(t, err)
	var swagger struct{ Definitions map[string]map[string]any }
	require.NoError(t, json.Unmarshal(text, &swagger))
	kinds := map[string]string{}
	for name, definition := range swagger.Definitions {
		switch {
		case definition["format"] == "int-or-string":
			delete(definition, "type")
		case name == "io.k8s.apimachinery.pkg.api.resource.Quantity":
			delete(definition, "type") // a number, too
		}
		if properties, ok := definition["properties"].(map[string]any); ok && len(properties) > 0 {
			definition["additionalProperties"] = false
		}
		if groups, ok := definition["x-kubernetes-group-version-kind"].([]any); ok && len(groups) == 1 {
			group := groups[0].(map[string]any)
			kinds[fmt.Sprint(group["group"], "/", group["version"], " ", group["kind"])] = name
		}
	}
	dir := t.TempDir()
	for _, kind := range []string{
		"/v1 Namespace", "/v1 ServiceAccount", "/v1 ConfigMap", "apps/v1 DaemonSet", "rbac.authorization.k8s.io/v1 ClusterRole", "rbac.authorization.k8s.io/v1 ClusterRoleBinding",
	} {
		require.Contains(t, kinds, kind)
		schema, err := json.Marshal(map[string]any{"$ref": "#/definitions/" + kinds[kind], "definitions": swagger.Definitions})
		require.NoError(t, err)
		_, name, _ := strings.Cut(kind, " ")
		require.NoError(t, os.WriteFile(filepath.Join(dir, strings.ToLower(name)+".json"), schema, 0o600))
	}
	return dir
}
