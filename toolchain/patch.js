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
const { patchWasm } = require('./patch/wasm.js');

// Dropping the exports first makes every later search cheap.
const STEPS = ['exports', 'process', 'threads', 'linking', 'files']
  .flatMap((group) => require(`./patch/${group}.js`));

function patchScript(text, table, version) {
  const source = new Source(text, version);
  for (const [name, apply] of STEPS) {
    source.step = name;
    apply(source, table);
  }
  return source.text;
}

function main([input, output, version]) {
  if (!version) {
    console.error('usage: patch.js PACKAGE_DIR OUT_DIR VERSION');
    return 2;
  }
  try {
    const { bytes, table } = patchWasm(fs.readFileSync(path.join(input, 'lean.wasm')), version);
    const script = patchScript(fs.readFileSync(path.join(input, 'lean.js'), 'utf8'), table, version);
    fs.writeFileSync(path.join(output, 'lean.wasm'), bytes);
    fs.writeFileSync(path.join(output, 'lean.js'), script);
    return 0;
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    console.error(error.message);
    return 1;
  }
}

process.exitCode = main(process.argv.slice(2));
