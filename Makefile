# make demo   restore sample photos with the bundled weights and write demo/index.html
# make test   all tests            make test-unit   without the ones that train
# make check  ruff, mypy, import contracts          make docs   the site, in site/
# make bench  the benchmarks, about an hour; with DATA=FOLDER the quality of the models too (see benchmarks/quality.py)
# make clean  what the commands wrote (.venv stays; make distclean removes it too)
#
# PYTHON       the Python (3.11 or newer) that makes .venv
# TORCH_INDEX  package index to take torch from, e.g. https://download.pytorch.org/whl/cpu (a CPU build on Linux);
#              empty: the index that pip is configured with
# WORKERS      test processes

PYTHON ?= $(shell command -v python3.11 || command -v python3)
TORCH_INDEX ?=
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(), 8))')

venv := .venv
run := $(venv)/bin/python
pip := $(run) -m pip --disable-pip-version-check -qq
install := $(pip) install -c constraints.txt

.PHONY: demo test test-unit check bench docs install dev clean distclean
.DEFAULT_GOAL := demo

demo: $(venv)/.installed
	@$(run) -m ganvas.demo --output demo

test: $(venv)/.installed-dev
	@$(run) -m pytest -n $(WORKERS)

test-unit: $(venv)/.installed-dev
	@$(run) -m pytest -n $(WORKERS) -m "not learn"

check: $(venv)/.installed-dev
	@$(run) -m ruff check .
	@$(run) -m mypy
	@$(venv)/bin/lint-imports --no-cache > $(venv)/lint-imports.log || { cat $(venv)/lint-imports.log; exit 1; }
	@tail -n 3 $(venv)/lint-imports.log

bench: $(venv)/.installed-dev
	@$(run) benchmarks/dirac.py
	@$(run) benchmarks/toy2d.py
	@$(run) benchmarks/bench_training.py
	@$(run) benchmarks/bench_gan_step.py
	@$(run) benchmarks/bench_distributed.py
	@$(run) benchmarks/bench_network.py --model upscale-x4
	@$(run) benchmarks/bench_models.py
	@$(run) benchmarks/bench_inpaint.py
	@$(run) benchmarks/bench_tiling.py --model denoise
	@$(run) benchmarks/bench_process.py
	@$(run) benchmarks/bench_memory.py
	@$(run) benchmarks/bench_robustness.py
ifdef DATA
	@$(run) benchmarks/quality.py --data $(DATA)
endif

docs: $(venv)/.installed-docs
	@NO_MKDOCS_2_WARNING=1 $(venv)/bin/mkdocs build --strict
	@echo "site/index.html"

install: $(venv)/.installed
dev: $(venv)/.installed-dev

# torch goes in first and alone: any other package before it may pull an unpinned torch with GPU libraries.
$(venv)/.installed: constraints.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "ganvas needs Python 3.11 or newer: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@start=$$(date +%s); \
	echo "Installing the pinned dependencies into $(venv) (once; a few minutes) ..."; \
	{ [ -x $(run) ] || $(PYTHON) -m venv $(venv); } && \
	$(install) $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) torch && \
	$(install) -e . && \
	touch $@ && echo "Installed in $$(( $$(date +%s) - start )) s."

$(venv)/.installed-dev: $(venv)/.installed
	@start=$$(date +%s); echo "Installing the tools for tests and checks ..."; \
	$(install) -e '.[dev]' && touch $@ && echo "Installed in $$(( $$(date +%s) - start )) s."

$(venv)/.installed-docs: $(venv)/.installed
	@$(install) -e '.[docs]' && touch $@

clean:
	@rm -rf demo site build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

distclean: clean
	@rm -rf $(venv)
