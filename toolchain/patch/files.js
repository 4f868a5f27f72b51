'use strict';
// File calls go to the host in the calling thread (runtime/files.js) instead of
// emscripten's virtual file system, which lives in the main thread: a call from
// another thread waits there for about 1 ms, and `import Lean` makes some 15,000.

/** Replace the imports, keeping the originals for the virtual descriptors (sockets, pipes). */
function hostCalls(source) {
  const start = source.find('function assignWasmImports(){wasmImports={');
  const end = source.text.indexOf('}}', start);
  if (end < 0) source.fail('no end of', 'assignWasmImports');
  source.text = source.text.slice(0, end + 1) +
    ';lwHost.installFileCalls(wasmImports,{' +
    'heap:()=>{growMemViews();return{u8:HEAPU8,i32:HEAP32,u32:HEAPU32,i64:HEAP64,i16:HEAP16}},' +
    'readString:UTF8ToString,writeString:stringToUTF8,isThread:ENVIRONMENT_IS_PTHREAD,' +
    'chdirOnMain:path=>proxyToMainThread(proxiedFunctionTable.indexOf(___syscall_chdir),0,1,path)})' +
    source.text.slice(end + 1);
}

/** chdir is the one call that Node allows in the main thread only. */
function chdirInMain(source) {
  source.replace('try{path=SYSCALLS.getStr(path);FS.chdir(path);return 0}', 'return lwHost.chdir(UTF8ToString(path));try{}');
}

module.exports = [
  ['host-calls', hostCalls],
  ['chdir-in-main', chdirInMain],
];
