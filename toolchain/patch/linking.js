'use strict';
// Linking of the main module. emscripten copies its 201,110 exports twice in every
// thread (about 2 s each time), looks symbols up by linear search, and makes table
// slots on demand. Here the slots are fixed and the names are in a file (step
// exports-to-file of wasm.js, read by runtime/symbols.js).

/**
 * No GOT cells for the exports. The module imports only JavaScript functions by
 * address. A side module that imports an address gets its cell from GOTHandler and
 * the value from reportUndefinedSymbols.
 */
function noGotForExports(source) {
  source.replace('assignWasmExports(wasmExports);updateGOT(origExports);', 'assignWasmExports(wasmExports);');
  // Without this, the first slot made in a thread would turn all 200,000 table
  // entries into JavaScript functions to learn where each one is.
  source.replace('functionsInTableMap=new WeakMap;updateTableMap(0,wasmTable.length)',
    'functionsInTableMap=new WeakMap');
}

/**
 * The remaining exports become the prototype of the import object instead of
 * copied properties. Stubs (names that JavaScript only forwards) are replaced one
 * by one, since an own property would hide the export.
 */
function exportsAsPrototype(source) {
  source.replace('mergeLibSymbols(wasmExports,"main");',
    'for(const name of Object.keys(wasmImports))' +
    'if(wasmImports[name]?.stub&&name in wasmExports)wasmImports[name]=wasmExports[name];' +
    'Object.setPrototypeOf(wasmImports,wasmExports);' +
    'wasmImports["main"]??=wasmExports["__main_argc_argv"];');
}

/**
 * What a side module imports from the main module comes from the symbol file: a
 * function by its slot, data by its address. It is then kept as an import.
 */
function importsFromFile(source) {
  source.replace('var isSymbolDefined=symName=>{var existing=wasmImports[symName];' +
    'if(!existing||existing.stub){return false}return true};',
  'var lwMainSymbol=name=>{var found=lwHost.symbol(name);if(!found)return;' +
    'if(!found.isFunction)return found.value;' +
    'var f=getWasmTableEntry(found.value);functionsInTableMap??=new WeakMap;' +
    'functionsInTableMap.set(f,found.value);return f};' +
    'var isSymbolDefined=symName=>{var existing=wasmImports[symName];' +
    'if(existing&&!existing.stub)return true;' +
    'var main=lwMainSymbol(symName);if(main===undefined)return false;' +
    'wasmImports[symName]=main;return true};');
  source.replace('if(prop in wasmImports&&!wasmImports[prop].stub){', 'if(isSymbolDefined(prop)){');
}

/**
 * dlsym: the interpreter asks for thousands of symbols. A main export's slot is in
 * the symbol file; an export of a side module has had a slot since it was loaded
 * (see below). Both are the same in all threads, so no thread waits for another.
 */
function symbolLookup(source) {
  source.replace('newSymIndex=Object.keys(lib.exports).indexOf(symbol);' +
    'if(newSymIndex==-1||lib.exports[symbol].stub){',
  'if(lib.exports===wasmImports&&!Object.hasOwn(wasmImports,symbol)){' +
    'var main=lwHost.symbol(symbol);if(main)return main.value}' +
    'if(!(symbol in lib.exports)||lib.exports[symbol].stub){');
  // A slot made here after all (a JavaScript function) is not announced to the
  // other threads: -1, which the C side has put there, means "no new slot".
  source.replace('(growMemViews(),HEAPU32)[symbolIndex>>2]=newSymIndex', '');
}

/** Side modules (`--load-dynlib`) are read from the host; their functions get slots in every thread at once. */
function sideModules(source) {
  source.replace('var f=findLibraryFS(libName,flags.rpath);if(f){var libData=FS.readFile(f,{encoding:"binary"});',
    'if(fs.existsSync(libName)){var libData=new Uint8Array(fs.readFileSync(libName));');
  source.replace('updateGOT(moduleExports);if(!flags.allowUndefined)',
    'updateGOT(moduleExports);' +
    'for(var exported of Object.values(moduleExports))if(typeof exported=="function")addFunction(exported);' +
    'if(!flags.allowUndefined)');
}

module.exports = [
  ['no-got-for-exports', noGotForExports],
  ['exports-as-prototype', exportsAsPrototype],
  ['imports-from-file', importsFromFile],
  ['symbol-lookup', symbolLookup],
  ['side-modules', sideModules],
];
