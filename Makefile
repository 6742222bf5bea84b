SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# The same everywhere, so that nothing is compiled twice: collector, tests, lint and tools share what the build cache has. The race detector needs cgo.
export CGO_ENABLED := 0

# The build tools are pinned in tools/go.mod; Go builds and caches them.
TOOL := go tool -modfile=$(CURDIR)/tools/go.mod

COLLECTOR := bin/otelcol-smtp
GENERATED := build/collector
# What `otelcol-smtp --version` prints: the version of the manifest, and the commit.
VERSION ?= $(shell sed -n 's/^  version: //p' builder-config.yaml)
COMMIT ?= $(shell git describe --always --dirty --abbrev=12 --exclude='*' 2>/dev/null)
# What the binary is made of. A folder counts too: its time changes when a file is removed.
SOURCES := $(shell find converter extension internal receiver smtpconnector smtpprocessor -name testdata -prune -o -name '*_test.go' -o -name '*.md' -o -print)

# The engine must build without the Collector, for a WebAssembly filter.
ENGINE := $(wildcard $(addprefix internal/,event header reply scan secrets speech dialect weight lanes hash aging conversation mailhost session diagnose attrs engine))

BENCH ?= .
COUNT ?= 6
FUZZTIME ?= 20s

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: $(COLLECTOR) ## build bin/otelcol-smtp, the collector (the first time takes 3 to 5 minutes)

$(COLLECTOR): $(GENERATED)/go.sum $(SOURCES)
	@echo "==> compiling $@ (the first time takes 3 to 5 minutes, afterwards seconds)"
	@# -mod=mod: an import that is new in our code finds its way into the generated go.mod.
	cd $(GENERATED) && CGO_ENABLED=0 go build -mod=mod -ldflags='-s -w -X main.version=$(VERSION)$(COMMIT:%=+%)' -o $(CURDIR)/$@ .
	@touch $@

# The builder only writes files here (with `true` as its go command): its own `go mod download` would fetch every module
# of the graph, where tidy and build fetch those that are compiled.
$(GENERATED)/go.sum: builder-config.yaml go.mod tools/go.mod Makefile
	@echo "==> generating the collector's main package from builder-config.yaml"
	@mkdir -p build
	env dist.go=true $(TOOL) builder --config builder-config.yaml --skip-compilation
	@echo "==> resolving its modules"
	@# -e: tidy also wants what the tests of other modules import, and not every proxy has that; the build misses nothing silently.
	cd $(GENERATED) && go mod tidy -e
	@# The builder writes the version as a constant; here the linker sets it.
	sed -i 's/^\(\t*Version: *\)".*",$$/\1version,/' $(GENERATED)/main.go
	printf 'package main\n\nimport (\n\t"os"\n\n\t"github.com/otelcol-smtp/otelcol-smtp/internal/earlystop"\n\t"github.com/otelcol-smtp/otelcol-smtp/internal/footprint"\n)\n\nvar version = "%s"\n\nfunc init() {\n\tearlystop.Catch(os.Args)\n\tfootprint.Keep()\n}\n' '$(VERSION)' > $(GENERATED)/version.go
	@touch $@

SMTPLOG := bin/smtplog
# The logs that are shown when no other is given.
LOG ?= $(addprefix testdata/,mission/conversations.log postfix-main.rfc3164.log exim-all.mainlog exim-all.rejectlog sendmail-loud.rfc3164.log opensmtpd-main.rfc3164.log haraka-main.log)

.PHONY: smtplog
smtplog: ## build bin/smtplog, the command that needs no collector (seconds)
	CGO_ENABLED=0 go build -trimpath -ldflags='-s -w -X main.version=$(shell git describe --tags --always --dirty 2>/dev/null || echo dev)' -o $(SMTPLOG) ./cmd/smtplog

.PHONY: run
run: smtplog ## report on the logs in testdata (LOG='FILE...': on others)
	$(SMTPLOG) report $(LOG)

.PHONY: test
test: build test-unit lint test-generated test-wasm ## everything but e2e: unit, golden, race, lint, generated files, example configs

# The folders where something runs side by side: they start goroutines, or guard what several use. What these use is watched with them.
SIDE_BY_SIDE := "sync(/atomic)?"|"net/http|^\s*go (func\b|[A-Za-z_.]+\()|\bchan\b|\bAfterFunc\b|\berrgroup\b
RACING = $(shell grep -rlE --include='*.go' '$(SIDE_BY_SIDE)' cmd converter extension internal receiver smtpconnector smtpprocessor | grep -v /testdata/ | xargs -n 1 dirname | sort -u)

