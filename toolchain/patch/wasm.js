'use strict';
// The steps on lean.wasm itself. Four change bytes in place; the last one rewrites
// the table, element and export sections, so the file is taken apart into its sections.

const { PatchError } = require('./text.js');

const { build, FUNCTION, DATA } = require('../runtime/symbols.js');

const SECTION = { custom: 0, import: 2, table: 4, global: 6, export: 7, element: 9, code: 10, data: 11 };
const NOP = 0x01;
const END = 0x0b;
const EXPORT_FUNCTION = 0;
const EXPORT_GLOBAL = 3;

/** A cursor over the numbers (LEB128) and names of the binary format. */
class Reader {
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  byte() { return this.bytes[this.at++]; }

  number() {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = this.byte();
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  }

  /** A signed number of up to 32 bits. */
  signed() {
    let value = 0;
    for (let shift = 0; ; ) {
      const byte = this.byte();
      value |= (byte & 127) << shift;
      shift += 7;
      if (byte < 128) return shift < 32 && byte & 64 ? value | (-1 << shift) : value;
    }
  }

  take(length) {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  name() { return this.take(this.number()).toString(); }
}

function leb(value) {
  const bytes = [];
  do {
    const rest = Math.floor(value / 128);
    bytes.push((value % 128) | (rest ? 128 : 0));
    value = rest;
  } while (value);
  return bytes;
}

class Wasm {
  constructor(bytes, version) {
    this.bytes = bytes;
    this.version = version;
    this.step = '?';
    this.sections = []; // {id, content}: content is a view of the bytes
    const reader = new Reader(bytes, 8);
    while (reader.at < bytes.length) {
      const id = reader.byte();
      this.sections.push({ id, content: reader.take(reader.number()) });
    }
  }

  fail(why) {
    throw new PatchError(`patch '${this.step}' does not fit this lean.wasm (expected ${this.version}): ${why}`);
  }

  section(id) {
    const found = this.sections.find((section) => section.id === id);
    if (!found) this.fail(`section ${id} is missing`);
    return found;
  }

  /** [{name, kind, index}] in the order of the file, which is the order of Object.keys(exports). */
  exports() {
    const reader = new Reader(this.section(SECTION.export).content);
    return Array.from({ length: reader.number() },
      () => ({ name: reader.name(), kind: reader.byte(), index: reader.number() }));
  }

  /** [{module, name, kind}] */
  imports() {
    const reader = new Reader(this.section(SECTION.import).content);
    const skipLimits = () => {
      const hasMaximum = reader.byte() & 1;
      reader.number();
      if (hasMaximum) reader.number();
    };
    const skipType = [
      () => reader.number(), // function
      () => { reader.byte(); skipLimits(); }, // table
      skipLimits, // memory
      () => reader.take(2), // global
    ];
    return Array.from({ length: reader.number() }, () => {
      const entry = { module: reader.name(), name: reader.name(), kind: reader.byte() };
      skipType[entry.kind]();
      return entry;
    });
  }

  /** Code of an exported function, as a view to change in place. */
  body(exportName) {
    const found = this.exports().find(({ name, kind }) => kind === EXPORT_FUNCTION && name === exportName);
    if (!found) this.fail(`no function ${exportName}`);
    const wanted = found.index - this.imports().filter(({ kind }) => kind === 0).length;
    const reader = new Reader(this.section(SECTION.code).content);
    reader.number();
    for (let i = 0; i < wanted; i++) reader.take(reader.number());
    return reader.take(reader.number());
  }

  /** Put `replacement` in place of `wanted` in a view; returns how often. */
  static overwrite(view, wanted, replacement) {
    let count = 0;
    for (let at = view.indexOf(wanted); at >= 0; at = view.indexOf(wanted, at + 1)) {
      replacement.copy(view, at);
      count++;
    }
    return count;
  }

