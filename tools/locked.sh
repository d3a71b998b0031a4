#!/bin/sh
# Runs a module of .venv, wherever the system keeps its Python there (Git for Windows has an sh): sh tools/locked.sh mypy
for python in .venv/bin/python .venv/Scripts/python.exe; do
  if [ -x "$python" ]; then exec "$python" -m "$@"; fi
done
echo "There is no .venv yet: make test-fast makes it, and README.md says how to do it by hand." >&2
exit 1
