# Each target is explained by the comment behind it; `make help` prints these.
.DEFAULT_GOAL := help
.PHONY: help run dev passwords quick test lint types check golden golden-diff bench timing mutants size lock clean

help:  ## This list
	@awk -F ':.*  ## ' '/^[a-z-]+:.*  ## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run:  ## The portal with its demonstration content on http://127.0.0.1:8000/ (PORT=8001 for another port), as in production
	@deploy/run

dev:  ## The same database under Django's own server: debug pages, and a reload at each change of the code
	@deploy/run dev

passwords:  ## New passwords for the demonstration's accounts, printed once
	@deploy/install runtime
	@DJANGO_SETTINGS_MODULE=ctportal.settings.demo .venv/bin/python manage.py demo_accounts --reset

quick:  ## The tests on SQLite without the browser and what takes long: two minutes (ARGS="-k word" for some)
	@deploy/test --quick $(ARGS)

test:  ## All tests, on SQLite and on a PostgreSQL started for them; installs what they need (ARGS="-k word" for some)
	@deploy/test $(ARGS)

lint:  ## Code and templates: ruff, djlint, and the import contracts between public and working side
	@deploy/install test
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/djlint --lint --quiet templates
	.venv/bin/lint-imports

types:  ## Type check: mypy with django-stubs
	@deploy/install test
	.venv/bin/mypy

check:  ## lint, types, no migration missing, and Django's deployment checks with nothing silenced
check: lint types
	@deploy/check-deployment

golden:  ## Record what the demonstration answers (pages, API, admin of each role), outside of the repository (two minutes)
	@deploy/install test
	.venv/bin/python -m tests.golden record

golden-diff:  ## What differs from the recording of make golden (ARGS="--only en api publisher" for some parts)
	@deploy/install test
	.venv/bin/python -m tests.golden diff $(ARGS)

bench:  ## Measure pages, API and admin at 1,000 and 10,000 conferences; writes benchmarks/RESULTS.md (takes long)
	@command -v wrk >/dev/null || deploy/system-packages wrk || echo "Without wrk, a slower client of our own puts the load."
	@deploy/install test
	@deploy/system-packages wrk || echo "→ Measuring without wrk, with a client of our own that takes part of the processor"
	.venv/bin/python -m benchmarks $(ARGS)

timing:  ## Measure whether hidden addresses answer as fast as such that never were (two minutes)
	@deploy/install test
	.venv/bin/python -m benchmarks.timing $(ARGS)

mutants:  ## Change the read gate in one place at a time and see whether a test notices (an hour; ARGS="--sample 100" for some)
	@deploy/install test
	.venv/bin/python -m tests.mutants $(ARGS)

size:  ## Lines of code by package, and what is longer than the house wants
	@python3 -m tests.size

lock:  ## Resolve the dependencies of pyproject.toml anew into requirements*.txt (UPGRADE=1 for newer versions)
	@deploy/lock

clean:  ## Remove what was installed and built; the database and files in var/ stay
	rm -rf .venv staticfiles .pytest_cache .ruff_cache .mypy_cache .hypothesis .import_linter_cache
