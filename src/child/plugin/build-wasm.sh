#!/bin/sh
# Build the plugin as a side module for the embedded (WebAssembly) Lean.
# usage: build-wasm.sh LEAN OUTPUT.wasm          with the shim compiled in
#        build-wasm.sh --bare OUTPUT.wasm        without it
#
# LEAN is the toolchain's bin/lean; it turns lean/ into C, which becomes part
# of the module. A child then runs `LEAN --load-dynlib=OUTPUT.wasm --run
# lean/Start.lean`. Without the shim Lean has to elaborate it at each start:
# `lean/join > shim.lean`, and `--run shim.lean`.
#
# Needs clang and wasm-ld. The module is freestanding: no headers but the
# compiler's own, and what it calls is exported by Lean's main module. Only
# what is marked PLUGIN_VISIBLE can be found from there.
set -eu

lean=${1:?usage: build-wasm.sh LEAN|--bare OUTPUT.wasm}
output=${2:?usage: build-wasm.sh LEAN|--bare OUTPUT.wasm}
plugin=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$plugin/../../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# compile SOURCE WARNINGS...
compile() {
    source=$1
    shift
    "${CLANG:-clang}" --target=wasm32-unknown-emscripten -std=c11 \
        -ffreestanding -nostdlibinc -fPIC -fvisibility=hidden -O2 \
        -matomics -mbulk-memory "$@" \
        -I"$root/src" -I"$root/include" -I"$plugin" \
        -c "$source" -o "$work/$(basename "$source" .c).o"
}

if [ "$lean" = --bare ]; then
    entry=boxed.c
else
    entry=start.c
    "$root/lean/join" --library > "$work/shim.lean"
    "$lean" --root="$work" -c "$work/shim.c" "$work/shim.lean"
    # What a compiler emits is not written to please another's warnings.
    compile "$work/shim.c" -w -Werror=implicit-function-declaration \
        -Werror=incompatible-pointer-types
fi
for source in "$plugin/plugin.c" "$plugin/probe.c" "$plugin/channel.c" "$plugin/stream.c" \
    "$plugin/$entry" "$root/src/proto/message.c" "$root/src/proto/row_streams.c" \
    "$root/src/proto/wire.c" "$root/src/proto/utf8.c" "$root/src/proto/ring.c" \
    "$root/src/child/common/find_ring.c" "$root/src/child/common/inbox.c"; do
    compile "$source" -Wall -Wextra -Werror
done

# An unresolved name is found in Lean's module when ours is loaded; that it can
# be found there is seen to below.
"${WASM_LD:-wasm-ld}" --experimental-pic -shared --shared-memory \
    --max-memory=2147483648 --allow-undefined "$work"/*.o -o "$work/out.wasm"
if [ "$lean" != --bare ]; then
    prefix=$(cd "$(dirname "$lean")/.." && pwd)
    "$prefix/bin/node" "$plugin/check-imports.js" \
        "$prefix/lib/embedded/symbols.js" "$prefix/lib/embedded/lean.symbols" \
        "$work/out.wasm"
fi
mv "$work/out.wasm" "$output"
