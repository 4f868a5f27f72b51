#!/usr/bin/env node
'use strict';
// patch.js PACKAGE_DIR OUT_DIR VERSION: make a usable runtime (lean.js, lean.wasm)
// of the shipped package.
//
// Each step is named and fits exactly one version of the package; a step that
// does not match stops everything (exit code 1, message on stderr) and nothing is
// written. README.md says what each step saves.

const fs = require('fs');
const path = require('path');
const { Source, PatchError } = require('./patch/text.js');
const { dropUnusedExports, identifiers } = require('./patch/exports.js');
const { patchWasm } = require('./patch/wasm.js');

const STEPS = ['process', 'threads', 'linking', 'files'].flatMap((group) => require(`./patch/${group}.js`));

/** {file name: content} of the patched runtime. */
function patch(script, wasm, version) {
  const source = new Source(script, version);
  source.step = 'drop-unused-exports';
  dropUnusedExports(source);
  const mentioned = identifiers(source.text);
  const { bytes, symbols } = patchWasm(wasm, version, (name) => mentioned.has(name));
  for (const [name, apply] of STEPS) {
    source.step = name;
    apply(source);
  }
  return { 'lean.js': source.text, 'lean.wasm': bytes, 'lean.symbols': symbols };
}

function main([input, output, version]) {
  if (!version) {
    console.error('usage: patch.js PACKAGE_DIR OUT_DIR VERSION');
    return 2;
  }
  const read = (name, encoding) => fs.readFileSync(path.join(input, name), encoding);
  try {
    const files = patch(read('lean.js', 'utf8'), read('lean.wasm'), version);
    for (const [name, content] of Object.entries(files)) fs.writeFileSync(path.join(output, name), content);
    return 0;
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    console.error(error.message);
    return 1;
  }
}

process.exitCode = main(process.argv.slice(2));
