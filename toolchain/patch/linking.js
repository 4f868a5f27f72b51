'use strict';
// Linking of the main module: emscripten copies its 201,110 exports twice in
// every thread (about 2 s each time), looks symbols up by linear search, and
// makes table slots on demand. Here slots are fixed (step exports-in-table).

/**
 * GOT cells only for names that some module imports, with slots known beforehand.
 * A side module that imports another name gets its cell from GOTHandler and its
 * value from reportUndefinedSymbols.
 */
function gotOnDemand(source, table) {
  source.replace('assignWasmExports(wasmExports);updateGOT(origExports);',
    'assignWasmExports(wasmExports);' +
    'for(const name in lwGotSlots)GOT[name].value=lwGotSlots[name];' +
    'for(const name in GOT)if(GOT[name].value==-1&&typeof origExports[name]?.value=="number")' +
    'GOT[name].value=origExports[name].value;');
  source.replace('var GOT={};',
    `var GOT={};var lwTableBase=${table.base};var lwGotSlots=${JSON.stringify(table.gotSlots)};`);
  // Without this, the first slot made in a thread would turn all 224,000 table
  // entries into JavaScript functions to learn where each one is.
  source.replace('functionsInTableMap=new WeakMap;updateTableMap(0,wasmTable.length)',
    'functionsInTableMap=new WeakMap');
}

/**
 * The exports become the prototype of the import object instead of 201,110
 * copied properties. Stubs (names that JavaScript only forwards) are replaced
 * one by one, since an own property would hide the export.
 */
function exportsAsPrototype(source) {
  source.replace('mergeLibSymbols(wasmExports,"main");',
    'for(const name of Object.keys(wasmImports))' +
    'if(wasmImports[name]?.stub&&name in wasmExports)wasmImports[name]=wasmExports[name];' +
    'Object.setPrototypeOf(wasmImports,wasmExports);' +
    'wasmImports["main"]??=wasmExports["__main_argc_argv"];');
}

/**
 * dlsym: the interpreter asks for thousands of symbols. A main export's slot is
 * its number; an export of a side module has had a slot since it was loaded (see
 * below). Both are the same in all threads, so no thread waits for another.
 */
function symbolLookup(source) {
  source.replace('newSymIndex=Object.keys(lib.exports).indexOf(symbol);' +
    'if(newSymIndex==-1||lib.exports[symbol].stub){',
  'if(!(symbol in lib.exports)||lib.exports[symbol].stub){');
  source.replace('if(typeof result=="function"){var addr=getFunctionAddress(result);',
    'if(typeof result=="function"){' +
    'var addr=result===wasmExports[symbol]?lwSlotOf(symbol):getFunctionAddress(result);');
  source.replace('var __dlsym_js=(handle,symbol,symbolIndex)=>{',
    'var lwExportNumbers;var lwSlotOf=symbol=>{' +
    'lwExportNumbers??=new Map(Object.keys(wasmExports).map((name,i)=>[name,i]));' +
    'return lwTableBase+lwExportNumbers.get(symbol)};' +
    'var __dlsym_js=(handle,symbol,symbolIndex)=>{');
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
  ['got-on-demand', gotOnDemand],
  ['exports-as-prototype', exportsAsPrototype],
  ['symbol-lookup', symbolLookup],
  ['side-modules', sideModules],
];
