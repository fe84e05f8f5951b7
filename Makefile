# Every target makes what it needs first: the virtual environment, then the locked requirements, then the work.
# PYTHON chooses the interpreter that makes the environment: make run PYTHON=python3.12

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate pyproject.toml --extra build --extra redis

.DEFAULT_GOAL := help
.PHONY: help run test lint bench soak lock
.DELETE_ON_ERROR:

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-6s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/run.stamp ## Start the database if none is given, migrate, serve on http://127.0.0.1:8000
	@$(BIN)/shipledger serve

test: $(VENV)/dev.stamp ## Run every test but the soak tests
	@$(BIN)/python -m pytest -n 2

lint: $(VENV)/dev.stamp ## Check style, types and who may import whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/dev.stamp ## Measure on this machine, beside pgbench and the eventsourcing recorder
	@$(BIN)/python -m tests.bench

soak: $(VENV)/dev.stamp ## Kill server and database many more times than make test does
	@$(BIN)/python -m pytest -m soak tests/faults

lock: $(VENV)/dev.stamp ## Resolve pyproject.toml anew into the two requirements files
	$(COMPILE) --upgrade --output-file requirements.txt
	$(COMPILE) --upgrade --extra dev --constraint requirements.txt --output-file requirements-dev.txt

# Debian ships the interpreter without ensurepip, so that a bare `python -m venv` fails half-way with a long message.
$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Shipledger needs Python 3.11 or newer: $$($(PYTHON) --version 2>&1 || true)."; \
		echo "Install it, or name one that is installed: make run PYTHON=python3.12"; exit 1; } >&2
	@$(PYTHON) -c 'import ensurepip, venv; ensurepip.version' 2>/dev/null || { \
		echo "This Python cannot make a virtual environment: its venv and ensurepip modules are missing."; \
		echo "On Debian and Ubuntu: apt install python3-venv"; exit 1; } >&2
	@echo "Making the virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.txt pyproject.toml | $(BIN)/pip
	@echo "Installing the locked requirements (the first time takes a minute or two)"
	@$(PIP) install --require-hashes -r requirements.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt $(VENV)/run.stamp
	@echo "Installing the locked test tools"
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@
