# Signoff's commands. Needs Python 3.11 or newer, Node with npm, and a C compiler; nothing else, and no account anywhere.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
# How many test processes run side by side, and what else pytest shall know: make test PYTEST_ARGS='-k seal'
JOBS ?= $(shell cores=$$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); echo $$((cores < 2 ? 2 : cores > 8 ? 8 : cores)))
PYTEST_ARGS ?=
# How many posts are published in each run of the bench, and how often each is repeated: make bench BENCH_POSTS=200
BENCH_POSTS ?= 2000
BENCH_ROUNDS ?= 3
BENCH_ARGS ?=
# How long `make chaos` rages, and what else it shall know
CHAOS_MINUTES ?= 10
CHAOS_ARGS ?=

BIN := .venv/bin
LOCKED := .venv/.locked
INSTALLED := .venv/.installed
BENCH := .venv/.bench
ASSETS := src/signoff/web/static/vendor/manifest.json
FAST := not server and not browser and not slow
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore $(BIN)/python -m pip --quiet
UV_LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url

.PHONY: help setup demo run test chaos crashes check slow-tests bench bench-scale bench-pages lint format lock assets assets-update clean

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(INSTALLED) $(ASSETS) ## Make the environment in .venv and the front-end files; quick when nothing changed

demo: setup ## Start Signoff with sample brands and local stand-ins for the platforms; data in .demo
	@$(BIN)/signoff demo

run: setup ## Start Signoff: web, API and worker in one process
	@$(BIN)/signoff serve

test: setup ## Run every test; installs a browser and PHP when it may
	@tools/test-packages.sh || [[ -z "$${SIGNOFF_TESTS_STRICT:-}" ]]
	@ran_before=$$(tests/servers/all.sh running); trap 'tests/servers/all.sh stop $$ran_before' EXIT; \
		$(BIN)/pytest -n $(JOBS) $(PYTEST_ARGS)

chaos: setup ## Kill workers while hundreds of posts go out, then count: make chaos CHAOS_MINUTES=10 CHAOS_ARGS='--seed 7'
	@$(BIN)/python -m tests.chaos --minutes $(CHAOS_MINUTES) $(CHAOS_ARGS)

crashes: setup ## Kill a worker at every await, before every effect, and before every two of them; takes an hour
	@ran_before=$$(tests/servers/all.sh running); trap 'tests/servers/all.sh stop $$ran_before' EXIT; \
		SIGNOFF_TESTS_EVERY_POINT=1 $(BIN)/pytest -n $(JOBS) --dist=worksteal tests/crashes tests/protocol $(PYTEST_ARGS)

check: lint ## Run what must pass before a commit: format, lint, types, imports, the fast tests
	@$(BIN)/pytest -n $(JOBS) -m '$(FAST)' $(PYTEST_ARGS)

slow-tests: setup ## Measure which tests are too slow for `check`, on a quiet machine, and write tests/slow.txt
	@mkdir -p test-results
	@$(BIN)/pytest -n $(JOBS) -m '$(FAST)' --unlisted --durations=0 -vv > test-results/durations.txt
	@$(BIN)/python tools/slow_tests.py < test-results/durations.txt > tests/slow.txt

bench: setup $(BENCH) ## Measure what publishing costs, beside job queues that do it without our promises
	@$(BIN)/python -m bench --posts $(BENCH_POSTS) --rounds $(BENCH_ROUNDS) $(BENCH_ARGS)

bench-scale: setup ## Measure pages and claims with 1,000,000 future and 10,000,000 past deliveries; needs 35 GB and an hour
	@$(BIN)/python -m bench.scale --folder .bench-scale $(BENCH_ARGS)

bench-pages: setup ## Measure time and weight of every page of an agency with 50 brands and 10,000 posts
	@$(BIN)/python -m bench.pages --folder .bench-pages $(BENCH_ARGS)

lint: setup ## Run the part of `check` that executes nothing
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: setup ## Format the code and repair what ruff can repair
	@$(BIN)/ruff check --fix --exit-zero --quiet .
	@$(BIN)/ruff format .

lock: setup ## Resolve the newest allowed versions again into requirements/ and tools/package-lock.json
	@$(UV_LOCK) --upgrade pyproject.toml --group dev --output-file requirements/dev.txt
	@$(UV_LOCK) pyproject.toml --constraints requirements/dev.txt --output-file requirements/runtime.txt
	@$(UV_LOCK) pyproject.toml --group bench --constraints requirements/dev.txt --output-file requirements/bench.txt
	@cd tools && npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved --no-audit --no-fund --silent

assets: $(INSTALLED) ## Make the front-end files again, also when they are there
	@$(BIN)/python tools/vendor.py

assets-update: $(INSTALLED) ## The same after a wanted change: write tools/vendor.lock.json anew
	@$(BIN)/python tools/vendor.py --update

clean: ## Delete what these commands made, the demo's data included
	@rm -rf .venv .demo dist tools/node_modules src/signoff/web/static/vendor test-results \
		.mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .schemathesis
	@find src tests tools -name __pycache__ -prune -exec rm -rf {} +

# The files below say by their date that a step was done after its inputs last changed.

$(LOCKED): requirements/dev.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, as python3 on the PATH." >&2; exit 1; }
	@echo "Making the environment in .venv, which takes a minute the first time"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(PIP) install --require-hashes --no-deps -r requirements/dev.txt
	@touch $@

$(INSTALLED): $(LOCKED) pyproject.toml
	@$(PIP) install --no-deps --no-build-isolation --no-index --editable .
	@touch $@

$(BENCH): requirements/bench.txt | $(LOCKED)
	@$(PIP) install --require-hashes --no-deps -r requirements/bench.txt
	@touch $@

$(ASSETS): tools/vendor.py tools/vendor.toml tools/vendor.lock.json tools/package-lock.json | $(LOCKED)
	@command -v npm >/dev/null || { echo "npm is needed for the front-end files: install Node.js." >&2; exit 1; }
	@$(BIN)/python tools/vendor.py
