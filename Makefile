# The register's verbs. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

CARGO ?= cargo
ARGS ?=

.PHONY: help deps demo test kill chaos lanes sabotage drill fuzz mutants bench docs serve sample fmt

help: ## list the verbs
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 10

deps: ## install what is missing (as root on Debian), or print the line to run
	@deploy/deps.sh

demo: deps ## let an invented territory live for two years in a private database, and show the result (ARGS=--reset starts anew)
	$(CARGO) run --release --package cli -- demo $(ARGS)

test: deps node_modules ## formatting, clippy, documentation and every test
	$(CARGO) fmt --all --check
	node_modules/.bin/buf lint proto
	node_modules/.bin/buf format proto --diff --exit-code
	node_modules/.bin/buf breaking proto --against proto/image.binpb
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps
	$(CARGO) build --package cli
	tests/grpc/venv.sh
	$(CARGO) test --workspace

node_modules: package-lock.json
	npm ci --ignore-scripts --no-audit --no-fund
	@touch node_modules

kill: deps ## a hundred kills of the daily run, fifty of an import (make test: eight, four)
	$(CARGO) build --package cli
	DAILY_KILLS=100 IMPORT_KILLS=50 $(CARGO) test --package tests --test blackbox -- daily::kills import::kills --nocapture

chaos: deps ## do the register all the harm there is: whole lanes, then sabotages that they must notice; writes docs/chaos.json and docs/chaos.md (make test: short lanes; make lanes ARGS=kills, make sabotage ARGS=lost-receipt for a part)
	$(MAKE) lanes
	SIM_SEEDS=20000 $(CARGO) test --package simulator -- --nocapture
	$(MAKE) sabotage
	UPDATE=1 $(CARGO) test --package tests --test blackbox -- chaos_document_is_fresh

lanes: deps ## run whole lanes of the harm that make test does in short, one by one (ARGS=kills for one)
	$(CARGO) build --package cli
	CHAOS=full $(CARGO) test --package tests --test chaos -- --test-threads=1 --nocapture $(ARGS)
	python3 tests/chaos/summary.py

sabotage: deps ## patch a copy of the tree with one mistake at a time, and show that the lanes notice (ARGS=lost-receipt for one)
	CARGO="$(CARGO)" python3 tests/chaos/sabotage.py $(ARGS)
	python3 tests/chaos/summary.py

drill: deps ## lose a register under load and restore it to five random seconds with the commands of docs/operations.md (make test: one)
	$(CARGO) build --package cli
	DRILL_RESTORES=5 DRILL_SECONDS=20 $(CARGO) test --package tests --test blackbox -- drill:: --nocapture

mutants: ## change the rules one thing at a time: a change that no test notices fails; writes docs/mutants.md (ARGS=deadlines.rs for one file)
	@cargo mutants --version >/dev/null 2>&1 || $(CARGO) install cargo-mutants --locked
	CARGO="$(CARGO)" python3 tests/mutants/run.py $(ARGS)

fuzz: ## let libFuzzer look for inputs that a reader of bytes trips over; needs a nightly toolchain (ARGS="events -max_total_time=60", tests/fuzz/corpus has the names)
	@test -n "$(ARGS)" || { echo "which target? ARGS=<one of>:" $$(ls tests/fuzz/corpus); exit 2; }
	@cargo fuzz --version >/dev/null 2>&1 || $(CARGO) install cargo-fuzz --locked
	@mkdir -p target/fuzz/found/$(firstword $(ARGS))
	$(CARGO) +nightly fuzz run --fuzz-dir tests/fuzz/libfuzzer --target-dir target/fuzz $(firstword $(ARGS)) \
		target/fuzz/found/$(firstword $(ARGS)) tests/fuzz/corpus/$(firstword $(ARGS)) -- $(wordlist 2,9,$(ARGS))

bench: deps ## figures of one interleaved run against pgbench and stock cqrs-es; fails on a missed bound (ARGS=--quick for three minutes)
	$(CARGO) run --release --package bench -- --check $(ARGS)

docs: ## write docs/fields.md, docs/rules.md and docs/synthetic-territory.md from the code
	UPDATE=1 $(CARGO) test --package tests --test blackbox -- document_is_fresh

serve: deps ## serve gRPC on 127.0.0.1:50051 from a private database (ARGS=--listen 127.0.0.1:port)
	$(CARGO) run --package cli -- serve $(ARGS)

sample: ## write the committed sample of invented households anew
	$(CARGO) build --package cli
	$(CARGO) run --quiet --package cli -- synth lives > target/lives.ndjson
	$(CARGO) run --quiet --package cli -- synth organisations > target/organisations.ndjson
	mv target/lives.ndjson target/organisations.ndjson crates/synth/samples/

fmt: ## format the code
	$(CARGO) fmt --all
