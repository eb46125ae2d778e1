# Every way to build, run and check Tidemark. `make` alone lists them.

SHELL := bash
.DEFAULT_GOAL := help
# Installing, building and testing come in this order, whatever -j says.
.NOTPARALLEL:

# rustup installs here and leaves PATH to the next login.
export PATH := $(PATH):$(HOME)/.cargo/bin

ARGS ?=
# How many end-to-end tests run at a time: each starts a chain, a database and containers.
export TEST_THREADS ?= 2
TARGET := $(or $(CARGO_TARGET_DIR),target)

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):[^#]*## \(.*\)/  make \1|\2/p' $(firstword $(MAKEFILE_LIST)) | awk -F '|' '{ printf "%-22s %s\n", $$1, $$2 }'

.PHONY: setup
setup: ## install what is missing and start Docker Engine when none answers
	@scripts/setup

.PHONY: web
web: $(if $(wildcard web/package.json),web/dist/index.html) ## build the web page, which the program embeds

# What the page is made of. Building the program looks at web/dist alone.
WEB := $(shell find web -type f -not -path 'web/node_modules/*' -not -path 'web/openapi/node_modules/*' -not -path 'web/dist/*' -not -path 'web/e2e/*' -not -path 'web/bench/*' -not -path 'web/screenshots/*' -not -path 'web/test-results/*' 2>/dev/null)
web/dist/index.html: $(WEB) solidity/abi/Market.json
	@scripts/setup node
	@npm --prefix web run --silent build >&2
	@touch $@

.PHONY: up
up: web ## run it all: chain, contracts, provider, page, sample application (ARGS='--once --json' runs the life of one lease, then exits)
	@scripts/setup rust cc node docker
	@cargo build --package tidemark >&2
	@sample/image >/dev/null
	@exec $(TARGET)/debug/tidemark up $(ARGS)

.PHONY: build
build: web ## build the page and compile every crate
	@scripts/setup rust cc
	@cargo build --workspace >&2

.PHONY: abi
abi: ## compile the contracts anew and write solidity/abi
	@scripts/setup rust cc node
	@# Selected like this it shares the compiled dependencies of test-rust.
	@BLESS=1 cargo test --workspace --exclude tests --test abi

.PHONY: test
test: setup build image ## every test; ends with one line: N passed, N failed
	@scripts/setup chromium
	@scripts/test contracts parts rust e2e outsider web

.PHONY: test-web
test-web: setup web image ## the page's own tests and its stories, in a real Chromium before a real market
	@scripts/setup chromium
	@cargo build --package tidemark >&2
	@scripts/test web

.PHONY: test-contracts
test-contracts: ## the contracts' own tests, with Forge
	@scripts/setup node python
	@scripts/test contracts parts

.PHONY: test-deep
test-deep: ## proofs, long random lives and broken contracts: half an hour to an hour on two cores (MUTANTS=60, or all)
	@scripts/setup node provers
	@scripts/test proofs deep mutants

.PHONY: coverage
coverage: ## what no contract test reaches; fails below 100 % of lines or 98 % of branches (a minute)
	@scripts/setup node python
	@scripts/coverage

.PHONY: slither
slither: ## static analysis of the contracts; fails on what the code does not answer (two minutes)
	@scripts/setup node provers
	@scripts/analyze

.PHONY: test-rust
test-rust: setup ## the tests of every crate but the end-to-end ones
	@scripts/test rust

.PHONY: test-e2e
test-e2e: setup build image ## end to end on a real chain, engine and databases, and the outsider's story (TEST_THREADS=2)
	@scripts/test e2e outsider

.PHONY: image
image: ## load the sample application's image into the engine
	@scripts/setup rust cc docker
	@sample/image >/dev/null

.PHONY: bench
bench: setup web image ## every figure beside its target, as JSON lines (ARGS= is passed on)
	@scripts/setup nginx chromium
	@cargo build --release --package tidemark --package tests >&2
	@cargo run --quiet --release --package tests --bin bench -- $(ARGS)

.PHONY: bench-gas
bench-gas: ## the gas figures alone, as JSON lines
	@scripts/setup rust cc node
	@cargo run --quiet --release --package tests --bin bench -- gas $(ARGS)

.PHONY: bench-scaling
bench-scaling: ## every scaling policy on made and public traces: cost, violations, dominance, decision time
	@scripts/setup rust cc python
	@scripts/traces
	@cargo run --quiet --release --package tests --bin bench -- scaling $(ARGS)

.PHONY: plots
plots: ## draw the plots of docs/scaling.md anew
	@scripts/setup rust cc
	@cargo build --package tidemark >&2
	@mkdir -p docs/plots
	@$(TARGET)/debug/tidemark trace generate flash-crowd --seed 8 --days 0.5 --output $(TARGET)/flash-crowd.csv
	@$(TARGET)/debug/tidemark simulate --trace $(TARGET)/flash-crowd.csv --policy default,hpa-80,keda-85 --plot docs/plots/flash-crowd.svg
	@$(TARGET)/debug/tidemark trace generate diurnal --seed 2 --days 1 --step 300 --output $(TARGET)/diurnal.csv
	@$(TARGET)/debug/tidemark simulate --trace $(TARGET)/diurnal.csv --policy default,hpa-80,oracle --plot docs/plots/diurnal.svg

.PHONY: screenshots
screenshots: setup web image ## every page in both themes into web/screenshots, and the four of docs/page.md
	@scripts/setup chromium
	@cargo build --package tidemark >&2
	@npm --prefix web run --silent screenshots

.PHONY: lint
lint: ## formatting, lints, documents and dependencies: of Rust, of Solidity and of the page
	@scripts/setup rust cc node python deny
	cargo fmt --all --check
	scripts/links
	scripts/deny
	cargo clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --quiet --no-deps --workspace
	cd solidity && ../anvil/node_modules/.bin/forge fmt --check
	cd web && npm run --silent check

.PHONY: clean
clean: ## remove what builds and installs left in this folder
	cargo clean
	rm -rf anvil/node_modules web/node_modules web/openapi/node_modules web/dist solidity/out solidity/cache solidity/.venv
