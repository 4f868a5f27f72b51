'use strict';
// Facts about file descriptors that all threads of the process must share.
//
//   position[fd]  0: the kernel keeps the position (pipes, terminals, inherited
//                 files); p+1: a file we opened, next byte at p. Node has no
//                 lseek, so seekable files are read and written by position.
//   twin[fd]      0: none; t+1: descriptor t is a blocking re-opening of the same
//                 pipe (see files.js, waitUntilReady).

const LIMIT = 65536; // descriptors beyond this number are refused with EMFILE

class SharedTable {
  constructor(buffer) {
    this.buffer = buffer;
    this.position = new BigInt64Array(buffer, 0, LIMIT);
    this.twin = new Int32Array(buffer, LIMIT * 8, LIMIT);
  }

  static create() {
    return new SharedTable(new SharedArrayBuffer(LIMIT * 12));
  }

  static attach(buffer) {
    return new SharedTable(buffer);
  }

  /** Next byte's position, or null where the kernel keeps it. */
  getPosition(fd) {
    const stored = Atomics.load(this.position, fd);
    return stored === 0n ? null : Number(stored - 1n);
  }

  setPosition(fd, position) {
    Atomics.store(this.position, fd, BigInt(position) + 1n);
  }

  getTwin(fd) {
    const stored = Atomics.load(this.twin, fd);
    return stored === 0 ? null : stored - 1;
  }

  /** Record `twin` for `fd`; false when another thread was first. */
  offerTwin(fd, twin) {
    return Atomics.compareExchange(this.twin, fd, 0, twin + 1) === 0;
  }

  /** Forget `fd`; returns its twin, if any, for the caller to close. */
  forget(fd) {
    Atomics.store(this.position, fd, 0n);
    const twin = Atomics.exchange(this.twin, fd, 0);
    return twin === 0 ? null : twin - 1;
  }
}

module.exports = { SharedTable, LIMIT };
