'use strict';
// Worker threads: fewer, loaded in the background, and without Node's pipes
// between a worker's stdio and the main thread.

/**
 * The shipped build starts four workers of about 100 MB each. Two are enough for
 * a file (frontend and one task); LW_POOL changes it. More are made on demand.
 */
function poolSize(source) {
  source.replace('var pthreadPoolSize=4;', 'var pthreadPoolSize=lwHost.poolSize;');
}

/** `main` need not wait for the pool: a thread's start message queues in its worker. */
function loadInBackground(source) {
  source.replace('addRunDependency("loading-workers");await pthreadPoolReady;' +
    'removeRunDependency("loading-workers")', '');
}

/**
 * Without `stdout: true` Node pipes a worker's stdout to process.stdout, and
 * touching process.stdout makes the process's fd 1 non-blocking: for every
 * process that shares the pipe. Nothing of ours writes to those streams.
 * The block that all threads share travels with the load message.
 */
function ownStdio(source) {
  source.replace('{workerData:"em-pthread",name:"em-pthread"}',
    '{workerData:"em-pthread",name:"em-pthread",stdout:true,stderr:true,' +
    'resourceLimits:lwHost.workerLimits}');
  source.replace('worker.postMessage({cmd:"load",', 'worker.postMessage({cmd:"load",lwShared:lwHost.shared,');
  source.replace('if(cmd==="load"){', 'if(cmd==="load"){lwHost.attach(msgData.lwShared);');
}

module.exports = [
  ['pool-size', poolSize],
  ['load-in-background', loadInBackground],
  ['own-stdio', ownStdio],
];
