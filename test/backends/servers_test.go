//go:build backends

package backends

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	collector = root + "/bin/otelcol-smtp"
	built     = root + "/build/servers/"
	user      = "mail"
	password  = "let me in"
)

var authorization = "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))

// patience is how long a program may take to start: a dozen start at once, perhaps beside others that have the machine first.
const patience = 3 * time.Minute

// program runs until the test ends.
type program struct {
	t         *testing.T
	env, line []string
	cmd       *exec.Cmd
	output    bytes.Buffer
}

func (p *program) start() {
	p.t.Helper()
	p.cmd = exec.Command(p.line[0], p.line[1:]...)
	p.cmd.Env = p.env
	p.cmd.Stdout, p.cmd.Stderr = &p.output, &p.output
	require.NoError(p.t, p.cmd.Start())
}

func (p *program) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

func start(t *testing.T, env []string, path string, args ...string) *program {
	t.Helper()
	_, err := os.Stat(path)
	require.NoError(t, err, "not built: run `make backends`")
	p := &program{t: t, env: append(os.Environ(), env...), line: append([]string{path}, args...)}
	p.start()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			text := p.output.String()
			t.Logf("%s: %s", filepath.Base(path), text[max(0, len(text)-60000):])
		}
	})
	return p
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

// authority is a certificate that signs itself, for 127.0.0.1, and a client that trusts it and knows the password.
type authority struct {
	cert, key string
	client    *http.Client
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	dir := t.TempDir()
	a := &authority{cert: filepath.Join(dir, "cert.pem"), key: filepath.Join(dir, "key.pem")}
	pemCert := pemOf(der)
	require.NoError(t, os.WriteFile(a.cert, pemCert, 0o600))
	require.NoError(t, os.WriteFile(a.key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600))
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pemCert)
	a.client = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	return a
}

// trust is what a client of it has.
func (a *authority) trust() *tls.Config {
	return a.client.Transport.(*http.Transport).TLSClientConfig.Clone()
}

// pemOf is a certificate as files have it.
func pemOf(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// post asks with a form; the answer is nil while the server is not up. An answer that is none ends the test.
func (a *authority) post(t *testing.T, address string, form url.Values) []byte {
	t.Helper()
	return a.send(t, address, "application/x-www-form-urlencoded", form.Encode())
}

// send gives the answer to a body, likewise.
func (a *authority) send(t *testing.T, address, kind, text string) []byte {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, address, strings.NewReader(text))
	require.NoError(t, err)
	request.Header.Set("Content-Type", kind)
	return a.do(t, request, text)
}

// get gives the answer to a question without a body, likewise.
func (a *authority) get(t *testing.T, address string) []byte {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, address, nil)
	require.NoError(t, err)
	return a.do(t, request, address)
}

func (a *authority) do(t *testing.T, request *http.Request, text string) []byte {
	t.Helper()
	request.Header.Set("Authorization", authorization)
	request.Header.Set("X-Scope-OrgID", tenant)
	response, err := a.client.Do(request)
	if err != nil {
		return nil
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	if body == nil {
		body = []byte{}
	}
	require.Equal(t, 2, response.StatusCode/100, "%s\n%d %s", text, response.StatusCode, body)
	return body
}

// example is one of the collector's configurations, run as it stands: addresses, paths and secrets come from the environment.
type example struct {
	lines  []string
	config []string // what is set beside it
}

// run starts the collector, and writes the log once it looks for it: nothing of it is left out as being old.
func (e *example) run(t *testing.T, name string, env ...string) *program {
	t.Helper()
	dir := t.TempDir()
	health := freeAddress(t)
	log := filepath.Join(dir, "mail.log")
	env = append(env, "STATE_DIR="+filepath.Join(dir, "state"), "MAIL_LOG="+log, "HEALTH="+health)
	// Its own metrics have one address, which another collector may have.
	args := []string{"--config", root + "/examples/" + name, "--config", "yaml:service::telemetry::metrics::level: none"}
	for _, c := range e.config {
		args = append(args, "--config", c)
	}
	p := start(t, env, collector, args...)
	require.Eventually(t, func() bool {
		response, err := http.Get("http://" + health)
		if err != nil {
			return false
		}
		defer response.Body.Close()
		return response.StatusCode == http.StatusOK
	}, patience, 50*time.Millisecond, "the collector is not healthy")
	time.Sleep(time.Second)
	f, err := os.OpenFile(log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	require.NoError(t, err)
	defer f.Close()
	for lines := range slices.Chunk(e.lines, len(e.lines)/3+1) { // several batches, of a day and more
		_, err = f.WriteString(strings.Join(lines, "\n") + "\n")
		require.NoError(t, err)
		time.Sleep(time.Second) // it has read them, and nobody takes them yet
	}
	return p
}

// runAndRestart is the same with an orderly restart in the middle of the outage: what waits on disk is handed on by another process, once. (After a kill
// lines may come twice, with the same ids: test/e2e has that.)
func (e *example) runAndRestart(t *testing.T, name string, env ...string) {
	t.Helper()
	p := e.run(t, name, env...)
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(t, p.cmd.Wait())
	p.start()
}