# The others read what generate writes: where both are wanted, it comes first.
ifneq ($(filter test,$(MAKECMDGOALS)),)
test-unit lint test-wasm e2e: | test-generated
endif

.PHONY: test-unit
test-unit: $(COLLECTOR) ## unit and golden tests, those of what runs side by side under the race detector, too; validates every config in docs and examples
	@echo "==> tests (UPDATE_GOLDEN=1 rewrites goldens)"
	@# -vet=off: lint vets.
	go test -vet=off -timeout 30m $$(go list ./... | grep -v '/fluentbit$$')
	@echo "==> tests under the race detector, ten times as slow: -short repeats less"
	CGO_ENABLED=1 go test -race -short -vet=off -timeout 30m $(RACING:%=./%)

.PHONY: test-generated
test-generated: ## fail when `make generate` changes anything
	@echo "==> generated files are up to date"
	@state() { git diff HEAD; git ls-files --others --exclude-standard -z | xargs -0 -r sha1sum; }; \
	before=$$(state); $(MAKE) --no-print-directory generate; after=$$(state); \
	diff <(echo "$$before") <(echo "$$after") || { echo "generated files were out of date; make generate has rewritten them: commit them"; exit 1; }

.PHONY: test-wasm
test-wasm: ## the engine builds for wasip1; the filter for Fluent Bit over every log, in a WebAssembly runtime
	@echo "==> the engine builds for wasip1: $(notdir $(ENGINE))"
	GOOS=wasip1 GOARCH=wasm go build $(patsubst %,./%/...,$(ENGINE))
	@echo "==> the filter for Fluent Bit gives what the Collector gives"
	go test -timeout 30m ./fluentbit

# .ci/run unpacks Debian's package there; another one is named by PROMETHEUS or found in PATH.
ifneq ($(wildcard build/prometheus/usr/bin/prometheus),)
export PROMETHEUS ?= $(CURDIR)/build/prometheus/usr/bin/prometheus
endif

.PHONY: e2e
e2e: build ## end-to-end tests with the built collector (PROMETHEUS=path of a prometheus binary)
	@# -parallel: these tests wait most of the time.
	go test -count=1 -vet=off -timeout 40m -parallel 12 -tags e2e ./test/e2e/... ./test/alerts/...

.PHONY: chaos
chaos: build ## 1,000,000 lines, 50 kill -9, rotations and refusals at random; prints what was lost (2 minutes; CHAOS_LINES, CHAOS_KILLS)
	CHAOS_LINES=$${CHAOS_LINES:-1000000} CHAOS_KILLS=$${CHAOS_KILLS:-50} go test -count=1 -timeout 30m -tags e2e -run '^TestChaos$$' -v ./test/e2e/

.PHONY: diagnosis
diagnosis: ## how often the reasons of labelled replies are right: precision, recall, what decided, what was taken for another
	go test -count=1 -run '^Test(LabelledReplies|LikenessWithoutTheRule)$$' -v ./internal/diagnose

.PHONY: incidents
incidents: ## how often incidents are right: ten quiet days, each trouble and each near miss 20 times; prints precision and recall (some minutes; SEEDS)
	INCIDENT_SEEDS=$${SEEDS:-20} go test -count=1 -timeout 60m -run '^Test(TenQuietDays|Scenarios|CaseStudy)$$' -v ./test/incidents

# Servers to test against, pinned in modules of their own: programs that are run, and linked into nothing of ours.
SERVERS := build/servers
INSTALL = cd $(<D) && CGO_ENABLED=0 GOBIN=$(CURDIR)/$(SERVERS) go install -trimpath -ldflags='-s -w'
$(SERVERS)/victoria-logs: test/backends/servers/go.mod
	@echo "==> building VictoriaLogs, VictoriaMetrics and vmalert (the first time takes a minute or two)"
	$(INSTALL) tool
	@touch $@
$(SERVERS)/prometheus: test/backends/servers/prometheus/go.mod
	@echo "==> building Prometheus (the first time takes some 5 minutes)"
	$(INSTALL) -tags remove_all_sd tool
	@touch $@
$(SERVERS)/loki: test/backends/servers/loki/go.mod
	@echo "==> building Loki (the first time takes some 10 minutes)"
	$(INSTALL) tool
	@touch $@
$(SERVERS)/jaeger: test/backends/servers/jaeger/go.mod test/backends/servers/jaeger/main.go
	@echo "==> building Jaeger's storage and query API (the first time takes some minutes)"
	$(INSTALL) .
	@touch $@

.PHONY: backends
backends: build $(addprefix $(SERVERS)/,victoria-logs prometheus loki jaeger) ## real backends, built from source, with our examples in front: every query of docs/backends and every alert over records has its known answer, and is printed with it (PROMETHEUS; the first time takes half an hour)
	go test -count=1 -timeout 30m -parallel 6 -tags backends -v ./test/backends

