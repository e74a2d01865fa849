# Every command of the project. `make` alone lists them.
#
# All of them work on a machine with Python 3.11, 3.12 or 3.13 with its venv module, and make; they prepare the rest
# themselves. What they make is in .venv and dist, and in nothing else.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup demo test test-long test-system fast lint docs bench fuzz fault wheel clean

BIN := .venv/bin
READY := .venv/.ready
KEEP ?=
# Each of them starts servers of its own: more than the machine has cores would only wait for each other.
JOBS ?= 2
# Files in the order of their tiers: those that start servers first, and the many short ones at the end for whoever is free.
SPREAD := -n $(JOBS) --dist loadfile --no-loadscope-reorder
ARGS ?=

help: ## List the commands
	@echo "Usage: make COMMAND"; echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)$$/  \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do \
		printf '%-14s %s\n' "$$name" "$$text"; done

setup: $(READY) ## Make .venv with everything that the project and its tests need

demo: $(READY) ## Show the gateway at work, in a minute (KEEP=1 leaves it running)
	@$(BIN)/gateway demo $(if $(KEEP),--keep)

test: $(READY) test-system ## Run all tests (ARGS="-k houses" for some)
	$(BIN)/pytest $(SPREAD) $(ARGS)

test-long: $(READY) test-system ## Run all tests, the random ones for much longer
	HCS_LONG=1 $(BIN)/pytest $(SPREAD) $(ARGS)

# Left out: what starts whole gateways, kills processes, sends megabytes, tries by the hundred or at random (the plugin of
# hypothesis marks those), or judges by an official contract pack once more.
fast: $(READY) ## Run the quick tests, in a minute or two
	$(BIN)/pytest -q $(SPREAD) -m "not slow and not contracts and not hypothesis" tests/unit \
		$(addprefix tests/integration/test_,duplicates.py exchange.py identity.py unavailable.py wsdl.py) $(ARGS)

lint: $(READY) ## Judge style, types and the dependency rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(READY) ## Write the pages that are made from the code
	$(BIN)/python docs/render.py

bench: $(READY) ## Measure the speed, as ratios to the C limit
	$(BIN)/python bench/run.py $(ARGS)

fuzz: $(READY) ## Change certificates and signed messages at random (HCS_FUZZ=1000000 of each)
	$(BIN)/python -m tests.fuzz $(ARGS)

# Half of the kills on SQLite, half on PostgreSQL; then every system call, statement and fail point, where `make test` takes some.
fault: $(READY) test-system ## Kill installations at random, and stop what is under them (HCS_FAULT=1000 kills)
	$(BIN)/python -m tests.fault $(ARGS)
	HCS_LONG=1 $(BIN)/pytest -n $(JOBS) --dist loadfile tests/fault

wheel: $(READY) ## Build the wheel into dist
	$(BIN)/pip wheel --quiet --no-deps --wheel-dir dist .
	@ls dist/*.whl

clean: ## Remove everything that these commands have made
	rm -rf .venv dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamp is newer than pyproject.toml exactly while the environment has what that file asks for.
$(READY): pyproject.toml
	@python=; for candidate in python3 python3.13 python3.12 python3.11; do \
		if $$candidate -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then \
			python=$$candidate; break; fi; done; \
	if [ -z "$$python" ]; then \
		echo "hcs-gateway needs Python 3.11, 3.12 or 3.13, and found $$(python3 --version 2>&1 || true)" >&2; exit 1; fi; \
	if ! $$python -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "$$python has no venv module; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; fi; \
	if ! $(BIN)/python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then \
		echo "Making .venv with $$($$python --version)"; $$python -m venv --clear .venv; fi
	@echo "Installing the packages that pyproject.toml names (a minute, once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,lint]'
	@touch $@

# These judge from outside: PostgreSQL, xmlsec1, OpenSSL's engine for ГОСТ, a PKCS #11 token in software, strace. Without them
# their tests are skipped and say so; nothing else fails.
test-system:
	@missing=; need() { "$${@:2}" >/dev/null 2>&1 || missing="$$missing $$1"; }; \
	need postgresql ls /usr/lib/postgresql/*/bin/initdb; \
	need xmlsec1 command -v xmlsec1; \
	need libengine-gost-openssl ls /usr/lib/*/engines-3/gost.so; \
	need softhsm2 command -v softhsm2-util; \
	need strace command -v strace; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then \
		echo "Not here:$$missing. The tests that need them will be skipped."; exit 0; fi; \
	echo "Installing for the tests:$$missing"; \
	no_server=/etc/postgresql-common/createcluster.d/hcs-gateway-tests.conf; \
	mkdir -p "$${no_server%/*}"; echo 'create_main_cluster = false' > "$$no_server"; \
	apt-get update -qq >/dev/null 2>&1; \
	for package in $$missing; do \
		DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $$package >/dev/null 2>&1 \
		|| echo "$$package could not be installed: the tests that need it will be skipped."; done; \
	rm -f "$$no_server"
