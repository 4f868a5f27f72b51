'use strict';
// The 89 MB of lean.js are one statement for each of the 201,110 exports of the
// wasm module:
//
//     var _main,_lean_main,…;
//     function assignWasmExports(wasmExports){ _main=Module["_main"]=wasmExports["…"]; … }
//
// Parsing and running them takes most of the 21 s that the shipped `--version`
// needs, in every thread again. Only the few variables that the rest of the
// script mentions are ever read, so the others go.

const HEAD = 'function assignWasmExports(wasmExports){';
const TAIL = '}var wasmImports;';

/** Names mentioned anywhere in `code`, as a set. */
function identifiers(code) {
  return new Set(code.match(/[A-Za-z_$][\w$]*/g));
}

function dropUnusedExports(source) {
  const head = source.find(HEAD);
  const varsEnd = head;
  const varsStart = source.text.lastIndexOf('var _main,', varsEnd);
  const bodyStart = head + HEAD.length;
  const bodyEnd = source.text.indexOf(TAIL, bodyStart);
  if (varsStart < 0) source.fail('no list of export variables before', HEAD);
  if (bodyEnd < 0) source.fail('no end of', HEAD);

  const before = source.text.slice(0, varsStart);
  const after = source.text.slice(bodyEnd);
  const used = identifiers(before + after);
  const isUsed = (name) => used.has(name);

  const names = source.text.slice(varsStart + 'var '.length, varsEnd).replace(/;$/, '').split(',');
  const statements = source.text.slice(bodyStart, bodyEnd).split(';').filter((statement) => {
    const assigned = /^([\w$]+)=Module\["/.exec(statement);
    if (!assigned) source.fail('unexpected statement in assignWasmExports', statement);
    return isUsed(assigned[1]);
  });
  source.text = `${before}var ${names.filter(isUsed).join(',')};${HEAD}${statements.join(';')}${after}`;
}

module.exports = { dropUnusedExports, identifiers };
