# Everything a person types while working here. `make` alone lists it.
#
#   PYTHON=python3.12      another interpreter for .venv
#   UV=                    do not use uv, even where it is installed
#   WHEELHOUSE=DIR         install from a folder of wheels, without any network
#   FULL=1                 make demo with all days of the city
#   LOCK=requirements-dev.lock  make wheelhouse for those who develop in an intranet
#   SEED=8                 what goes wrong in make soak is drawn from it
#   PYTEST_ARGS="-k sms"   what pytest is given, instead of one process more than cores

PYTHON     ?= python3
UV         ?= $(shell command -v uv 2>/dev/null)
WHEELHOUSE ?=
FULL       ?=
DEMO_DIR   ?= demo-city
EVALUATED  ?= evaluated
# one process more than cores: tests wait for servers and browsers
WORKERS   ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
# a file is run by one process: what its tests share is made once; tests/conftest.py has their order
PYTEST_ARGS ?= -n $(WORKERS) --dist loadfile --no-loadscope-reorder
CASES      ?=
SEED       ?= 7
PIP_AUDIT   ?= $(or $(shell command -v pip-audit 2>/dev/null),$(if $(UV),$(UV) tool run pip-audit))

BIN   := .venv/bin
STAMP := .venv/.installed
USER_STAMP := .venv/.installed-to-use
# who develops has what is needed to use it
INSTALLED = $(if $(wildcard $(STAMP)),$(STAMP),$(USER_STAMP))
VERSION = $(shell sed -n 's/^__version__ = "\(.*\)"/\1/p' ntanalytics/__init__.py)
RELEASE = release/$(VERSION)
REPORT_NOTEBOOKS = $(wildcard notebooks/*.ipynb notebooks/*/*.ipynb)
RESOLVE = "$(UV)" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
  --no-annotate --no-header
OFFLINE = $(if $(WHEELHOUSE),--no-index --find-links "$(WHEELHOUSE)")

.DEFAULT_GOAL := help
.PHONY: help install setup spark demo test golden check lint fix lab docs messages pictures evaluation gaps truth bench soak lock wheelhouse release audit
.DELETE_ON_ERROR:

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

install: $(INSTALLED) ## make .venv and install what is needed to use it: exactly what requirements.lock says

setup: $(STAMP) ## the same and the tools for developing it: exactly what requirements-dev.lock says

$(USER_STAMP): LOCK = requirements.lock
$(STAMP): LOCK = requirements-dev.lock
$(USER_STAMP): requirements.lock
$(STAMP): requirements-dev.lock
$(USER_STAMP) $(STAMP): pyproject.toml
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; make PYTHON=/path/to/python3.11 names another one." >&2; exit 1; }
	@"$(PYTHON)" install.py $(LOCK) $(if $(UV),--uv "$(UV)") $(if $(WHEELHOUSE),--wheelhouse "$(WHEELHOUSE)")
	@touch $@

spark: setup ## install pyspark, for `engine: spark` (490 MB; it needs Java 17 or newer, too)
ifneq ($(UV),)
	"$(UV)" pip install --quiet --python $(BIN)/python $(OFFLINE) --require-hashes --no-deps -r requirements-spark.lock
else
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(OFFLINE) --require-hashes --no-deps -r requirements-spark.lock
endif

demo: $(INSTALLED) ## build a demo city and issue its reports (about two minutes); FULL=1 for all its days
	$(BIN)/ntanalytics demo --dir "$(DEMO_DIR)" $(if $(FULL),--full)

# what was compiled is kept, whatever the machine says: the tests start hundreds of programs
test: setup ## run the tests
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest $(PYTEST_ARGS)

# in one process, which builds the demo city once
golden: setup ## write tests/golden/ from the demo city's reports, and show what changed (one to two minutes)
	UPDATE_GOLDEN=1 $(BIN)/python -m pytest -q -p no:xdist -k golden_file tests/test_reports_issued.py tests/test_recommendations_issued.py
	@git diff --stat -- tests/golden

check: lint ## format, lint, types, import layers, stripped notebooks, house rules; changes nothing
	$(BIN)/python -m pytest -q tests/rules

lint: setup ## the same without the house rules, which are tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(if $(REPORT_NOTEBOOKS),$(BIN)/nbstripout --verify $(REPORT_NOTEBOOKS))

fix: setup docs messages ## format, mend what ruff can, strip notebooks, write the generated documents
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(if $(REPORT_NOTEBOOKS),$(BIN)/nbstripout $(REPORT_NOTEBOOKS))

docs: setup ## write docs/datasets.md, docs/rules.md and docs/architecture.svg from the code, scheduled/ from jobs.yml
	$(BIN)/python docs/write_documents.py
	$(BIN)/python docs/draw_architecture.py > docs/architecture.svg

messages: setup ## bring the translations in ntanalytics/locale in step with the messages of the code, and compile them
	LANGUAGE=en $(BIN)/python docs/write_messages.py

pictures: setup ## take the pictures of README and docs/zh from the demo city's weekly report and lab (needs Chromium)
	$(BIN)/python docs/take_pictures.py "$(DEMO_DIR)/ntanalytics.yml"