.PHONY: dashboards-schema
dashboards-schema: ## hold the dashboards against the types that Grafana and Datadog publish (needs node and npm; part of no other target)
	@mkdir -p build/dashboards-schema
	cp tools/dashboards/*.* build/dashboards-schema
	cd build/dashboards-schema && npm ci --no-audit --no-fund --loglevel=error && node grafana.mjs && node datadog.mjs

.PHONY: packages
packages: $(GENERATED)/go.sum ## deb, rpm, apk, archives, SBOM and checksums for linux/amd64 and arm64 in build/packages (ARCHES=amd64, VERSION; the first arm64 takes as long as a first build)
	VERSION=$(VERSION) COMMIT=$(COMMIT) packaging/build $(ARCHES)

.PHONY: test-packages
test-packages: build ## install, run, upgrade and remove deb and rpm in a fresh Debian with its own systemd; check Compose and Kubernetes (root, debootstrap, systemd-container)
	go test -count=1 -timeout 60m -tags packages -v ./test/packages/...

.PHONY: fluentbit
fluentbit: ## build fluentbit/smtp.wasm, the filter for Fluent Bit
	GOOS=wasip1 GOARCH=wasm go build -trimpath -buildmode=c-shared -ldflags='-s -w' -o fluentbit/smtp.wasm ./fluentbit

.PHONY: lint
lint: ## golangci-lint
	@echo "==> lint"
	$(TOOL) golangci-lint run ./...

.PHONY: format
format: ## format the code as lint wants it
	$(TOOL) golangci-lint fmt ./...

.PHONY: generate
generate: ## run every go:generate (mdatagen, dashboards), then goimports over what it wrote
	go generate ./...
	@find . -name 'generated_*.go' -not -path './build/*' -print0 | xargs -0 -r $(TOOL) goimports -w

.PHONY: bench
bench: ## run the benchmarks (BENCH=regexp COUNT=6), compare with the run before
	@mkdir -p build/bench
	@if [ -f build/bench/new.txt ]; then mv build/bench/new.txt build/bench/old.txt; fi
	go test -run '^$$' -bench '$(BENCH)' -benchmem -count $(COUNT) ./... | tee build/bench/new.txt
	@if [ -f build/bench/old.txt ]; then $(TOOL) benchstat build/bench/old.txt build/bench/new.txt; fi

.PHONY: soak
soak: build ## SOAK_LINES=100000000 through the collector, with rotations: memory and CPU every tenth of them; totals are checked (20 minutes)
	go run ./bench/soak -lines $${SOAK_LINES:-100000000} -every $$(($${SOAK_LINES:-100000000} / 10))

.PHONY: bench-compare
bench-compare: build ## this collector and what one would use instead over the same log: CPU, memory, bytes, ratios (LINES, ROUNDS; EXPORTER=path of a prometheus-postfix-exporter)
	@for dialect in postfix exim sendmail; do go run ./bench/compare -dialect $$dialect -lines $${LINES:-300000} -rounds $${ROUNDS:-3} $(if $(EXPORTER),-exporter $(EXPORTER)); echo; done

.PHONY: bench-smtplog
bench-smtplog: smtplog ## smtplog report and trace at a million and ten million lines: CPU and peak memory, beside pflogsumm and zgrep (some minutes; LINES, ROUNDS, PFLOGSUMM=path)
	go run ./bench/smtplog -lines $${LINES:-1000000,10000000} -rounds $${ROUNDS:-3} $(if $(PFLOGSUMM),-pflogsumm $(PFLOGSUMM))

.PHONY: a11y
a11y: ## axe-core looks whether everybody can use smtplog's page, in both themes (needs npm and chromium)
	@mkdir -p build/axe
	[ -f build/axe/package/axe.min.js ] || (cd build/axe && npm pack --silent axe-core@4.14.1 && tar xzf axe-core-*.tgz)
	AXE=$(CURDIR)/build/axe/package/axe.min.js go test -count=1 -run '^TestThePageIsAccessible$$' -v ./cmd/smtplog/internal/page

.PHONY: fuzz
fuzz: ## run each fuzz target for FUZZTIME (20s)
	@grep -rEo '^func Fuzz\w+' --include='*_test.go' converter extension internal receiver smtpconnector smtpprocessor | while IFS=: read -r file func; do \
		echo "==> $$file $${func#func }"; \
		go test -run '^$$' -fuzz "^$${func#func }$$" -fuzztime $(FUZZTIME) "./$$(dirname "$$file")"; \
	done

.PHONY: clean
clean: ## remove what was built
	rm -rf bin build
