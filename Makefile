# picodose: every way to run, check and flash it. `make` alone prints the help.

# -- what a person may set ------------------------------------------------------------------
RX    ?=# prescription file for demo (default: the day and night example)
SPEED ?= 1# sim: virtual seconds per second, or max
SEED  ?= 1# tests, demo: another number searches other examples
PORT  ?=# flash, repl: serial port of the board (default: the only one found)
ONLY  ?=# sabotage: one requirement id, bench: part of a name

export SEED
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
SHELL := /bin/sh

# -- our own Python environment ------------------------------------------------------------
VENV := .venv
PY   := $(VENV)/bin/python
PIP  := $(PY) -m pip --disable-pip-version-check --no-input
# A stamp per group of requirements: a target installs what it needs and no more, once.
RUN   := $(VENV)/.has-run
BOARD := $(VENV)/.has-board
EMU   := $(VENV)/.has-emu
LINT  := $(VENV)/.has-lint
STUBS := typings/.has-stubs
# The emulator's package too: collecting its tests imports it, even where they are left out.
TEST  := $(RUN) $(BOARD) $(EMU) $(STUBS) $(VENV)/.has-test
# The locks pin builds of these packages; another one's wheels would not match.
export PYTHONNOUSERSITE := 1
export PIP_REQUIRE_VIRTUALENV := 1
unexport PYTHONPATH PYTHONHOME

FAST := not slow and not emu
PYTEST := $(PY) -m pytest -q --hypothesis-seed=$(SEED)

.PHONY: help setup demo test test-all sim emu-demo check fmt lint types tidy upy bench size docs \
	trace sabotage flash repl lock clean clean-all

help: ## this list
	@echo "picodose: a Raspberry Pi Pico bench pump that moves water, never connected to a person"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "Variables, as in \`make demo RX=my_plan.toml\`:"
	@awk -F '[?]=|# ' '/^[A-Z]+ *[?]=/ { gsub(/ /, "", $$1); gsub(/ /, "", $$2); \
		printf "  %-6s %s%s\n", $$1, $$3, ($$2 == "" ? "" : " [" $$2 "]") }' Makefile

# -- run ------------------------------------------------------------------------------------
demo: $(RUN) ## dose one day on the virtual Pico; pictures and tables in out/demo
	@$(PY) -m host_tools.demo $(if $(RX),--rx "$(RX)") --seed $(SEED)

sim: $(RUN) ## virtual pump on a pseudo-terminal and a socket; SPEED=
	@$(PY) -m host_tools.sim_server --speed $(SPEED) --seed $(SEED)

emu-demo: $(RUN) $(BOARD) $(EMU) ## one bolus on the official firmware in an emulated RP2040
	@$(PY) -m shim.emulated.firmware
	@$(PY) -m host_tools.emu_demo

# -- prove ----------------------------------------------------------------------------------
test: $(TEST) ## the fast tests, on two workers
	@$(PYTEST) -n 2 -m "$(FAST)"

test-all: $(TEST) ## the tiers: fast, slow, emulator, unix port, sabotage, size, trace
	@$(PY) -m shim.emulated.firmware
	@$(PY) -m tools.tiers

check: fmt-check lint types tidy test ## format, lint, types, rules of the house, fast tests

fmt: $(LINT) ## put every file into the house format
	@$(PY) -m ruff check -q --select I --fix .
	@$(PY) -m ruff format .

.PHONY: fmt-check
fmt-check: $(LINT)
	@$(PY) -m ruff format --check . || { echo "make fmt puts that right"; exit 1; }

lint: $(LINT) ## ruff
	@$(PY) -m ruff check .

types: $(TEST) $(LINT) ## mypy for the host, pyright with the rp2 stubs for device/
	@$(PY) -m mypy
	@PYRIGHT_PYTHON_GLOBAL_NODE=0 PYRIGHT_PYTHON_IGNORE_WARNINGS=1 $(PY) -m pyright -p pyrightconfig.json

tidy: $(TEST) ## the rules of the house: imports, numbers, interrupts, names, sizes
	@$(PYTEST) tests/tidy -m "$(FAST)"

upy: $(TEST) ## the pure modules' tests under the MicroPython unix port
	@$(PY) tests/upy/run.py

bench: $(RUN) $(BOARD) ## how fast it runs (figures, no verdict); ONLY=
	@$(PY) -m tools.bench $(ONLY)

size: $(BOARD) $(RUN) ## compiled size of every device file against the budget
	@$(PY) -m tools.size

docs: $(RUN) ## write the parts of the documents that are made from data
	@$(PY) -m tools.sections

trace: $(TEST) ## requirement, code, tests, sabotage; fails when a due one has a gap
	@$(PY) -m tools.trace

sabotage: $(TEST) ## break the device on purpose; a test must notice each; ONLY=id
	@$(PY) -m tools.sabotage $(if $(ONLY),--only $(ONLY))

# -- a real board ---------------------------------------------------------------------------
flash: $(RUN) $(BOARD) ## compile device/ and put it on the board; PORT=
	@$(PY) -m tools.flash install $(if $(PORT),--port $(PORT))

repl: $(RUN) $(BOARD) ## mpremote's prompt on the board; PORT=
	@$(PY) -m tools.flash repl $(if $(PORT),--port $(PORT))

# -- set up and clean -----------------------------------------------------------------------
setup: $(TEST) $(LINT) ## everything at once; each target otherwise gets what it needs
	@$(PY) -m shim.emulated.firmware
	@echo "ready; next: make demo, make test"

$(PY):
	@for python in $$PYTHON python3 python3.14 python3.13 python3.12 python3.11; do \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		echo "making $(VENV) with $$("$$python" --version)"; \
		"$$python" -m venv $(VENV) && exit 0; \
		echo "$$python cannot make environments (on Debian and Ubuntu: install python3-venv)" >&2; \
		rm -rf $(VENV); exit 1; \
	done; echo "picodose needs Python 3.11 or newer; name one with PYTHON=" >&2; exit 1

$(VENV)/.has-%: requirements/%.txt | $(PY)
	@echo "installing the $* packages (pinned, $<)"
	@$(PIP) install -qq --require-hashes -r $<
	@touch $@

$(STUBS): requirements/stubs.txt | $(PY)
	@echo "installing MicroPython's type stubs into typings/"
	@rm -rf typings
	@$(PIP) install -qq --require-hashes --no-compile --target typings -r $<
	@touch $@

LOCK := $(VENV)/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url --no-emit-find-links
lock: | $(PY) ## pin the packages anew from requirements/*.in
	@$(PIP) install -qq uv
	@cd requirements && for group in run board test lint stubs emu; do \
		../$(LOCK) -o $$group.txt $$group.in > /dev/null || exit 1; done

clean: ## delete what runs have written
	@rm -rf out build .pytest_cache .ruff_cache .hypothesis .cache/mypy
	@find . -name .venv -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

clean-all: clean ## clean, and the environment, stubs and cached firmware too
	@rm -rf .venv typings .cache
