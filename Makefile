# picodose: every way to run, check and flash it. `make` alone prints the help.

# -- what a person may set ------------------------------------------------------------------
RX    ?=# prescription file for demo (default: the day and night example)
WHAT  ?=# show: the name of a story (default: lists them)
SPEED ?= 1# sim, console: virtual seconds per second, or max
WORLD ?= virtual# sim: virtual, emu (official firmware, emulated) or blank (that, and nothing on it)
SEED  ?= 1# tests, demo, year: another number searches other examples
PORT  ?=# flash, repl, console: serial port of the board (default: the only one found); sim: its TCP port
PROFILE ?=# console: pump of device/profiles (default: sensed_step, whose faults alarm)
ONLY  ?=# sabotage: one requirement id, bench: part of a name

export SEED
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
SHELL := /bin/sh

# -- our own Python environment ------------------------------------------------------------
VENV := .venv
PY   := $(VENV)/bin/python
# A stamp per set of groups of requirements: a target installs what it lacks and no more, once.
RUN   := $(VENV)/.has-run
BOARD := $(VENV)/.has-run-board
EMU   := $(VENV)/.has-run-board-emu
# The emulator compiled for our Python: five times as fast, and what it computes is the same.
NATIVE := $(VENV)/.native
# The emulator's package too: collecting its tests imports it, even where they are left out.
STUBS := typings/.has-stubs
CLI   := $(VENV)/.has-run-board-cli
CONSOLE := $(VENV)/.has-run-board-cli-console
# The command line, startable from anywhere by its path.
PICODOSE := $(VENV)/bin/picodose
TEST  := $(VENV)/.has-run-board-emu-cli-console-test-stubs $(STUBS)
LINT  := $(VENV)/.has-lint
ALL   := $(VENV)/.has-run-board-emu-cli-console-test-stubs-lint $(STUBS)
# The locks pin builds of these packages; another one's wheels would not match.
export PYTHONNOUSERSITE := 1
export PIP_REQUIRE_VIRTUALENV := 1
unexport PYTHONPATH PYTHONHOME
# Nothing is compiled when it is installed: what is used keeps its bytecode.
unexport PYTHONDONTWRITEBYTECODE

FAST := not slow and not emu
PYTEST := $(PY) -m pytest -q --hypothesis-seed=$(SEED)

.PHONY: help setup demo show year test test-all sim cli console emu-demo check fmt lint types tidy upy bench size docs \
	trace sabotage flash board repl lock clean clean-all

help: ## this list
	@echo "picodose: a Raspberry Pi Pico bench pump that moves water, never connected to a person"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "Variables, as in \`make demo RX=my_plan.toml\`:"
	@awk -F '[?]=|# ' '/^[A-Z]+ *[?]=/ { gsub(/ /, "", $$1); gsub(/ /, "", $$2); \
		printf "  %-8s %s%s\n", $$1, $$3, ($$2 == "" ? "" : " [" $$2 "]") }' Makefile

# -- run ------------------------------------------------------------------------------------
demo: $(RUN) ## dose one day on the virtual Pico; pictures and tables in out/demo
	@$(PY) -m host_tools.demo $(if $(RX),--rx "$(RX)") --seed $(SEED)

show: $(RUN) ## one thing that the pump can do, as a picture in out/show; WHAT=
	@$(PY) -m host_tools.show $(WHAT)

year: $(RUN) ## a year of ordinary use, in half an hour; its picture in out/year
	@$(PY) -m host_tools.year --seed $(SEED)

sim: $(RUN) $(if $(filter emu blank,$(WORLD)),$(NATIVE)) ## simulated pump on a pseudo-terminal and a socket; WORLD= SPEED=
	@$(PY) -m host_tools.sim_server --world $(WORLD) --speed $(SPEED) --seed $(SEED) $(if $(PORT),--port $(PORT))

console: $(CONSOLE) ## the bench console, a page in your browser; PORT= SPEED= PROFILE=
	@$(PY) -m host_tools.console $(if $(PORT),--port "$(PORT)") --speed $(SPEED) --seed $(SEED) $(if $(PROFILE),--profile $(PROFILE))

cli: $(PICODOSE) ## the command line: .venv/bin/picodose
	@$(PICODOSE) --help

emu-demo: $(NATIVE) ## one bolus on the official firmware in an emulated RP2040
	@$(PY) -m shim.emulated.firmware
	@$(PY) -m host_tools.emu_demo

