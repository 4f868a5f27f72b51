'use strict';
// The process around Lean: environment, own path, exit code, messages.

/** host.js (installed beside lean.js) holds what is ours; the patches only call it. */
function loadHost(source) {
  source.replace('var Module=typeof Module!="undefined"?Module:{};',
    'var lwHost=require("./host.js");var Module={};');
}

/** The caller's environment, nothing invented (emscripten has USER=web_user, HOME=/home/web_user …). */
function environment(source) {
  source.replace('var ENV={};', 'var ENV=lwHost.environment();');
  source.replace('var env={USER:"web_user",LOGNAME:"web_user",PATH:"/",PWD:"/",HOME:"/home/web_user",' +
    'LANG:lang,_:getExecutableName()};', 'var env={};');
}

/** argv[0] and IO.appPath are PREFIX/bin/lean, so Lean finds PREFIX/lib/lean by its own rules. */
function ownPath(source) {
  source.replace('if(process.argv.length>1){thisProgram=process.argv[1].replace(/\\\\/g,"/")}',
    'thisProgram=lwHost.programPath;');
  source.replace('if(isNode){path=__filename}else{path="/bin/lean.wasm"}', 'path=lwHost.programPath;');
}

/** Lean's own start-up code mounts /home and /tmp; here every path is the host's already. */
function noMounts(source) {
  source.replace('if(isNode){var lean_path=process.env["LEAN_PATH"];', 'if(isNode)return;if(isNode){var lean_path=process.env["LEAN_PATH"];');
}

/**
 * The build reports its progress through console.log in EM_ASM blocks. They are
 * the only console.log calls that run, so they are silenced where they are made.
 * One of them reads the whole input file for its first 200 characters: dropped.
 */
function quietConsole(source) {
  source.replace('941770:$0=>{', '941770:$0=>{return;');
  const start = source.find('var ASM_CONSTS={');
  const end = source.text.indexOf('var _main', start);
  const block = source.text.slice(start, end);
  source.text = source.text.slice(0, start) +
    block.replaceAll('console.log(', 'lwHost.debug(') + source.text.slice(end);
}

/**
 * Leave from the thread that asks, with flushed streams but without the exit
 * handlers of C++: they free what the kernel frees anyway. emscripten would ask
 * the main thread, which may be blocked. runtime/leave.js ends the process.
 */
function exactExit(source) {
  source.replace('if(ENVIRONMENT_IS_PTHREAD){exitOnMainThread(status);throw"unwind"}',
    'if(ENVIRONMENT_IS_PTHREAD){_fflush(0);lwHost.leave(status,false)}');
  source.replace('___funcs_on_exit();callRuntimeCallbacks(onExits);FS.quit();TTY.shutdown();' +
    'PThread.terminateAllThreads();', '_fflush(0);');
  source.replace('if(ENVIRONMENT_IS_PTHREAD)return proxyToMainThread(0,0,1,code);EXITSTATUS=code;',
    'lwHost.leave(code,!PThread.runningWorkers.length);');
}

/** An exception of the runtime itself, such as the RangeError of a deep recursion: one line, exit code 1. */
function fatalErrors(source) {
  source.replace('return EXITSTATUS}quit_(1,e)};', 'return EXITSTATUS}lwHost.fatal(e)};');
  source.replace('}catch(ex){__emscripten_thread_crashed();throw ex}', '}catch(ex){lwHost.fatal(ex)}');
}

/** The 116 MB of lean.wasm: read once, not copied, and given back as soon as V8 has its own copy. */
function oneCopyOfModule(source) {
  source.replace('var response=await readAsync(binaryFile);return new Uint8Array(response)',
    'return await readAsync(binaryFile)');
  source.replace('var instance=await WebAssembly.instantiate(binary,imports);return instance}',
    'var instance=await WebAssembly.instantiate(binary,imports);binary.buffer.transfer(0);return instance}');
}

module.exports = [
  ['load-host', loadHost],
  ['environment', environment],
  ['own-path', ownPath],
  ['no-mounts', noMounts],
  ['quiet-console', quietConsole],
  ['one-copy-of-module', oneCopyOfModule],
  ['exact-exit', exactExit],
  ['fatal-errors', fatalErrors],
];
