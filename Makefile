# `make run` and `make test` do all the set-up themselves; what is there already is not done again.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:  # the order of prerequisites is the order of the set-up
SHELL := bash
BIN := .venv/bin
LOCKS := requirements.txt setup.cfg pyproject.toml
PO := $(wildcard callcenter/translations/*/LC_MESSAGES/*.po)
MO := $(PO:.po=.mo)
TESTS ?=
ARGS ?=

.PHONY: help
help: ## Tell what there is
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

.PHONY: run
run: ready-run ## Start the call centre with its demonstration
	@$(BIN)/callcenter db upgrade >&2
	@$(BIN)/callcenter seed demo > /dev/null
	@$(BIN)/callcenter prompts build >&2
	@exec $(BIN)/callcenter up

.PHONY: call officer
call: ready-run ## Play a citizen who calls, while `make run` runs (ARGS="--help" shows more)
	@$(BIN)/callcenter call $(ARGS)
officer: ready-run ## Play the officer who answers, while `make run` runs
	@$(BIN)/callcenter officer $(ARGS)

.PHONY: test
test: ready-test lint ## Check everything (TESTS=tests/unit for a part)
ifeq ($(TESTS),)
	@$(BIN)/python -m pytest --numprocesses 3 --ignore tests/asterisk --ignore tests/faults
	@$(BIN)/python -m pytest tests/asterisk  # real calls have the machine to themselves
	@$(BIN)/python -m pytest tests/faults
else
	@$(BIN)/python -m pytest $(TESTS)
endif

.PHONY: lint
lint: packages-test .venv/ready-test ## Look for mistakes without running anything
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check --quiet || { $(BIN)/ruff format --check; exit 1; }
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@shellcheck scripts/setup .ci/run

.PHONY: fmt
fmt: .venv/ready-test ## Bring the code into shape
	@$(BIN)/ruff check --fix --quiet || true
	@$(BIN)/ruff format

.PHONY: faults
faults: ready-test ## Kill, freeze and cut everything under 2,000 calls (40 minutes; not part of the tests)
	@$(BIN)/python -m tests.faults --page docs/reliability.md $(ARGS)

.PHONY: bench
bench: ready-test ## Measure (not part of the tests)
	@$(BIN)/python -m bench $(ARGS)
	@$(BIN)/python -m bench.rosters
	@$(BIN)/python -m bench.webhooks

.PHONY: lock
lock: ## Renew requirements.txt and requirements-dev.txt from the .in files (needs uv)
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --custom-compile-command 'make lock' --upgrade requirements-dev.in -o requirements-dev.txt
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --custom-compile-command 'make lock' -c requirements-dev.txt requirements.in -o requirements.txt

.PHONY: clean
clean: ## Remove what was installed and built; calls and recordings in var/ stay
	@rm -rf .venv node_modules build callcenter/static/vendor $(MO) *.egg-info
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find callcenter ivr recordings tests bench -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "Kept: var/ (calls, recordings) and the Asterisk in ~/.cache/callcenter."

# What the targets above stand on.

.PHONY: ready-run ready-test
ready-run: packages-run .venv/ready-run node_modules/.ready $(MO) exchange
ready-test: packages-test .venv/ready-test node_modules/.ready $(MO) exchange

.PHONY: packages-run packages-test
packages-run packages-test: packages-%:
	@scripts/setup packages $*

.venv/ready-run: $(LOCKS) | packages-run
	@scripts/setup python run
.venv/ready-test: requirements-dev.txt $(LOCKS) | packages-test
	@scripts/setup python test

node_modules/.ready: package.json package-lock.json callcenter/web/vendor.mjs
	@scripts/setup browser

$(MO) &: $(PO)
	@scripts/setup translations

# Makes a private Asterisk when this machine has none; one look when it has.
.PHONY: exchange
exchange:
	@$(BIN)/python -m ivr.asterisk.exchange > /dev/null
