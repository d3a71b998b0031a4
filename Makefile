# Every recipe is a line or two that you can run by hand; README.md has them for Windows.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PYTEST := $(BIN)/python -m pytest -p no:nbval -n auto --maxprocesses=8
FIGURES := $(filter-out figures/_%,$(wildcard figures/*.py))

.PHONY: help book serve lab notebooks figures test test-fast test-everywhere lint bench fork pick exercise slides offline assignment grade clean

help:
	@echo "make book        build the site into _build/site; STUDENT=1: without solutions, into _build/students/site"
	@echo "make serve       build what is stale and serve it on http://localhost:8000"
	@echo "make lab         open the notebooks in JupyterLab"
	@echo "make test        run everything: units, properties, notebooks, the site in a browser"
	@echo "make test-fast   run what needs no browser and no long run: a minute"
	@echo "make test-everywhere   before a release: every notebook under four processors, long sweeps in full"
	@echo "make lint        ruff and mypy; deno fmt, lint and check"
	@echo "make notebooks   run the notebooks and store their outputs"
	@echo "make figures     draw the figures"
	@echo "make bench       measure the budgets"
	@echo "make pick CHAPTERS=\"2 4\"   a site of these chapters (all: CHAPTERS=all); REPOSITORY=, HANDOUTS=, LAUNCH=no"
	@echo "make exercise CHAPTER=4 NAME=count-windows   the cells of a new exercise"
	@echo "make slides CHAPTER=02   the chapter's page as slides, live and without a network"
	@echo "make offline     one zip for a room without internet; STUDENT=1, PLATFORM=win_amd64 with PyTorch and all"
	@echo "make assignment CHAPTER=02   notebooks to hand out and to mark by, into dist/; EXERCISES=\"unread mirror\" chooses, IDS=file gives each their numbers, FORMAT=otter or nbgrader"
	@echo "make grade CHAPTER=02 SUBMISSIONS=folder-or-zip   grades (CSV) and feedback, into dist/; EXERCISES= as handed out"
	@echo "make fork REPOSITORY=https://github.com/me/course   write your address everywhere"

# CPU=1 takes PyTorch's build for processors alone, a fifth of the size, from PyTorch's own index
LOCK := requirements.lock.txt
ifdef CPU
LOCK := $(VENV)/requirements.cpu.txt
TORCH := grep -vE '^(nvidia|cuda|triton)' requirements.lock.txt > $(LOCK) && $(PIP) --index-url https://download.pytorch.org/whl/cpu $$(grep -E '^torch(vision)?==' $(LOCK)) &&
endif

# --- environments: one folder, first with what the site needs, then with all of it

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { echo "The course is tested on Python 3.11 to 3.13; $(PYTHON) is `$(PYTHON) --version 2>&1`. Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python could not make a virtual environment; on Debian and Ubuntu: apt install python3-venv"; exit 1; }

$(VENV)/site.stamp: requirements-site.txt requirements.lock.txt pyproject.toml | $(BIN)/python
	@echo "Installing what the site needs into $(VENV) (a minute or two, once) …"
	@$(PIP) -r requirements-site.txt -c requirements.lock.txt && $(PIP) --no-deps -e . || { echo "Installing failed: see above. It needs a network once; run the same command again."; exit 1; }
	@touch $@

$(VENV)/all.stamp: requirements.txt requirements-dev.txt requirements.lock.txt pyproject.toml | $(BIN)/python
	@echo "Installing the locked set into $(VENV), PyTorch included (several GB and minutes, once) …"
	@{ $(TORCH) $(PIP) -r $(LOCK) && $(PIP) --no-deps -e .; } || { echo "Installing failed: see above. It needs a network once; run the same command again."; exit 1; }
	@touch $@ $(VENV)/site.stamp

# --- for readers

book: $(VENV)/site.stamp
	@$(BIN)/python -m tools.site $(if $(STUDENT),--student)

serve: book
	@echo "http://localhost:8000 (Ctrl-C stops it)"
	@$(BIN)/python -m http.server 8000 --bind localhost --directory _build/site

lab: $(VENV)/all.stamp
	@$(BIN)/jupyter lab --notebook-dir=. chapters/en/00_welcome.ipynb

# --- for authors

notebooks: $(VENV)/all.stamp
	@$(BIN)/python -m tools.notebooks run

figures: $(VENV)/all.stamp
	@for figure in $(FIGURES); do $(BIN)/python $$figure || exit 1; done

test: $(VENV)/all.stamp
	@$(PYTEST)

test-fast: $(VENV)/all.stamp
	@$(PYTEST) -q -m "not browser and not slow"

test-everywhere: $(VENV)/all.stamp
	@$(PYTEST) --everywhere

lint: $(VENV)/all.stamp
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy
	@export DENO_NO_UPDATE_CHECK=1; $(BIN)/deno fmt --check --quiet && $(BIN)/deno lint --quiet && $(BIN)/deno check --quiet helpers/widgets extensions/assets tests tools

bench: $(VENV)/all.stamp
	@$(BIN)/python -m tools.site && $(BIN)/python -m benchmarks

fork: $(VENV)/site.stamp
	@$(BIN)/python -m tools.repository set "$(REPOSITORY)"

# --- for instructors

pick: $(VENV)/site.stamp
	@$(BIN)/python -m tools.edition $(if $(CHAPTERS),--chapters $(CHAPTERS)) $(if $(REPOSITORY),--address "$(REPOSITORY)") $(if $(HANDOUTS),--handouts "$(HANDOUTS)") $(if $(PACKAGE),--package "$(PACKAGE)") $(if $(LAUNCH),--launch $(LAUNCH))

exercise: $(VENV)/site.stamp
	@$(BIN)/python -m tools.new_exercise $(CHAPTER) $(NAME) $(if $(OBJECTIVE),--objective "$(OBJECTIVE)")

slides: book
	@$(BIN)/python -m tools.slides $(CHAPTER)

offline: $(VENV)/site.stamp
	@$(BIN)/python -m tools.offline $(if $(STUDENT),--student) $(if $(PLATFORM),--platform $(PLATFORM)) $(if $(FOR_PYTHON),--python $(FOR_PYTHON))

assignment: $(VENV)/$(if $(IDS),all,site).stamp
	@$(BIN)/python -m tools.assignment $(CHAPTER) $(if $(EXERCISES),--exercises $(EXERCISES)) $(if $(IDS),--ids "$(IDS)") $(if $(FORMAT),--format $(FORMAT))

grade: $(VENV)/all.stamp
	@$(BIN)/python -m tools.grading $(CHAPTER) "$(SUBMISSIONS)" $(if $(EXERCISES),--exercises $(EXERCISES)) $(ARGS)

clean:
	rm -rf _build
