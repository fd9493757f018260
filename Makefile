# Everything a person types: set-up, build, try, test, measure.
SHELL := /bin/bash
CORPUS ?=
# A folder with repositories of other people for the end-to-end tests.
DATA ?=
SWIFT ?= swift
# Warm caches for what is slow to build; outside the repository.
export MARTLET_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/martlet
# Where the end-to-end tests keep what the browser showed, for people to look at.
export MARTLET_PICTURES ?= $(MARTLET_CACHE)/pictures

PACKAGES := libcurl4-openssl-dev libgit2-dev libjs-dygraphs libre2-dev libsqlite3-dev libssh2-1-dev libyaml-dev zlib1g-dev pkg-config git openssl ca-certificates
E2E_PACKAGES := chromium docker-registry dpkg-dev etcd-server golang-go make openssh-server patch prometheus rsync xz-utils

.PHONY: help setup setup-e2e build release demo test e2e conformance bench fuzz lint layers format clean

help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## /  \1\t/p' $(MAKEFILE_LIST) | expand -t 18

setup: ## install what Debian must give for building and testing
	@Scripts/install-packages.sh $(PACKAGES)

setup-e2e: setup ## install what the end-to-end tests need too, and build the control plane once
	@Scripts/install-packages.sh $(E2E_PACKAGES)
	@Scripts/control-plane.sh > /dev/null

build: setup ## a debug build
	$(SWIFT) build

release: setup ## a release build of the program: .build/release/martlet
	$(SWIFT) build -c release --product martlet

demo: setup ## the main job on this machine, on an embedded cluster
	$(SWIFT) build --product martlet
	.build/debug/martlet demo

# Whole loops on clusters, which run by the clock: what computes at full speed runs before them, not beside them.
SCENARIOS := ScenarioTests|SetRestoreTests|SightTests|DaemonHistoryTests|CommandsTests.Rollout|DeliveryTests.(BadSource|Deletion|HeldRollout|Hook|RemovedApplication|SecretValue|Settled)Tests
# Programs of Debian that are started where they are installed.
REAL := DockerRegistryTests|RealPrometheusTests|RealMetricsTests|DashboardTests
# Tests at once: with more than there is room for, each waits long for its turn, and limits of seconds are over before it comes.
# Scenarios, each a cluster of its own, get half as many.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH ?= 12

test: setup layers ## unit and scenario tests
	$(SWIFT) build --build-tests
	Scripts/run-tests.sh $(SWIFT) test --skip-build --skip "EndToEndTests|$(REAL)|$(SCENARIOS)"
	SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=6 Scripts/run-tests.sh $(SWIFT) test --skip-build --filter "$(SCENARIOS)"

e2e: setup-e2e ## the same loop on a real control plane, with real git servers and an old kubectl
	$(SWIFT) build --build-tests
	MARTLET_E2E=1 MARTLET_CONTROL_PLANE="$$(Scripts/control-plane.sh)" MARTLET_DATA="$(DATA)" \
	    Scripts/run-tests.sh $(SWIFT) test --skip-build --no-parallel --filter EndToEndTests
	MARTLET_KUBECTL="$$(Scripts/control-plane.sh)/kubectl" Scripts/run-tests.sh $(SWIFT) test --skip-build --filter KubectlTests
	MARTLET_E2E=1 Scripts/run-tests.sh $(SWIFT) test --skip-build --filter "$(REAL)"

conformance: setup ## charts against Helm's recorded output: make conformance CORPUS=folder
	@test -n "$(CORPUS)" || { echo "say where the corpus is: make conformance CORPUS=folder"; exit 2; }
	$(SWIFT) build -c release --product conformance
	.build/release/conformance "$(CORPUS)" $(CONFORMANCE_FLAGS)

bench: setup-e2e ## measure; figures are ratios against a named anchor in the same run; one only: make bench BENCH=yaml
	$(SWIFT) build -c release --product martlet
	$(SWIFT) build -c release --product martlet-bench
	MARTLET_CORPUS="$(CORPUS)" MARTLET_CONTROL_PLANE="$$(Scripts/control-plane.sh)" .build/release/martlet-bench $(BENCH)

fuzz: setup ## each reader of outside data on made-up input, FUZZ_SECONDS=60 each; one only: make fuzz TARGET=set
	SWIFT="$(SWIFT)" Scripts/fuzz.sh $(TARGET)

lint: layers ## what the compiler does not hold: layers, traps, unfinished work, generated files
	Scripts/lint.sh

layers: ## every target imports only from layers below
	@Scripts/layers.sh

format: ## rewrite sources in the house's format
	$(SWIFT) format --in-place --recursive --parallel Sources Tests Tools Package.swift

clean: ## remove what was built here
	rm -rf .build
