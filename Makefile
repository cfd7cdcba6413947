# Every command sets up what it needs in .venv; it needs only python3 and a package index.
PYTHON ?= python3
ARGS ?=

export PIP_DISABLE_PIP_VERSION_CHECK = 1
# Import the checkout's folders as the installed package, never by their path.
export PYTHONSAFEPATH = 1

BIN := .venv/bin
# One marker file per step; another PYTHON creates another environment.
BASE := .venv/base-$(subst /,-,$(PYTHON))
READY := .venv/ready
TOOLS := .venv/tools
TYPES := build/types/auditmock
EXAMPLE := examples/playwright
# The queues of workers are balanced, so that the longest file does not decide how long a run takes.
PYTEST = $(BIN)/$(if $(COVERAGE),coverage run -m )pytest -n auto --dist worksteal
COMPILE = $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --custom-compile-command "make lock" --quiet

.PHONY: help
help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

.PHONY: serve
serve: $(READY) ## Serve the mock; flags in ARGS: make serve ARGS="--port 0"
	@$(BIN)/auditmock serve $(ARGS)

.PHONY: test
test: $(TOOLS) ## Run the quick tests, in about four minutes
	$(PYTEST) $(ARGS)

.PHONY: test-slow
test-slow: $(TOOLS) ## Run the tests that `make test` leaves out because they take long
	$(PYTEST) -m "slow and not browser and not soak" $(ARGS)

.PHONY: test-all
test-all: test test-slow test-browser soak ## Run all tests

.PHONY: coverage
coverage: $(TOOLS) ## Measure what the quick tests cover
	$(BIN)/coverage erase
	$(MAKE) test COVERAGE=1
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

.PHONY: test-browser
test-browser: $(TOOLS) $(EXAMPLE)/node_modules ## Run the tests of the pages and the example, in the system's Chromium (needs npm)
	@test -x /usr/bin/chromium || { echo "/usr/bin/chromium is missing: apt-get install chromium" >&2; exit 1; }
	$(BIN)/pytest -m browser $(ARGS)

.PHONY: soak
soak: $(TOOLS) ## Run the tests that take minutes each
	$(BIN)/pytest -m soak $(ARGS)

.PHONY: faults
faults: $(TOOLS) ## Score the contract suite with servers that have one fault each
	@$(BIN)/python tests/faults score $(ARGS)

.PHONY: matrix
matrix: $(TOOLS) ## Check the mock of every release against every release
	@$(BIN)/python tests/support/matrix.py $(ARGS)

.PHONY: generate
generate: $(TOOLS) ## Regenerate contracts, pools and reference pages from their sources
	$(BIN)/python -c "from auditmock.openapi.releases import write_generated; write_generated()"
	$(BIN)/python -c "from auditmock.fixtures.history.stored_pools import write_pools; write_pools()"
	$(BIN)/python scripts/reference

.PHONY: bench
bench: $(TOOLS) ## Compare the speed with other tools
	$(BIN)/python benchmarks $(ARGS)

.PHONY: lint
lint: $(TOOLS) ## Check style and types, tests included
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	rm -rf $(TYPES) && mkdir -p $(TYPES)
	@# type checkers find packages by path: link the folders as they are imported
	cd $(TYPES) && ln -s ../../../auditmock/* ../../../handlers ../../../fixtures ../../../tests/contract .
	$(BIN)/mypy
	$(BIN)/mypy tests/faults/*.py

.PHONY: lint-contract
lint-contract: ## Check openapi.yaml with Redocly (needs npm)
	npx --yes --package=node@22.23.3 --package=@redocly/cli@2.77.0 redocly lint openapi.yaml

.PHONY: docs
docs: $(TOOLS) ## Build the documentation site in build/site
	$(BIN)/zensical build --clean --strict

.PHONY: screenshot
screenshot: $(TOOLS) ## Take the screenshot of the dashboard for README and documentation
	$(BIN)/python scripts/dashboard_screenshot.py

.PHONY: dist
dist: $(TOOLS) ## Build the wheel and the source archive, in dist/
	rm -rf dist
	$(BIN)/uv build --python $(BIN)/python --no-build-isolation --quiet

.PHONY: lock
lock: $(TOOLS) ## Pin the dependencies of pyproject.toml; ARGS=--upgrade takes newer versions
	$(COMPILE) --group build --output-file requirements.lock $(ARGS)
	$(COMPILE) --extra check --group build --group docs --group lint --group lock --group test \
		--constraint requirements.lock --output-file requirements-dev.lock $(ARGS)

.PHONY: clean
clean: ## Remove everything that these commands create
	rm -rf .venv .cache build dist *.egg-info .coverage* .hypothesis .mypy_cache .ruff_cache benchmarks/peers/node_modules $(EXAMPLE)/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(EXAMPLE)/node_modules: $(EXAMPLE)/package-lock.json
	@command -v npm >/dev/null || { echo "npm is missing: apt-get install npm" >&2; exit 1; }
	cd $(EXAMPLE) && npm ci --ignore-scripts --silent
	@touch $@

$(BASE): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "$(PYTHON) is not Python 3.11 or newer; use another: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "$(PYTHON) cannot make environments: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv --clear .venv
	$(BIN)/pip install --quiet --require-hashes --requirement requirements.lock
	@touch $@

$(READY): $(BASE) pyproject.toml
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(TOOLS): $(READY) requirements-dev.lock
	$(BIN)/pip install --quiet --require-hashes --requirement requirements-dev.lock
	@touch $@
