'use strict';
// What the patched lean.js asks of its host: environment, paths, threads, exit.
// Loaded once per thread. The file calls are in files.js.

const fs = require('fs');
const path = require('path');
const { SharedTable } = require('./shared.js');
const files = require('./files.js');
const { leave, fatal } = require('./leave.js');
const { SymbolFile, FUNCTION } = require('./symbols.js');

/** PREFIX, from PREFIX/lib/embedded/host.js. */
const prefix = path.dirname(path.dirname(__dirname));

/** Block that all threads share; made by the main thread, handed on with each thread's load message. */
let table = null;
const threads = require('worker_threads');
if (threads.isMainThread) table = SharedTable.create();

function numberFromEnv(name, fallback) {
  const value = Number.parseInt(process.env[name] ?? '', 10);
  return Number.isInteger(value) && value >= 0 ? value : fallback;
}

/** The caller's environment as Lean sees it: bin/lean hides NODE_OPTIONS from Node, not from Lean. */
function environment() {
  const env = { ...process.env };
  if (env.LW_NODE_OPTIONS !== undefined) {
    env.NODE_OPTIONS = env.LW_NODE_OPTIONS;
    delete env.LW_NODE_OPTIONS;
  }
  return env;
}

const debugWanted = Boolean(process.env.LW_LEAN_DEBUG);

/** The build's own progress messages; on stderr, and only when asked for. */
function debug(...words) {
  if (debugWanted) fs.writeSync(2, words.join(' ') + '\n');
}

let symbolFile = null; // opened by the first look-up of a thread

/** {isFunction, value} of an export of the main module, or undefined. */
function symbol(name) {
  symbolFile ??= new SymbolFile(path.join(__dirname, 'lean.symbols'));
  const found = symbolFile.find(name);
  return found && { isFunction: found.kind === FUNCTION, value: found.value };
}

module.exports = {
  programPath: path.join(prefix, 'bin', 'lean'),
  poolSize: numberFromEnv('LW_POOL', 2),
  workerLimits: { stackSizeMb: numberFromEnv('LW_THREAD_STACK_MB', 4) },
  get shared() { return table.buffer; },
  attach(buffer) { table = SharedTable.attach(buffer); },
  environment,
  leave,
  fatal,
  symbol,
  debug,
  chdir: files.chdir,
  installFileCalls(imports, runtime) { files.install(imports, runtime, () => table); },
};
