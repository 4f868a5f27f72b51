# make           builds build/lean-worker
# make demo      sets up what is missing, then checks examples/check on Lean
# make test      sets up what is missing, then runs all tests
#
# Everything else is cmake: see CMakePresets.json and CONTRIBUTING.md.

.PHONY: all setup toolchain native demo test test-native build-asan build-tsan asan tsan coverage \
        tidy format docs seeds fuzz soak clean

all: toolchain
	@cmake --preset dev --log-level=WARNING >/dev/null
	@cmake --build --preset dev

setup:
	@tools/setup

# The embedded Lean; its plugin is compiled by it, so it comes first.
toolchain: setup
	@toolchain/install --quiet

# Lean's native runtime, for tests/native. Where it cannot be had that test
# says so; the others do not need it.
native: setup
	@tools/native-runtime --quiet || true

demo: all
	@LEAN_WORKER=build/lean-worker examples/check/verify --toolchain embedded

# Everything on the plain build; what is fast again under the sanitizers.
test: all native build-asan build-tsan
	@tests/run build --fast build-asan build-tsan

# What CI cannot prove: see docs/native.md.
test-native: all
	@LW_BUILD=build tests/native/prove "$(TOOLCHAIN)" $(PROJECT) $(IMPORT)

build-asan build-tsan: setup
	@cmake --preset $(@:build-%=%) --log-level=WARNING >/dev/null
	@cmake --build --preset $(@:build-%=%)

asan: build-asan
	@tests/run --fast build-asan

tsan: build-tsan
	@tests/run --fast build-tsan

# What of src/ and cli/ the tests reach that need no Lean.
coverage: setup
	@cmake --preset coverage --log-level=WARNING >/dev/null
	@cmake --build --preset coverage
	@tools/coverage build-coverage --forget
	@tests/run --fast build-coverage || echo "coverage: the report follows"
	@tests/run --only cli/run build-coverage || echo "coverage: here it is"
	@tools/coverage build-coverage

tidy: setup
	@cmake --preset tidy --log-level=WARNING >/dev/null
	@cmake --build --preset tidy

format:
	@clang-format -i $$(git ls-files '*.c' '*.h')

MINUTES ?= 10
soak: all
	@LW_BUILD=build LW_SOAK_MINUTES=$(MINUTES) tests/soak/run

# What is written by programs: docs/protocol.md, the diagram in
# docs/design.md, docs/symbols.txt, src/lean-worker.map, docs/api.
docs: all
	@tools/update-docs build

# The first inputs of the fuzz targets, from the table of messages.
seeds: all
	@build/tools/make_seeds fuzz/corpus

SECONDS ?= 60
fuzz: setup
	@cmake --preset fuzz --log-level=WARNING >/dev/null
	@cmake --build --preset fuzz
	@fuzz/run build-fuzz $(SECONDS)

clean:
	@rm -rf build build-*
