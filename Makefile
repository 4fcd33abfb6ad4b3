# Every target makes .venv by itself when it is missing or older than what it is made from.
# Needs Python 3.11 or newer, make and a package index.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
ARGS ?=
FETCHING ?=
SEARCHING ?= --articles 10000
SIZE ?= --articles 50000
JOBS ?= 2

.DEFAULT_GOAL := help
.PHONY: help install demo run test test-service test-system check quality quality-public bench lock names letters clean

help: ## Show the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

install: $(STAMP) ## Make .venv from the lock file

# pip 23.2, which Python 3.11.7 brings, cannot install this lock file: bring a newer one first.
# What it prints goes to standard error: standard output belongs to the target that was asked for.
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Jarchi needs Python 3.11 or newer")'
	@echo "Installing into $(VENV)" >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) >&2
	@$(PIP) 'pip>=25.1' >&2
	@$(PIP) --require-hashes --requirement requirements.lock >&2
	@$(PIP) --no-build-isolation --no-deps --editable . >&2
	@touch $@

demo: $(STAMP) ## Sample sites, crawls, three alerts, searches, the web page (ARGS="--exit --json")
	@$(BIN)/jarchi demo $(ARGS)

run: $(STAMP) ## The service: scheduled crawls, alerts, the web page
	@$(BIN)/jarchi run $(ARGS)

test: $(STAMP) ## Tests on SQLite and PostgreSQL, with nothing but pip's packages
	$(BIN)/python -m pytest -m 'not system and not service' --numprocesses $(JOBS) --dist loadfile $(ARGS)

test-service: $(STAMP) ## Whole services, killed and begun again; needs pip's packages alone, and minutes
	$(BIN)/python -m pytest -m service --numprocesses $(JOBS) --dist loadscope $(ARGS)

test-system: $(STAMP) ## Tests with Chromium, nginx and WordPress (root, Debian)
	deploy/install-system-packages
	$(BIN)/python -m pytest -m system $(ARGS)

check: $(STAMP) ## Style, types, and the stairs of the house
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

quality: $(STAMP) ## Quality gates, whose floors only rise
	$(BIN)/python -m benchmarks.quality $(ARGS)

quality-public: $(STAMP) ## The reader on public sets fetched by hand (DIR=folder)
	$(BIN)/python -m benchmarks.public $(DIR)

bench: $(STAMP) ## Speed, as ratios measured side by side in one run (FETCHING="--pages 100" shortens)
	$(BIN)/python -m benchmarks.speed $(ARGS)
	$(BIN)/python -m benchmarks.nearness
	$(BIN)/python -m benchmarks.storing
	$(BIN)/python -m benchmarks.fetching $(FETCHING)
	$(BIN)/python -m benchmarks.alerting
	$(BIN)/python -m benchmarks.searching $(SEARCHING)
	$(BIN)/python -m benchmarks.size $(SIZE)
	$(BIN)/python -m benchmarks.load --minutes 0.5 --alone 0.5 --articles 5000 $(LOAD)

lock: $(STAMP) ## Renew requirements.lock (needs uv)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --no-header --extra postgresql --extra browser --extra dev pyproject.toml \
	  --output-file requirements.lock

names: $(STAMP) ## Rebuild the index of names of places
	$(BIN)/python -m news.names.build

letters: $(STAMP) ## Bring the catalogues of the letters up to date with the code
	@$(BIN)/python -m alerts.catalogues

clean: ## Remove .venv and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
