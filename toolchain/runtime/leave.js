'use strict';
// Ending the process with an exact exit code, whatever its threads are doing.
//
// Node's own exit waits for every worker thread, and one that sits in read(2)
// never comes back. The kernel has no such manners: execve ends all other threads
// at once, so in that case the process becomes `sh -c 'exit CODE'`.

const fs = require('fs');
const { isMainThread } = require('worker_threads');
const { LEAVING, BLOCKED_THREADS, MAIN_BLOCKED } = require('./shared.js');

/** Run `call`, which may block in the kernel, so that leave() knows of it. */
function blocking(table, call) {
  const counter = isMainThread ? MAIN_BLOCKED : BLOCKED_THREADS;
  Atomics.add(table.control, counter, 1);
  try {
    // leave() sets the flag first and reads the counter then, so one of the two
    // sees the other. This wait ends with the thread.
    if (Atomics.load(table.control, LEAVING)) Atomics.wait(table.control, LEAVING, 1);
    return call();
  } finally {
    Atomics.sub(table.control, counter, 1);
  }
}

/** Main thread: end the process. Does not return. */
function leave(table, code) {
  Atomics.store(table.control, LEAVING, 1);
  const status = code & 255;
  if (Atomics.load(table.control, BLOCKED_THREADS) > 0) {
    process.execve('/bin/sh', ['sh', '-c', `exit ${status}`], {});
  }
  process.reallyExit(status);
}

/** One line for an exception of the runtime; Node would print the whole script. */
function report(error) {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  fs.writeSync(2, `lean: ${text}\n`);
}

/**
 * An exception ends the process with exit code 1, `exitByMain` being the way to
 * have the main thread do it. A main thread that is blocked cannot; then the
 * process dies by SIGABRT, as a native Lean does when its stack overflows.
 */
function fatal(table, error, exitByMain) {
  report(error);
  if (isMainThread) leave(table, 1);
  if (Atomics.load(table.control, MAIN_BLOCKED) > 0) process.kill(process.pid, 'SIGABRT');
  exitByMain(1);
}

module.exports = { blocking, leave, fatal };
