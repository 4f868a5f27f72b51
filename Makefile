# make           builds build/lean-worker
# make demo      sets up what is missing, then checks examples/check on Lean
# make test      sets up what is missing, then runs all tests
#
# Everything else is cmake: see CMakePresets.json and CONTRIBUTING.md.

.PHONY: all setup toolchain demo test asan tsan tidy format fuzz clean

all: setup
	@cmake --preset dev --log-level=WARNING
	@cmake --build --preset dev

setup:
	@tools/setup

toolchain: all
	@build/lean-worker toolchain install

demo: toolchain
	@examples/check/verify build/lean-worker

test: toolchain
	@tests/run build

asan tsan: setup
	@cmake --preset $@ --log-level=WARNING
	@cmake --build --preset $@
	@tests/run build-$@

tidy: setup
	@cmake --preset tidy --log-level=WARNING
	@cmake --build --preset tidy

format:
	@clang-format -i $$(git ls-files '*.c' '*.h')

SECONDS ?= 60
fuzz: setup
	@cmake --preset fuzz --log-level=WARNING
	@cmake --build --preset fuzz
	@fuzz/run build-fuzz $(SECONDS)

clean:
	@rm -rf build build-*
