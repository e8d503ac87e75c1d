# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test generate pages docs package bench fuzz fuzz-sandbox sarif format clean

demo: $(STAMP)
	@$(BIN)/cwql demo

test: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/basedpyright --project pyproject.toml
	$(BIN)/python -m cwql_codegen --check
	$(BIN)/cwql lint
	$(BIN)/python -m pytest -n auto

generate: $(STAMP)
	$(BIN)/python -m cwql_codegen

pages: $(STAMP)
	$(BIN)/python -m scripts.docs

# Strict: a link that leads nowhere ends it. build/docs/index.html is the front page; no network is needed.
docs: $(VENV)/.installed-docs
	$(BIN)/python -m sphinx -b dirhtml -n -W --keep-going -q -d build/doctrees docs build/docs
	$(BIN)/python -m scripts.docs.check_site build/docs

# On every Python that the machine has, with and without extras; needs a package index.
package: $(STAMP)
	$(BIN)/python -m scripts.packaging

bench: $(VENV)/.installed-bench
	$(BIN)/python -m benchmarks

fuzz: $(STAMP)
	$(BIN)/python -m tests.fuzz

fuzz-sandbox: $(STAMP)
	$(BIN)/python -m tests.fuzz_sandbox

# The official validator of SARIF comes from npm; nothing else here needs node. It is no part of `make test`.
sarif: $(STAMP)
	npm install --silent --no-save --no-fund --no-audit --prefix build/sarif @microsoft/sarif-multitool@5
	$(BIN)/python -m scripts.sarif build/sarif

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# pip learned --group in 25.1; an older one upgrades itself first.
$(STAMP): pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable ".[all,codegen]" --group dev
	touch $@

$(VENV)/.installed-bench: $(STAMP)
	$(BIN)/python -m pip install --quiet --group bench
	touch $@

$(VENV)/.installed-docs: $(STAMP)
	$(BIN)/python -m pip install --quiet --group docs
	touch $@

clean:
	rm -rf build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
