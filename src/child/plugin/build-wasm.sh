#!/bin/sh
# Build the plugin as a side module for the embedded (WebAssembly) Lean.
# usage: build-wasm.sh OUTPUT.wasm     (from anywhere; needs clang and wasm-ld)
#
# The module is freestanding: no headers but the compiler's own, and what it
# calls is exported by Lean's main module. Only functions marked ENTRY are
# visible to Lean.
set -eu

output=${1:?usage: build-wasm.sh OUTPUT.wasm}
plugin=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$plugin/../../.." && pwd)
objects=$(mktemp -d)
trap 'rm -rf "$objects"' EXIT

for source in "$plugin/plugin.c" "$plugin/channel.c" \
    "$root/src/proto/message.c" "$root/src/proto/wire.c" \
    "$root/src/proto/utf8.c"; do
    "${CLANG:-clang}" --target=wasm32-unknown-emscripten -std=c11 \
        -ffreestanding -nostdlibinc -fPIC -fvisibility=hidden -O2 \
        -matomics -mbulk-memory -Wall -Wextra -Werror \
        -I"$root/src" -I"$root/include" -I"$plugin" \
        -c "$source" -o "$objects/$(basename "$source" .c).o"
done

# An unresolved name is found in Lean's module when ours is loaded.
"${WASM_LD:-wasm-ld}" --experimental-pic -shared --shared-memory \
    --max-memory=2147483648 --allow-undefined \
    "$objects"/*.o -o "$output"
