'use strict';
// Fails where the plugin calls a function, or reads a datum, that this Lean's
// module does not have. Such a name would show only when it is first used.
//
// usage: node check-imports.js SYMBOLS.JS LEAN.SYMBOLS PLUGIN.wasm
//
// SYMBOLS.JS and LEAN.SYMBOLS are the toolchain's lib/embedded/symbols.js and
// lean.symbols.

const fs = require('fs');
const path = require('path');

// What the dynamic loader itself gives to each side module.
const FROM_THE_LOADER = new Set([
  'memory', '__indirect_function_table', '__stack_pointer', '__memory_base', '__table_base',
]);

const [reader, names, plugin] = process.argv.slice(2);
const { SymbolFile } = require(path.resolve(reader));
const known = new SymbolFile(names);
const module_ = new WebAssembly.Module(fs.readFileSync(plugin));
const own = new Set(WebAssembly.Module.exports(module_).map(({ name }) => name));
const missing = WebAssembly.Module.imports(module_)
  .map(({ name }) => name)
  .filter((name) => !FROM_THE_LOADER.has(name) && !own.has(name) && !known.find(name));

for (const name of new Set(missing)) console.error(`${plugin}: this Lean has no ${name}`);
process.exit(missing.length === 0 ? 0 : 1);
