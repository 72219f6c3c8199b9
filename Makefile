# The commands of this project: `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# More arguments for the program that the target runs: make run ARGS="--listen 127.0.0.1:9000"
ARGS ?=

# How many random histories `make soak` runs.
GATEHOUSE_SOAK ?= 100000

# How many requests `make fuzz-api` makes up for each operation.
GATEHOUSE_FUZZ_EXAMPLES ?= 200

# How many seconds `make fuzz` gives each reader.
GATEHOUSE_FUZZ_SECONDS ?= 600

.PHONY: help run test browser soak faults fuzz fuzz-quick fuzz-api test-docker build release lint format upgrade-test interop check-docs bench bench-quick \
	bench-growth bench-peers bench-tenants bench-flood bench-overload instructions clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: release ## Install what is lacking, build, and serve: gatehouse dev
	@exec "$$(swift build -c release --show-bin-path)/gatehouse" dev $(ARGS)

test: ## Run every test, on a throw-away PostgreSQL or on GATEHOUSE_TEST_DATABASE_URL
	@scripts/install-packages build test
	swift build --build-tests
	scripts/run-tests $(ARGS)

browser: ## Run the tests in a browser only, and install Chromium for them and for `make test`
	@scripts/install-packages build test browser
	swift build --build-tests
	scripts/run-tests --filter BrowserTests $(ARGS)

soak: ## Run the long tests only: 100000 random histories, or GATEHOUSE_SOAK of them; slow clients; timing
	@scripts/install-packages build test
	swift build --build-tests
	GATEHOUSE_SOAK=$(GATEHOUSE_SOAK) scripts/run-tests --filter soak $(ARGS)

fuzz: ## Fuzz the readers of JSON, tokens and header fields, ten minutes each, or GATEHOUSE_FUZZ_SECONDS
	@scripts/install-packages build
	swift build --target GatehouseHTTP
	@Fuzzing/run --seconds $(GATEHOUSE_FUZZ_SECONDS) $(ARGS)

faults: ## Let PostgreSQL have its bad days under 32 clients, and put the figures into docs/reliability.md
	@scripts/install-packages build test
	swift build --build-tests
	GATEHOUSE_FAULTS=1 scripts/run-tests --filter ReliabilityTests $(ARGS)
	@sed -n '/experiments: begin/,/experiments: end/p' docs/reliability.md

fuzz-quick: GATEHOUSE_FUZZ_SECONDS = 5
fuzz-quick: fuzz ## Fuzz them for five seconds each

fuzz-api: ## Send a running service requests made from its OpenAPI description, and hold the answers to it
	@scripts/install-packages build interop
	swift build --product gatehouse
	@interop/fuzz-api "$$(swift build --show-bin-path)/gatehouse" --examples $(GATEHOUSE_FUZZ_EXAMPLES) $(ARGS)

test-docker: ## Run every test against the PostgreSQL of docker-compose.yml
	@scripts/test-docker

build: ## Build for debugging
	@scripts/install-packages build
	swift build

release: ## Build with optimisation
	@scripts/install-packages build
	@scripts/build-release

lint: ## Check the style of Swift and shell code, the Docker files and the alerts
	@scripts/install-packages lint
	@scripts/lint

format: ## Rewrite Swift code in the project's style
	swift format -i -r Sources Tests Fuzzing Benchmarks Package.swift

upgrade-test: ## Migrate while the program from before the newest migration serves, or that of GATEHOUSE_EARLIER
	@scripts/install-packages build test
	@scripts/upgrade-test

interop: ## Verify tokens with PyJWT and joserfc, from the JWKS URL alone
	@scripts/install-packages build interop
	swift build --product gatehouse
	@interop/run "$$(swift build --show-bin-path)/gatehouse"

check-docs: ## Run the commands of docs/keys.md and docs/migrating.md and compare what they print
	@scripts/install-packages build interop
	swift build --product gatehouse
	@scripts/check-doc-output "$$(swift build --show-bin-path)/gatehouse" docs/keys.md
	@scripts/check-doc-output "$$(swift build --show-bin-path)/gatehouse" docs/migrating.md

bench: release ## Hold the release build to the project's goals, an hour; result in Benchmarks/results
	@scripts/install-packages bench
	@Benchmarks/run $(ARGS)

bench-quick: release ## Measure rates alone, in two minutes
	@scripts/install-packages bench
	@Benchmarks/run --quick $(ARGS)

bench-growth: release ## Measure with a million users and ten million sessions; ARGS="--scale 0.01" for fewer
	@scripts/install-packages bench
	@Benchmarks/run growth $(ARGS)

bench-peers: release ## Measure a service by FastAPI under the same load, which it installs from PyPI
	@scripts/install-packages bench interop
	@Benchmarks/run peers $(ARGS)

bench-tenants: release ## Measure with 10 tenants and with 10,000; makes them first
	@scripts/install-packages bench
	@Benchmarks/tenants $(ARGS)

bench-flood: release ## Measure one tenant while another is flooded with sign-ins
	@scripts/install-packages bench
	@Benchmarks/flood $(ARGS)

bench-overload: release ## Measure what is done when three times as much is asked as can be done
	@scripts/install-packages bench
	@Benchmarks/overload $(ARGS)

instructions: release ## Count the instructions of a refresh and two reads, and compare with Benchmarks/instructions.json (Linux)
	@scripts/install-packages instructions
	@Benchmarks/instructions $(ARGS)

clean: ## Remove what was built (not .gatehouse, the data of `make run`)
	rm -rf .build .venv
