# `make demo` and `make test` do all the set-up they need. Nothing is installed outside this folder; anny, the body
# model, keeps 0.1 GB of prepared data in ~/.cache/anny (or $ANNY_CACHE_DIR).
PYTHON ?= python3
VENV ?= .venv
LOCAL_UV := $(CURDIR)/.tools/uv/bin/uv
UV ?= $(or $(shell command -v uv 2>/dev/null),$(LOCAL_UV))
RUN := $(VENV)/bin/python
PYTEST := $(RUN) -m pytest
LINT_PATHS := custom_modules tools configs tests benchmarks setup.py
export UV_PYTHON_DOWNLOADS := never

.DEFAULT_GOAL := help
.PHONY: help install lock test test-all test-fast test-cluster lint format types demo demo-quick matrix reference bench bench-render wheel clean

help: ## Show this help
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /|/' | awk -F'|' '{printf "  make %-12s %s\n", $$1, $$2}'

# pip --target works on externally managed systems and without ensurepip; nothing else of the system is touched.
$(LOCAL_UV):
	$(PYTHON) -m pip install --quiet --upgrade --target .tools/uv uv

$(VENV)/.installed: requirements/lock.txt setup.py pyproject.toml | $(UV)
	test -x $(RUN) || $(UV) venv --quiet --python "$$(command -v $(PYTHON))" $(VENV)
	$(UV) pip install --python $(RUN) --no-deps --require-hashes --only-binary :all: --no-binary jsonpath-rw \
		-r requirements/lock.txt
	$(UV) pip install --python $(RUN) --quiet --no-deps --no-build-isolation --editable .
	touch $@

install: $(VENV)/.installed ## Install the locked set and synpose into .venv

demo: install ## Render, train, test and report: work_dirs/demo/report.html (about 20 minutes)
	$(RUN) tools/demo.py

demo-quick: install ## The same flow, small, in about 4 minutes: work_dirs/demo-quick/report.html
	$(RUN) tools/demo.py --quick

test: install lint types ## Lint, type-check and run the tests (15 minutes)
	$(PYTEST) -n 2 --dist loadfile -m "not slow"

test-all: install lint types ## The same, and the slow tests: whole runs through the tools, several processes
	$(PYTEST) -n 2 --dist loadfile

test-fast: install ## The tests that `make test` runs, alone
	$(PYTEST) -n 2 --dist loadfile -m "not slow"

test-cluster: | $(UV) ## Run the same rendering job on Ray and on Dask, in an environment of its own (.venv-cluster)
	test -x .venv-cluster/bin/python || $(UV) venv --quiet --python "$$(command -v $(PYTHON))" .venv-cluster
	$(UV) pip install --python .venv-cluster --quiet --no-deps --require-hashes --only-binary :all: \
		--no-binary jsonpath-rw -r requirements/lock.txt
	$(UV) pip install --python .venv-cluster --quiet --only-binary :all: --constraint requirements/lock.txt \
		'dask>=2024.8' 'distributed>=2024.8' 'ray>=2.9'
	$(UV) pip install --python .venv-cluster --quiet --no-deps --no-build-isolation --editable .
	.venv-cluster/bin/python -m pytest tests/generation/jobs

lint: install ## Check style with ruff
	$(RUN) -m ruff check $(LINT_PATHS)
	$(RUN) -m ruff format --check $(LINT_PATHS)

format: install ## Fix style with ruff
	$(RUN) -m ruff check --fix $(LINT_PATHS)
	$(RUN) -m ruff format $(LINT_PATHS)

types: install ## Check types with mypy
	$(RUN) -m mypy

lock: | $(UV) ## Resolve again and write requirements/lock.txt
	$(UV) lock --upgrade
	$(UV) export --quiet --frozen --all-extras --no-extra cluster --all-groups --no-emit-project --no-annotate --no-header \
		--format requirements-txt --output-file requirements/lock.txt

matrix: | $(UV) ## Run the fast tests on every supported Python found on PATH or under pyenv
	@for version in 3.10 3.11 3.12 3.13; do \
		python=$$(ls $${PYENV_ROOT:-$$HOME/.pyenv}/versions/$$version.*/bin/python 2>/dev/null | tail -n 1); \
		python=$${python:-$$(command -v python$$version)}; \
		test -n "$$python" || { echo "Python $$version: not found, skipped"; continue; }; \
		echo "Python $$version"; \
		$(MAKE) --no-print-directory test-fast PYTHON="$$python" VENV=.venv-$$version || exit 1; \
	done

# Away from the project's folder: its exclude-dependencies would drop xtcocotools here too.
reference: install | $(UV) ## Compare the xtcocotools stand-in with the real package on random crowds
	$(UV) --directory / venv --quiet --clear --python 3.11 $(CURDIR)/.venv-reference
	$(UV) --directory / pip install --no-deps --only-binary :all: --python $(CURDIR)/.venv-reference \
		-r $(CURDIR)/requirements/reference.txt
	.venv-reference/bin/python tests/compat/record_xtcocotools.py record --fresh 24 work_dirs/reference.json
	$(RUN) tests/compat/record_xtcocotools.py check work_dirs/reference.json

bench: install ## Measure against stock MMPose and write the table in benchmarks/README.md (20 minutes)
	$(RUN) benchmarks/bench.py

bench-render: install | $(UV) ## Time our renderer against Blender Cycles (bpy, 0.8 GB, in .venv-bpy)
	$(UV) --directory / venv --quiet --clear --python 3.11 $(CURDIR)/.venv-bpy
	$(UV) --directory / pip install --no-deps --only-binary :all: --python $(CURDIR)/.venv-bpy \
		-r $(CURDIR)/requirements/bpy.txt
	$(RUN) benchmarks/render.py --cycles .venv-bpy/bin/python

wheel: install ## Build dist/*.whl and the sdist
	$(RUN) -m build --no-isolation --outdir dist .

clean: ## Remove environments, caches and builds; data and work_dirs stay
	rm -rf .venv .venv-* .tools build dist .mypy_cache .pytest_cache .ruff_cache *.egg-info custom_modules/*.egg-info
