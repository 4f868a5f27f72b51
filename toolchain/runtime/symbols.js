'use strict';
// Names of the main module's 201,110 exports, looked up in a file.
//
// As exports of the wasm module they cost every thread about 60 MB and half a
// second, though dlsym asks for a few thousand of them in one thread. So the
// patched module exports only what JavaScript calls, and this file knows the rest.
//
//   u32 magic, u32 number of buckets (a power of two)
//   buckets: u32 offset of an entry, 0 = empty; linear probing by hash of the name
//   entries: u8 kind, u32 value, u16 length, name
//
// Kind FUNCTION: value is a slot of the table. Kind DATA: value is an address.
// Little endian. Two reads of the file answer a question (about 5 us).

const fs = require('fs');

const MAGIC = 0x5359574c; // "LWYS"
const HEADER = 8;
const ENTRY_HEADER = 7;
const FUNCTION = 0;
const DATA = 1;

/** FNV-1a. */
function hash(bytes) {
  let value = 0x811c9dc5;
  for (const byte of bytes) value = Math.imul(value ^ byte, 0x01000193);
  return value >>> 0;
}

/** The file's bytes for [{name, kind, value}]. */
function build(symbols) {
  let buckets = 1;
  while (buckets < 2 * symbols.length) buckets *= 2;
  const names = symbols.map(({ name }) => Buffer.from(name));
  const start = HEADER + 4 * buckets;
  const file = Buffer.alloc(names.reduce((sum, name) => sum + ENTRY_HEADER + name.length, start));
  file.writeUInt32LE(MAGIC, 0);
  file.writeUInt32LE(buckets, 4);
  let at = start;
  symbols.forEach(({ kind, value }, i) => {
    let bucket = hash(names[i]) % buckets;
    while (file.readUInt32LE(HEADER + 4 * bucket) !== 0) bucket = (bucket + 1) % buckets;
    file.writeUInt32LE(at, HEADER + 4 * bucket);
    file.writeUInt8(kind, at);
    file.writeUInt32LE(value, at + 1);
    file.writeUInt16LE(names[i].length, at + 5);
    names[i].copy(file, at + ENTRY_HEADER);
    at += ENTRY_HEADER + names[i].length;
  });
  return file;
}

class SymbolFile {
  constructor(path) {
    this.fd = fs.openSync(path, 'r');
    const header = this.read(0, HEADER);
    if (header.readUInt32LE(0) !== MAGIC) throw new Error(`${path} is not a symbol file`);
    this.buckets = header.readUInt32LE(4);
  }

  read(at, length) {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, fs.readSync(this.fd, bytes, 0, length, at));
  }

  /** {kind, value} of the symbol, or undefined. */
  find(name) {
    const wanted = Buffer.from(name);
    for (let bucket = hash(wanted) % this.buckets; ; bucket = (bucket + 1) % this.buckets) {
      const at = this.read(HEADER + 4 * bucket, 4).readUInt32LE(0);
      if (at === 0) return undefined;
      const entry = this.read(at, ENTRY_HEADER + wanted.length);
      if (entry.readUInt16LE(5) === wanted.length && entry.subarray(ENTRY_HEADER).equals(wanted)) {
        return { kind: entry.readUInt8(0), value: entry.readUInt32LE(1) };
      }
    }
  }
}

module.exports = { build, SymbolFile, FUNCTION, DATA };
