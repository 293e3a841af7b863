# Every command installs what it needs first; see local/install.py.
PYTHON ?= python3
VENV := .venv/bin
INSTALLED_PYTHON = $(firstword $(wildcard $(VENV)/python) $(PYTHON))
export DO_NOT_TRACK := 1
# The programs below start Python hundreds of times; without stored bytecode each would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

help:  ## Show these commands
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

dev: local-packages  ## Run everything, with demo data, until Ctrl-C
	@$(VENV)/python -m local dev

status:  ## Print where it runs, as KEY=value lines
	@$(INSTALLED_PYTHON) -m local status

stop:  ## Stop what `make dev` has started
	@$(INSTALLED_PYTHON) -m local stop

# The quick checks first. Then the tests, shared out among the processors, each with a Supabase of its own. Whoever
# names tests gets these alone, in one process.
test: test-packages  ## Run all checks and all tests; or some tests: make test ARGS="-k auth"
ifeq ($(strip $(ARGS)),)
	@$(MAKE) --no-print-directory lint
	@$(VENV)/pytest -n auto
else
	@$(VENV)/pytest $(ARGS)
endif

lint: test-packages  ## Run the quick checks: format, lint, types, SQL
	@$(VENV)/ruff format --check .
	@$(VENV)/ruff check .
	@$(MAKE) --no-print-directory -j2 types sql

types: test-packages
	@$(VENV)/mypy

sql: test-packages
	@$(VENV)/sqlfluff lint --disable-progress-bar supabase/migrations local

soak: test-packages  ## Live longer, break more: the random, parallel, fault and schema tests for an hour or two
	@SOAK=1 $(VENV)/pytest -s tests/reliability tests/security/test_openapi.py $(ARGS)

mutations: test-packages  ## Sabotage a copy in forty ways and see that the tests notice (make mutations ARGS=audit)
	@$(VENV)/python -m tests.mutations $(ARGS)

advisors: test-packages  ## Ask the advisors of Supabase for security and performance, as the tests do
	@$(VENV)/python -m local.supabase.advisors

screenshots: test-packages  ## Picture every page, small and wide, light and dark, into build/screenshots
	@$(VENV)/python -m tests.browser.screenshots

package: test-packages  ## Build the functions' zips for AWS Lambda
	@$(VENV)/python -m deploy.package

deploy: test-packages  ## Deploy database and functions, then try them (make deploy STAGE=prod; docs/deployment.md)
	@$(VENV)/python -m deploy $(or $(STAGE),$(error Which stage? make deploy STAGE=prod)) $(ONLY)

bench: test-packages  ## Measure what docs/performance.md says, in less than ten minutes, and write it there
	@$(VENV)/python -m tests.load

bench-writes: test-packages  ## Measure what a write costs in PostgreSQL (make bench-writes BASE=folder of another version)
	@$(VENV)/python -m tests.load.writes $(BASE)

bench-cold-start: test-packages  ## Time each function's start, beside the least that FastAPI can do
	@$(VENV)/python -m tests.load.cold_start

bench-schedule: test-packages  ## Time the schedule's job for a hundred thousand users, and see that it stays level
	@$(VENV)/python -m tests.load.schedule

lock:  ## Lock the dependencies named in pyproject.toml and package.json
	@$(PYTHON) -m local.lock_python
	@$(PYTHON) -m local.lock_node

reset: stop  ## Remove the local data, to start afresh
	rm -rf .local/postgres .local/mailbox

clean: stop  ## Remove everything that was installed or stored here
	rm -rf .local .venv node_modules build .mypy_cache .ruff_cache .pytest_cache .hypothesis

local-packages test-packages:
	@$(PYTHON) -m local.install $(@:-packages=)

.PHONY: help dev status stop test soak mutations lint types sql advisors screenshots bench bench-writes bench-cold-start bench-schedule package deploy lock reset clean local-packages test-packages
