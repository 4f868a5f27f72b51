'use strict';
// The steps on lean.wasm itself. Three change bytes in place; the last one adds
// table entries, which is why the file is taken apart into its sections.

const { PatchError } = require('./text.js');

const SECTION = { import: 2, table: 4, export: 7, element: 9, code: 10, data: 11 };

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
    const found = this.exports().find(({ name, kind }) => kind === 0 && name === exportName);
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
 * Exit codes. The C++ entry point unboxes the UInt32 that Lean's `main` returns as
 * `pointer >> 1`, which is right on 64 bits; on 32 bits a UInt32 is a heap object
 * with the number at offset 8. In get_io_scalar_result<uint32>, whose last
 * instructions are `local.get 3; i32.const 1; i32.shr_u; return`, the shift
 * becomes `i32.load offset=8`. (The object has just been released by this thread;
 * nothing runs in between, and mimalloc's free list uses the first word only.)
 */
function exactExitCode(wasm) {
  const body = wasm.body('_ZN4lean20get_io_scalar_resultIjEET_P11lean_object');
  const shift = Buffer.from([0x20, 3, 0x41, 1, 0x76, 0x0f]);
  const load = Buffer.from([0x20, 3, 0x28, 2, 8, 0x0f]);
  if (Wasm.overwrite(body, shift, load) !== 1) wasm.fail('no single unboxing shift');
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
 * Every export gets a table slot: export number i has slot base + i. Slots are
 * function pointers, and a function pointer made by one thread's dlsym is called
 * by others, so all threads must agree. emscripten makes slots on demand and then
 * waits for every thread to repeat it, for ever where one is blocked in a read.
 * Exports that are no functions take a slot too (of any function) to keep the
 * arithmetic simple. Returns what lean.js has to know.
 */
function exportsInTable(wasm) {
  const exports = wasm.exports();
  const anyFunction = exports.find(({ kind }) => kind === 0).index;

  const table = wasm.section(SECTION.table);
  const reader = new Reader(table.content);
  const [count, type, limits, base] = [reader.number(), reader.byte(), reader.byte(), reader.number()];
  if (count !== 1 || limits !== 0) wasm.fail('unexpected table');
  table.content = Buffer.from([1, type, 0, ...leb(base + exports.length)]);

  const element = wasm.section(SECTION.element);
  const segments = new Reader(element.content);
  if (segments.number() !== 1) wasm.fail('unexpected element segments');
  const added = [0, 0x41, ...signedLeb(base), 0x0b, ...leb(exports.length)];
  for (const { kind, index } of exports) added.push(...leb(kind === 0 ? index : anyFunction));
  element.content = Buffer.concat([Buffer.from([2]), element.content.subarray(segments.at), Buffer.from(added)]);

  const slotOf = new Map(exports.map(({ name, kind }, i) => [name, kind === 0 ? base + i : 0]));
  const gotSlots = {};
  for (const { module, name } of wasm.imports()) {
    if (module === 'GOT.func' && slotOf.get(name)) gotSlots[name] = slotOf.get(name);
  }
  return { base, gotSlots };
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
];

/** Patch the bytes of lean.wasm; {bytes, table} with what the linking steps need. */
function patchWasm(input, version) {
  const wasm = new Wasm(input, version);
  for (const [name, apply] of STEPS) {
    wasm.step = name;
    apply(wasm);
  }
  wasm.step = 'exports-in-table';
  const table = exportsInTable(wasm);
  return { bytes: wasm.serialize(), table };
}

module.exports = { patchWasm };