truth: setup ## compute every figure of the reports a second time from the sources, and compare (minutes)
	TRUTH=1 $(BIN)/python -m pytest tests/truth

gaps: setup ## issue every report over every damage of every dataset, into docs/truth.md (an hour or two)
	$(BIN)/python -m tests.gaps.matrix

evaluation: setup ## measure how right the findings are, into docs/evaluation.md (about half an hour)
	$(BIN)/ntanalytics evaluate --seeds 201,202,203,204,205 --dir "$(EVALUATED)" --write docs/evaluation.md

# what was compiled is kept, as in every installation: else each program would compile the suite anew
bench: setup ## measure beside what a user would take instead, into benchmarks/results.md; CASES="logs month" for some
ifneq ($(UV),)
	"$(UV)" pip install --quiet --python $(BIN)/python $(OFFLINE) --requirement benchmarks/requirements.txt
else
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(OFFLINE) --requirement benchmarks/requirements.txt
endif
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m benchmarks $(CASES)

soak: setup ## half a year of the schedule by a fake clock, with faults drawn from SEED (about an hour)
	$(BIN)/python -m tests.soak --seed $(SEED)

lab: $(INSTALLED) ## JupyterLab on the demo city's lake
	$(BIN)/ntanalytics --config "$(DEMO_DIR)/ntanalytics.yml" lab

lock: ## resolve the locks anew from pyproject.toml (needs uv)
	@test -n "$(UV)" || { echo "make lock needs uv." >&2; exit 1; }
	@echo '# What is needed to develop: exact versions with hashes, for Python 3.11 to 3.13 on Linux. Made by "make lock" from pyproject.toml; do not edit.' > requirements-dev.lock.new
	$(RESOLVE) --upgrade --extra postgres --extra mysql --group dev pyproject.toml >> requirements-dev.lock.new
	@mv requirements-dev.lock.new requirements-dev.lock
	@echo '# What is needed to use it: exact versions with hashes, for Python 3.11 to 3.13 on Linux. Made by "make lock" from pyproject.toml; do not edit.' > requirements.lock.new
	$(RESOLVE) --constraints requirements-dev.lock --extra postgres --extra mysql --group build pyproject.toml >> requirements.lock.new
	@mv requirements.lock.new requirements.lock
	@echo '# What `engine: spark` needs beside requirements.lock. Made by "make lock" from pyproject.toml; do not edit.' > requirements-spark.lock.new
	$(RESOLVE) --upgrade --constraints requirements.lock --extra spark pyproject.toml \
	  | awk '/^[a-z]/ {wanted = /^(pyspark|py4j)==/} wanted' >> requirements-spark.lock.new
	@mv requirements-spark.lock.new requirements-spark.lock

audit: setup ## hold the locks against the floors for known flaws, and against the advisories that pip-audit asks
	$(BIN)/python -m pytest -q tests/rules/test_environment.py tests/rules/test_dangers.py
	@test -n "$(PIP_AUDIT)" || { echo "Only the floors of pyproject.toml were checked: pip-audit is not installed (and uv, which could fetch it, neither)." >&2; exit 1; }
	@# --strict, since it passes without it where the service knows no package at all
	@$(PIP_AUDIT) --strict --requirement requirements-dev.lock --requirement requirements-spark.lock --require-hashes --disable-pip --progress-spinner off \
	  > .venv/audit.txt 2>&1 && cat .venv/audit.txt || { cat .venv/audit.txt >&2; grep -q "known vulnerabilit" .venv/audit.txt || \
	  echo "No advisory service answered for every package: only the floors of pyproject.toml were checked. Run this where one can be reached." >&2; exit 1; }

wheelhouse: $(INSTALLED) ## download every wheel of LOCK (requirements.lock) into wheelhouse/, to carry into an intranet
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || "$(PYTHON)" -m venv .venv
	$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes --dest wheelhouse -r $(or $(LOCK),requirements.lock)

release: setup ## build release/VERSION: wheel, wheelhouse, lock and checksums (WHEELHOUSE=DIR: without any network)
	@test -z "$$(git status --porcelain)" || { echo "Commit first: a release is made of a commit." >&2; exit 1; }
	@grep -q "^## $(VERSION)$$" CHANGELOG.md || { echo "CHANGELOG.md has no section $(VERSION): rename Unreleased." >&2; exit 1; }
	@$(if $(WHEELHOUSE),test -d "$(WHEELHOUSE)",$(MAKE) --no-print-directory wheelhouse)
	@rm -rf "$(RELEASE)" && mkdir -p "$(RELEASE)"
	@cp -r "$(or $(WHEELHOUSE),wheelhouse)" "$(RELEASE)/wheelhouse"
	@cp requirements.lock requirements-spark.lock CHANGELOG.md "$(RELEASE)"
	@# the time of the commit: the same commit gives the same bytes
	@SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m hatchling build --target wheel --directory "$(RELEASE)"
	@cd "$(RELEASE)" && find . -type f ! -name SHA256SUMS -print0 | LC_ALL=C sort -z | xargs -0 sha256sum > SHA256SUMS
	@echo "$(RELEASE): tag the commit v$(VERSION)"
