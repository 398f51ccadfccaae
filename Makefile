PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
JOBS   ?= 2

.PHONY: demo test soak lint bench lock catalogues screenshots clean

demo: $(STAMP)
	$(BIN)/hub demo $(ARGS)

# Servers that tests start begin from bytecode, also where Python may not write any by itself.
test: $(STAMP)
	$(BIN)/python -m compileall -q audit hub
	$(BIN)/pytest -n $(JOBS) --dist loadgroup -m "not soak" $(ARGS)

soak: $(STAMP)
	HUB_SOAK=1 $(BIN)/pytest $(ARGS)

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(STAMP)
	$(BIN)/python -m hub.bench $(ARGS)

# What pages say in Chinese: brings `hub/web/locales` up to date with the sources and names what is not translated.
catalogues: $(STAMP)
	$(BIN)/python -m hub.web.extraction

# The pictures of the README, from a synthetic community; needs Chromium and fonts-noto-cjk.
screenshots: $(STAMP)
	$(BIN)/python -m tests.web.screenshots

# The lock names versions and hashes only, never where a package came from.
lock: $(STAMP)
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --python-version 3.11 --group dev pyproject.toml --output-file requirements-dev.txt
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --python-version 3.11 pyproject.toml --constraints requirements-dev.txt --output-file requirements.txt

$(STAMP): requirements-dev.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed, this is " + sys.version)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(STAMP)

clean:
	rm -rf $(VENV) build dist
