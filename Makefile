# `make help` prints the description behind each target.
.DEFAULT_GOAL := help
.PHONY: help run dev passwords quick test lint types check golden golden-diff screens bench instant timing writers search-bench mutants size lock clean

help:  ## List the targets
	@awk -F ':.*  ## ' '/^[a-z-]+:.*  ## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run:  ## Run the portal with demonstration content, as in production, on http://127.0.0.1:8000/ (PORT=8001 for another port)
	@deploy/run

dev:  ## Run the same database under Django's development server, with debug pages and autoreload
	@deploy/run dev

passwords:  ## Set new passwords for the demonstration accounts and print them once
	@deploy/install runtime
	@DJANGO_SETTINGS_MODULE=ctportal.settings.demo .venv/bin/python manage.py demo_accounts --reset

quick:  ## Run the tests on SQLite without browser tests and slow tests: two minutes (ARGS="-k word" for some)
	@deploy/test --quick $(ARGS)

test:  ## Run all tests on SQLite and on a temporary PostgreSQL; installs what they need (ARGS="-k word" for some)
	@deploy/test $(ARGS)

lint:  ## Check code, templates (djlint), and import contracts between public and working side
	@deploy/install test
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/djlint --lint --quiet templates
	.venv/bin/lint-imports

types:  ## Check types with mypy and django-stubs
	@deploy/install test
	.venv/bin/mypy

check:  ## Run lint and types, look for missing migrations, and run Django's deployment checks with none silenced
check: lint types
	@deploy/check-deployment

golden:  ## Record the responses of the demonstration (pages, API, admin of each role) outside the repository (two minutes)
	@deploy/install test
	.venv/bin/python -m tests.golden record

golden-diff:  ## Show the differences from the recording of make golden (ARGS="--only en api publisher" for some parts)
	@deploy/install test
	.venv/bin/python -m tests.golden diff $(ARGS)

screens:  ## Take pictures of twelve kinds of page of a running portal, outside the repository (ARGS="--url http://127.0.0.1:8001")
	@deploy/install test
	.venv/bin/python -m tests.screens $(ARGS)

bench:  ## Measure pages, API and admin with 1,000 and 10,000 conferences; writes benchmarks/RESULTS.md (takes long)
	@command -v wrk >/dev/null || deploy/system-packages wrk || echo "Without wrk, a slower client of our own puts the load."
	@deploy/install test
	@deploy/system-packages wrk || echo "→ Measuring without wrk, with a client of our own that takes part of the processor"
	.venv/bin/python -m benchmarks $(ARGS)

instant:  ## Measure whether anything moved in the last seconds before its instant was read before (six minutes; ARGS="--trials 50")
	@deploy/install test
	.venv/bin/python -m benchmarks.instant $(ARGS)
	test ! -d /usr/lib/postgresql || deploy/test-postgres .venv/bin/python -m benchmarks.instant $(ARGS)

timing:  ## Measure whether hidden addresses, and names of accounts, answer as fast as ones that never existed (three minutes)
	@deploy/install test
	.venv/bin/python -m benchmarks.timing $(ARGS)

writers:  ## Measure how long eight people who save at once wait, and readers meanwhile, on both databases (ARGS="--runs 1")
	@deploy/install test
	.venv/bin/python -m benchmarks.writers $(ARGS)
	deploy/test-postgres .venv/bin/python -m benchmarks.writers --postgresql $(ARGS)

search-bench:  ## Measure the search in 60,000 documents, and whether anything hidden or typed changes it (an hour; ARGS="speed --count 20")
	@deploy/install test
	.venv/bin/python -m benchmarks.search $(ARGS)
	deploy/test-postgres .venv/bin/python -m benchmarks.search $(ARGS)

mutants:  ## Mutation test of the code that decides what is public (an hour; ARGS="--sample 100" for some)
	@deploy/install test
	.venv/bin/python -m tests.mutants $(ARGS)

size:  ## Count lines of code by package, and list modules, functions and classes that are too long
	@python3 -m tests.size

lock:  ## Resolve the dependencies of pyproject.toml into requirements*.txt (UPGRADE=1 for newer versions)
	@deploy/lock

clean:  ## Remove installed and built files, but not the database and files in var/
	rm -rf .venv staticfiles .pytest_cache .ruff_cache .mypy_cache .hypothesis .import_linter_cache