# -- prove ----------------------------------------------------------------------------------
test: $(TEST) ## the fast tests, on two workers
	@$(PYTEST) -n 2 -m "$(FAST)"

test-all: $(TEST) $(NATIVE) $(PICODOSE) ## the tiers: fast, slow, emulator, unix port, sabotage, size, trace
	@$(PY) -m shim.emulated.firmware
	@$(PY) -m tools.tiers

check: $(ALL) fmt-check lint types test ## format, lint, types, the fast tests (the rules of the house too)

fmt: $(LINT) ## put every file into the house format
	@$(PY) -m ruff check -q --select I --fix .
	@$(PY) -m ruff format .

.PHONY: fmt-check
fmt-check: $(LINT)
	@$(PY) -m ruff format --check . || { echo "make fmt puts that right"; exit 1; }

lint: $(LINT) ## ruff
	@$(PY) -m ruff check .

types: $(ALL) ## mypy for the host, pyright with the rp2 stubs for device/
	@$(PY) -m mypy
	@PYRIGHT_PYTHON_GLOBAL_NODE=0 PYRIGHT_PYTHON_IGNORE_WARNINGS=1 $(PY) -m pyright -p pyrightconfig.json

tidy: $(TEST) ## the rules of the house: imports, numbers, interrupts, names, sizes
	@$(PYTEST) tests/tidy -m "$(FAST)"

upy: $(TEST) ## the pure modules' tests under the MicroPython unix port
	@$(PY) tests/upy/run.py

bench: $(CLI) $(NATIVE) ## how fast it runs (figures, no verdict); ONLY=
	@$(PY) -m shim.emulated.firmware
	@$(PY) -m tools.bench $(ONLY)

size: $(BOARD) ## compiled size of every device file against the budget
	@$(PY) -m tools.size

docs: $(CLI) ## write the parts of the documents that are made from data
	@$(PY) -m tools.sections

trace: $(TEST) ## requirement, code, tests, sabotage; fails when a due one has a gap
	@$(PY) -m tools.trace

sabotage: $(TEST) ## break the device on purpose; a test must notice each; ONLY=id
	@$(PY) -m tools.sabotage $(if $(ONLY),--only $(ONLY))

# -- a real board ---------------------------------------------------------------------------
flash: $(CLI) ## compile device/ and put it on the board, as picodose flash; PORT=
	@$(PY) -m host_tools.cli flash $(if $(PORT),--port $(PORT))

board: $(BOARD) ## what flash would send, into build/board: for mpremote mip
	@$(PY) -m host_tools.build

repl: $(BOARD) ## mpremote's prompt on the board; PORT=
	@$(PY) -m tools.flash $(if $(PORT),--port $(PORT))

# -- set up and clean -----------------------------------------------------------------------
setup: $(ALL) $(NATIVE) $(PICODOSE) ## everything at once; each target otherwise gets what it needs
	@$(PY) -m shim.emulated.firmware
	@echo "ready; next: make demo, make test"

$(PY):
	@sh tools/venv.sh $(VENV)

.SECONDEXPANSION:
$(VENV)/.has-%: $$(addprefix requirements/,$$(addsuffix .txt,$$(subst -, ,$$*))) | $(PY)
	@sh tools/install.sh $(VENV) $(subst -, ,$*)
	@touch $@

$(PICODOSE): tools/launcher.sh | $(CLI)
	@sh tools/launcher.sh $(VENV)

$(NATIVE): requirements/emu.txt tools/native.py shim/emulated/batch.pyx | $(EMU)
	@if $(PY) -m tools.native; then touch $@; fi

$(STUBS): requirements/stubs.txt | $(PY)
	@sh tools/install.sh $(VENV) stubs

LOCK := $(VENV)/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url --no-emit-find-links
lock: | $(PY) ## pin the packages anew from requirements/*.in
	@$(VENV)/bin/pip install -qq uv
	@cd requirements && for group in run board cli console test lint stubs emu; do \
		../$(LOCK) -o $$group.txt $$group.in > /dev/null || exit 1; done

clean: ## delete what runs have written
	@rm -rf out build .pytest_cache .ruff_cache .hypothesis .cache/mypy .cache/built
	@find . -name .venv -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

clean-all: clean ## clean, and the environment, stubs and cached firmware too
	@rm -rf .venv typings .cache
