# Every target sets up what it needs. `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
TOOLS := .tools
UV := $(TOOLS)/bin/uv
BIN := .venv/bin

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Headway needs Python 3.11 or newer; set PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -m venv $(TOOLS)
	@$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check uv

.venv/.with-app: $(UV) pyproject.toml uv.lock
	@$(UV) sync --quiet --frozen --extra solver --no-dev --inexact --python "$$(command -v $(PYTHON))"
	@touch $@

.venv/.with-dev: $(UV) pyproject.toml uv.lock
	@$(UV) sync --quiet --frozen --extra solver --python "$$(command -v $(PYTHON))"
	@touch $@ .venv/.with-app

run: .venv/.with-app ## Set up, load the sample train and serve it
	@$(BIN)/headway demo --stage mid-pi --quiet
	@$(BIN)/headway serve

serve: .venv/.with-app ## Set up and serve without the sample train
	@$(BIN)/headway serve

demo: .venv/.with-app ## Load the sample train (STAGE=backlog|planning|committed|mid-pi|closing, SEED=n)
	@$(BIN)/headway demo --stage $(or $(STAGE),mid-pi) --seed $(or $(SEED),1)

test: .venv/.with-dev ## Set up and run the whole test suite, on SQLite and PostgreSQL
	@.ci/test

check: .venv/.with-dev ## Lint, types, imports: the quick checks
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/mypy

format: .venv/.with-dev ## Format the code
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

bench: .venv/.with-dev ## Measure; prints a table and writes bench-results/
	@$(BIN)/python -m tests.speed

docs: .venv/.with-dev ## Write the generated reference anew
	@$(BIN)/python -m tests.house.reference

clean: ## Remove what the targets made, but not var/ with your data
	@rm -rf .venv $(TOOLS) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.PHONY: help run serve demo test check format bench docs clean
