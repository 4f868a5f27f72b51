'use strict';
// Ending the process at once and with an exact exit code, from any thread and
// whatever the other threads are doing.
//
// Node's own exit works in the main thread only and waits for every worker thread;
// one that sits in read(2) never comes back, and a main thread that computes never
// listens. The kernel has no such manners: execve ends all other threads, so the
// process becomes `sh -c 'exit CODE'` (about 1 ms). Node offers execve to the main
// thread only; --expose-internals (bin/lean) gives it to the others.

const fs = require('fs');
const { isMainThread } = require('worker_threads');
const { internalBinding } = require('internal/test/binding');

/** End the process. `alone`: no other thread runs Lean, so Node's own exit is safe. Does not return. */
function leave(code, alone) {
  const status = code & 255;
  if (alone && isMainThread) process.reallyExit(status);
  internalBinding('process_methods').execve('/bin/sh', ['sh', '-c', `exit ${status}`], []);
}

/** End the process for an exception of the runtime: one line, where Node would print the whole script. */
function fatal(error) {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  fs.writeSync(2, `lean: ${text}\n`);
  leave(1, false);
}

module.exports = { leave, fatal };