  serialize() {
    const parts = [this.bytes.subarray(0, 8)];
    for (const { id, content } of this.sections) {
      parts.push(Buffer.from([id, ...leb(content.length)]), content);
    }
    return Buffer.concat(parts);
  }
}

/**
 * Exit codes. C++ unboxes the UInt32 that Lean hands back as `pointer >> 1`, which
 * is right on 64 bits; on 32 bits a UInt32 is a heap object with the number at
 * offset 8. So `i32.const 1; i32.shr_u` becomes `i32.load offset=8` in two places:
 * where `main` and the elaborator return (the object has just been released by
 * this thread, nothing runs in between, and the allocator's free list uses the
 * first word only), and where an option such as --version ends the program.
 */
function exactExitCode(wasm) {
  const shift = [0x41, 1, 0x76];
  const load = [0x28, 2, 8];
  const places = [
    // local.get 3 … return
    ['_ZN4lean20get_io_scalar_resultIjEET_P11lean_object', (change) => [0x20, 3, ...change, 0x0f]],
    // i32.load offset=8 … i32.store
    ['_ZN4lean20process_shell_optionERNS_10object_refEiPKcRi', (change) => [0x28, 2, 8, ...change, 0x36, 2, 0]],
  ];
  for (const [name, around] of places) {
    if (Wasm.overwrite(wasm.body(name), Buffer.from(around(shift)), Buffer.from(around(load))) !== 1) {
      wasm.fail(`no single unboxing shift in ${name}`);
    }
  }
}

/**
 * Debug output. Lean code of this build writes its progress to stderr. Its literals
 * get a mark that no user text has by accident, and host.js drops writes that
 * begin with the mark. The marks have the same length, so nothing else changes.
 */
function markDebugText(wasm) {
  const { content } = wasm.section(SECTION.data);
  const { DEBUG_MARK, MODULE_MARK } = require('../runtime/marks.js');
  if (Wasm.overwrite(content, Buffer.from('[DEBUG:'), Buffer.from(DEBUG_MARK)) === 0) {
    wasm.fail('no debug text');
  }
  if (Wasm.overwrite(content, Buffer.from('  mainModule? = '), Buffer.from(MODULE_MARK)) !== 1) {
    wasm.fail('no single import list text');
  }
}

/** The build is instrumented for profiling and truncates this file in the working directory at each start. */
function noProfileFile(wasm) {
  const name = 'default.profraw';
  const replacement = Buffer.from('/dev/null'.padEnd(name.length, '\0'));
  if (Wasm.overwrite(wasm.section(SECTION.data).content, Buffer.from(name), replacement) !== 1) {
    wasm.fail('no single profile name');
  }
}

/**
 * Every exported function gets a table slot. Slots are function pointers, and a
 * pointer made by one thread's dlsym is called by others, so all threads must
 * agree. emscripten makes slots on demand and then waits for every thread to
 * repeat it: for ever, where one is blocked in a read.
 * Returns the slots by function index.
 */
function functionsInTable(wasm, functions) {
  const table = wasm.section(SECTION.table);
  const reader = new Reader(table.content);
  const [count, type, limits, base] = [reader.number(), reader.byte(), reader.byte(), reader.number()];
  if (count !== 1 || limits !== 0) wasm.fail('unexpected table');

  const element = wasm.section(SECTION.element);
  const segment = new Reader(element.content);
  const [segments, flags, opcode, start, end] =
    [segment.number(), segment.number(), segment.byte(), segment.number(), segment.byte()];
  if (segments !== 1 || flags !== 0 || opcode !== 0x41 || end !== 0x0b) wasm.fail('unexpected elements');
  const slots = new Map();
  const present = segment.number();
  for (let i = 0; i < present; i++) slots.set(segment.number(), start + i);

  const added = [];
  for (const { index } of functions) {
    if (slots.has(index)) continue;
    slots.set(index, base + added.length);
    added.push(index);
  }
  table.content = Buffer.from([1, type, 0, ...leb(base + added.length)]);
  element.content = Buffer.concat([Buffer.from([2]), element.content.subarray(1),
    Buffer.from([0, 0x41, ...signedLeb(base), 0x0b, ...leb(added.length)]),
    Buffer.from(added.flatMap(leb))]);
  return slots;
}

/** Addresses of the data exports by global index: globals of the form `i32.const ADDRESS`. */
function globalAddresses(wasm) {
  const imported = wasm.imports().filter(({ kind }) => kind === EXPORT_GLOBAL);
  const reader = new Reader(wasm.section(SECTION.global).content);
  const own = Array.from({ length: reader.number() }, () => {
    reader.take(2);
    if (reader.byte() !== 0x41) wasm.fail('unexpected global');
    const address = reader.signed();
    if (reader.byte() !== 0x0b) wasm.fail('unexpected global');
    return address >>> 0;
  });
  return [...imported.map(() => 0), ...own];
}

/** Names of thread-local data, from the export info of the "dylink.0" section. */
function threadLocals(wasm) {
  const EXPORT_INFO = 3;
  const TLS = 256;
  const reader = new Reader(wasm.section(SECTION.custom).content);
  if (reader.name() !== 'dylink.0') wasm.fail('no dylink.0 section at the start');
  const names = new Set();
  while (reader.at < reader.bytes.length) {
    const type = reader.byte();
    const part = new Reader(reader.take(reader.number()));
    if (type !== EXPORT_INFO) continue;
    for (let count = part.number(); count > 0; count--) {
      const name = part.name();
      if (part.number() & TLS) names.add(name);
    }
  }
  return names;
}

/**
 * Take the exports out of the module and list them in a symbol file instead. Those
 * that JavaScript mentions stay as well, and thread-local ones stay only (their
 * address depends on the thread). Returns the file's content.
 */
function exportsToFile(wasm, isMentioned) {
  const exports = wasm.exports();
  const slots = functionsInTable(wasm, exports.filter(({ kind }) => kind === EXPORT_FUNCTION));
  const addresses = globalAddresses(wasm);
  const locals = threadLocals(wasm);

  const symbols = [];
  const kept = [];
  for (const entry of exports) {
    const { name, kind, index } = entry;
    const listed = !locals.has(name) && (kind === EXPORT_FUNCTION || kind === EXPORT_GLOBAL);
    if (listed && kind === EXPORT_FUNCTION) symbols.push({ name, kind: FUNCTION, value: slots.get(index) });
    if (listed && kind === EXPORT_GLOBAL) symbols.push({ name, kind: DATA, value: addresses[index] });
    if (!listed || isMentioned(name)) kept.push(entry);
  }
  wasm.section(SECTION.export).content = Buffer.from([
    ...leb(kept.length),
    ...kept.flatMap(({ name, kind, index }) =>
      [...leb(Buffer.byteLength(name)), ...Buffer.from(name), kind, ...leb(index)]),
  ]);
  return build(symbols);
}

/**
 * No finalizers. When Lean's main is done, `~initializer` frees all global state
 * just before the process ends, and now and then (in 3 of 8 runs of a small
 * program) dies in `free` with "memory access out of bounds": the allocator does
 * not survive threads that end at that moment. The body becomes `return this`.
 */
function noFinalizers(wasm) {
  const body = wasm.body('_ZN4lean11initializerD1Ev');
  const returnThis = [0, 0x20, 0]; // no locals; local.get 0
  body.fill(NOP);
  body.set(returnThis);
  body[body.length - 1] = END;
}

/** i32.const takes a signed number. */
function signedLeb(value) {
  const bytes = leb(value);
  const last = bytes.length - 1;
  if (bytes[last] & 64) {
    bytes[last] |= 128;
    bytes.push(0);
  }
  return bytes;
}

const STEPS = [
  ['exact-exit-code', exactExitCode],
  ['mark-debug-text', markDebugText],
  ['no-profile-file', noProfileFile],
  ['no-finalizers', noFinalizers],
];

/**
 * Patch the bytes of lean.wasm. `isMentioned` says which exports JavaScript uses.
 * Returns the bytes of the module and of the symbol file.
 */
function patchWasm(input, version, isMentioned) {
  const wasm = new Wasm(input, version);
  for (const [name, apply] of STEPS) {
    wasm.step = name;
    apply(wasm);
  }
  wasm.step = 'exports-to-file';
  const symbols = exportsToFile(wasm, isMentioned);
  return { bytes: wasm.serialize(), symbols };
}

module.exports = { patchWasm };
