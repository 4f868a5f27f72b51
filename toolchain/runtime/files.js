'use strict';
// The file calls of the WebAssembly Lean, answered by the host in the calling thread.
//
// Descriptors as Lean sees them:
//   0, 1, 2      the process's own, raw bytes
//   1000 + n     the process's own descriptor n: opened here, or inherited
//   other        emscripten's virtual ones (sockets, pipes): the original calls
//
// Paths are the host's, relative ones from the process's working directory, so
// there is nothing to mount. Calls named __syscall_* return a negative errno,
// those named fd_* a positive one.

const fs = require('fs');
const tty = require('tty');
const { E, errnoOf } = require('./errno.js');
const { LIMIT } = require('./shared.js');
const { DEBUG_MARK } = require('./marks.js');

const OFFSET = 1000;
const SEEK_END = 2;
const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const AT_REMOVEDIR = 0x200;
const AT_EMPTY_PATH = 0x1000;

/** Set by install(): heap views, string helpers and the shared table of this thread. */
let wasm = null;
let table = null;

/** The process's descriptor behind Lean's, or -1 for a virtual one. */
function hostFd(fd) {
  if (fd >= OFFSET) return fd - OFFSET;
  return fd >= 0 && fd <= 2 ? fd : -1;
}

/** Path of an `…at` call. /proc/self/fd stands in for a directory descriptor. */
function pathAt(dirfd, pointer) {
  const name = wasm.readString(pointer);
  if (name.startsWith('/') || dirfd === AT_FDCWD) return name;
  return `/proc/self/fd/${hostFd(dirfd)}/${name}`;
}

/** Run `call`; its value (0 if none), or a negative errno. */
function systemCall(call) {
  try {
    return call() ?? 0;
  } catch (error) {
    return -errnoOf(error);
  }
}

/* ---- opening, closing, positions ---- */

/** What an open descriptor stands for: a path, or such as "pipe:[4711]". */
function target(fd) {
  return fs.readlinkSync(`/proc/self/fd/${fd}`);
}

/** The pipes between a worker and its parent, where this is a worker. */
let privatePipes = null;
function isPrivatePipe(name) {
  if (privatePipes === null) {
    privatePipes = new Set();
    for (const fd of (process.env.LW_CHILD_FDS ?? '').split(',')) {
      try {
        if (/^\d+$/.test(fd)) privatePipes.add(target(fd));
      } catch {
        // No such descriptor: the plugin says so better than a failed open.
      }
    }
  }
  return privatePipes.has(name);
}

/**
 * Lean code that opens the worker's own pipes by name, or the memory of its
 * process, could forge the parent's answers. Judged by what was opened, since
 * a path can lead there in many ways.
 */
function mayOpen(fd) {
  const name = target(fd);
  return !isPrivatePipe(name) && !/^\/proc\/\d+\/(task\/\d+\/)?mem$/.test(name);
}

function openat(dirfd, path, flags, varargs) {
  return systemCall(() => {
    const mode = varargs ? wasm.heap().i32[varargs >> 2] : 0;
    const fd = fs.openSync(pathAt(dirfd, path), flags, mode);
    if (fd >= LIMIT || !mayOpen(fd)) {
      fs.closeSync(fd);
      return fd >= LIMIT ? -E.EMFILE : -E.EACCES;
    }
    // Appending is the kernel's business: it finds the end at each write.
    if (fs.fstatSync(fd).isFile() && !(flags & fs.constants.O_APPEND)) table().setPosition(fd, 0);
    return fd + OFFSET;
  });
}

function close(n) {
  const twin = table().forget(n);
  listings.delete(n);
  if (twin !== null) fs.closeSync(twin);
  if (n > 2) fs.closeSync(n);
}

function seek(n, offset, whence, result) {
  const position = table().getPosition(n);
  if (position === null) return E.ESPIPE;
  const base = [0, position, whence === SEEK_END ? fs.fstatSync(n).size : 0][whence];
  const target = base + Number(offset);
  if (!(target >= 0)) return E.EINVAL;
  table().setPosition(n, target);
  wasm.heap().i64[result >> 3] = BigInt(target);
  return 0;
}

/* ---- reading and writing ---- */

/** The iovec array at `iov` as views of the heap, empty ones left out. */
function vectors(iov, count) {
  const { u8, u32 } = wasm.heap();
  const views = [];
  for (let i = iov >> 2; i < (iov >> 2) + 2 * count; i += 2) {
    if (u32[i + 1] > 0) views.push(u8.subarray(u32[i], u32[i] + u32[i + 1]));
  }
  return views;
}

const napCell = new Int32Array(new SharedArrayBuffer(4));

/**
 * `fd` is non-blocking and not ready. Node has no poll, so open the same pipe
 * again through /proc, without O_NONBLOCK (a flag of the opening, not of the
 * pipe): the kernel then does the waiting. Sockets cannot be re-opened: nap.
 * Returns the descriptor to use for the next attempt.
 */
function waitUntilReady(fd, flags, attempt) {
  const known = table().getTwin(fd);
  if (known !== null) return known;
  try {
    const twin = fs.openSync(`/proc/self/fd/${fd}`, flags);
    if (table().offerTwin(fd, twin)) return twin;
    fs.closeSync(twin);
    return table().getTwin(fd);
  } catch {
    Atomics.wait(napCell, 0, 0, Math.min(0.2 * 2 ** attempt, 20));
    return fd;
  }
}

/** Bytes moved by one readv or writev: of a seekable file at once, of a stream when it is ready. */
function transfer(n, views, position, move, flags) {
  if (views.length === 0) return 0;
  if (position !== null) return move(n, views, position);
  let fd = table().getTwin(n) ?? n;
  for (let attempt = 0; ; attempt++) {
    try {
      return move(fd, views, null);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
      fd = waitUntilReady(n, flags, Math.min(attempt, 7));
    }
  }
}

function read(n, iov, count, result) {
  const views = vectors(iov, count);
  const position = table().getPosition(n);
  const length = transfer(n, views, position, fs.readvSync, fs.constants.O_RDONLY);
  if (position !== null) table().setPosition(n, position + length);
  wasm.heap().u32[result >> 2] = length;
  return 0;
}

const debugMark = Buffer.from(DEBUG_MARK);
const debugWanted = Boolean(process.env.LW_LEAN_DEBUG);
let pathsExpected = false; // the last line was "[DEBUG:FIND] …", which lists paths below it

/**
 * Is this the build's own progress message? Each is one write to stderr, which is
 * unbuffered. The mark (patch/wasm.js) tells them from user text; only the paths
 * below a "FIND" line have no literal of their own and are known by their place.
 */
function isDebugLine(views) {
  const bytes = views[0];
  const marked = debugMark.every((byte, i) => bytes[i] === byte);
  if (marked) {
    pathsExpected = Buffer.from(bytes.subarray(debugMark.length, debugMark.length + 4)).toString() === 'FIND';
    return true;
  }
  pathsExpected &&= Buffer.from(bytes.subarray(0, 5)).toString() === '  - /';
  return pathsExpected;
}

function write(n, iov, count, result) {
  const views = vectors(iov, count);
  if (n === 2 && !debugWanted && views.length > 0 && isDebugLine(views)) {
    wasm.heap().u32[result >> 2] = views.reduce((sum, view) => sum + view.length, 0);
    return 0;
  }
  const position = table().getPosition(n);
  const length = transfer(n, views, position, fs.writevSync, fs.constants.O_WRONLY);
  if (position !== null) table().setPosition(n, position + length);
  wasm.heap().u32[result >> 2] = length;
  return 0;
}

function pread(n, iov, count, offset, result) {
  const views = vectors(iov, count);
  wasm.heap().u32[result >> 2] = views.length === 0 ? 0 : fs.readvSync(n, views, Number(offset));
  return 0;
}

function pwrite(n, iov, count, offset, result) {
  const views = vectors(iov, count);
  wasm.heap().u32[result >> 2] = views.length === 0 ? 0 : fs.writevSync(n, views, Number(offset));
  return 0;
}

/* ---- looking at files ---- */

/** struct stat of wasm32-emscripten. */
function writeStat(buf, stat) {
  const { u32, i64 } = wasm.heap();
  const low = (value) => Number(value & 0xffffffffn);
  [stat.dev, stat.mode, stat.nlink, stat.uid, stat.gid, stat.rdev]
    .forEach((value, i) => { u32[(buf >> 2) + i] = low(value); });
  i64[(buf + 24) >> 3] = stat.size;
  u32[(buf + 32) >> 2] = low(stat.blksize);
  u32[(buf + 36) >> 2] = low(stat.blocks);
  [stat.atimeNs, stat.mtimeNs, stat.ctimeNs].forEach((ns, i) => {
    i64[(buf + 40 + 16 * i) >> 3] = ns / 1000000000n;
    u32[(buf + 48 + 16 * i) >> 2] = low(ns % 1000000000n);
  });
  i64[(buf + 88) >> 3] = stat.ino;
  return 0;
}

const WHOLE_STAT = { bigint: true, throwIfNoEntry: false };

function statPath(path, buf, follow) {
  return systemCall(() => {
    const stat = follow ? fs.statSync(path, WHOLE_STAT) : fs.lstatSync(path, WHOLE_STAT);
    return stat === undefined ? -E.ENOENT : writeStat(buf, stat);
  });
}

function newfstatat(dirfd, path, buf, flags) {
  if ((flags & AT_EMPTY_PATH) && wasm.readString(path) === '') {
    return systemCall(() => writeStat(buf, fs.fstatSync(hostFd(dirfd), WHOLE_STAT)));
  }
  return statPath(pathAt(dirfd, path), buf, !(flags & AT_SYMLINK_NOFOLLOW));
}

/** Directory listings under way, by descriptor; a directory stream stays in one thread. */
const listings = new Map();

function typeOf(entry) {
  if (entry.isDirectory()) return 4;
  if (entry.isSymbolicLink()) return 10;
  if (entry.isFile()) return 8;
  if (entry.isFIFO()) return 1;
  if (entry.isSocket()) return 12;
  return entry.isBlockDevice() ? 6 : 2;
}

function readListing(n) {
  const entries = fs.readdirSync(`/proc/self/fd/${n}`, { withFileTypes: true })
    .map((entry) => ({ name: entry.name, type: typeOf(entry) }));
  return { next: 0, entries: [{ name: '.', type: 4 }, { name: '..', type: 4 }, ...entries] };
}

const DIRENT_SIZE = 280; // struct dirent of emscripten: inode, offset, length, type, 256 bytes of name

function getdents(n, buf, size) {
  if (!listings.has(n)) listings.set(n, readListing(n));
  const listing = listings.get(n);
  const { u8, i16, i64 } = wasm.heap();
  let at = buf;
  for (; at + DIRENT_SIZE <= buf + size && listing.next < listing.entries.length; at += DIRENT_SIZE) {
    const { name, type } = listing.entries[listing.next++];
    i64[at >> 3] = BigInt(listing.next); // an inode number nobody compares, but 0 means "deleted"
    i64[(at + 8) >> 3] = BigInt(listing.next);
    i16[(at + 16) >> 1] = DIRENT_SIZE;
    u8[at + 18] = type;
    wasm.writeString(name, at + 19, 256);
  }
  return at - buf;
}

function readlinkat(dirfd, path, buf, size) {
  return systemCall(() => {
    const target = fs.readlinkSync(pathAt(dirfd, path), { encoding: 'buffer' }).subarray(0, size);
    wasm.heap().u8.set(target, buf);
    return target.length;
  });
}

function getcwd(buf, size) {
  return systemCall(() => {
    const bytes = Buffer.from(process.cwd() + '\0');
    if (bytes.length > size) return -E.ERANGE;
    wasm.heap().u8.set(bytes, buf);
    return bytes.length;
  });
}

/** Main thread only: Node forbids it elsewhere. */
function chdir(path) {
  return systemCall(() => process.chdir(path));
}

/** False where it cannot be told. */
function isCurrentFolder(path) {
  try {
    const [here, there] = ['.', path].map((name) => fs.statSync(name, { bigint: true }));
    return here.ino === there.ino && here.dev === there.dev;
  } catch {
    return false;
  }
}

/** The main thread may take a millisecond to hear of it, so it is not asked in vain. */
function chdirFromThread(path) {
  return isCurrentFolder(wasm.readString(path)) ? 0 : wasm.chdirOnMain(path);
}

/* ---- changing files ---- */

const UTIME_NOW = 0x3fffffff;
const UTIME_OMIT = 0x3ffffffe;

/** One struct timespec as seconds, with the two special values. */
function timespec(pointer, present) {
  const { i32, i64 } = wasm.heap();
  const nanoseconds = i32[(pointer + 8) >> 2];
  if (nanoseconds === UTIME_NOW) return Date.now() / 1000;
  if (nanoseconds === UTIME_OMIT) return present;
  return Number(i64[pointer >> 3]) + nanoseconds / 1e9;
}

function utimensat(dirfd, path, times, flags) {
  return systemCall(() => {
    const name = pathAt(dirfd, path);
    const now = Date.now() / 1000;
    const old = fs.lstatSync(name);
    const [atime, mtime] = times
      ? [timespec(times, old.atimeMs / 1000), timespec(times + 16, old.mtimeMs / 1000)]
      : [now, now];
    (flags & AT_SYMLINK_NOFOLLOW ? fs.lutimesSync : fs.utimesSync)(name, atime, mtime);
  });
}

/** Calls that name a file by path. */
const PATH_CALLS = {
  __syscall_openat: openat,
  __syscall_stat64: (path, buf) => statPath(wasm.readString(path), buf, true),
  __syscall_lstat64: (path, buf) => statPath(wasm.readString(path), buf, false),
  __syscall_newfstatat: newfstatat,
  __syscall_readlinkat: readlinkat,
  __syscall_getcwd: getcwd,
  __syscall_chdir: (path) => (wasm.isThread ? chdirFromThread(path) : chdir(wasm.readString(path))),
  __syscall_faccessat: (dirfd, path, mode) => systemCall(() => fs.accessSync(pathAt(dirfd, path), mode)),
  __syscall_mkdirat: (dirfd, path, mode) => systemCall(() => fs.mkdirSync(pathAt(dirfd, path), mode)),
  __syscall_rmdir: (path) => systemCall(() => fs.rmdirSync(wasm.readString(path))),
  __syscall_unlinkat: (dirfd, path, flags) => systemCall(() => {
    (flags & AT_REMOVEDIR ? fs.rmdirSync : fs.unlinkSync)(pathAt(dirfd, path));
  }),
  __syscall_renameat: (fromDir, from, toDir, to) =>
    systemCall(() => fs.renameSync(pathAt(fromDir, from), pathAt(toDir, to))),
  __syscall_symlinkat: (target, dirfd, path) =>
    systemCall(() => fs.symlinkSync(wasm.readString(target), pathAt(dirfd, path))),
  __syscall_chmod: (path, mode) => systemCall(() => fs.chmodSync(wasm.readString(path), mode)),
  __syscall_fchmodat2: (dirfd, path, mode) => systemCall(() => fs.chmodSync(pathAt(dirfd, path), mode)),
  __syscall_fchownat: (dirfd, path, uid, gid, flags) => systemCall(() => {
    (flags & AT_SYMLINK_NOFOLLOW ? fs.lchownSync : fs.chownSync)(pathAt(dirfd, path), uid, gid);
  }),
  __syscall_truncate64: (path, length) =>
    systemCall(() => fs.truncateSync(wasm.readString(path), Number(length))),
  __syscall_utimensat: utimensat,
};

const F_GETFL = 3;
const TERMINAL_REQUESTS = new Set([0x5401 /* TCGETS */, 0x5413 /* TIOCGWINSZ */]);

/** Calls on a descriptor: [result of an error, call on the process's descriptor]. */
const NEGATIVE = -1;
const POSITIVE = 1;
const DESCRIPTOR_CALLS = {
  fd_read: [POSITIVE, read],
  fd_write: [POSITIVE, write],
  fd_pread: [POSITIVE, pread],
  fd_pwrite: [POSITIVE, pwrite],
  fd_seek: [POSITIVE, seek],
  fd_close: [POSITIVE, close],
  fd_sync: [POSITIVE, (n) => fs.fsyncSync(n)],
  __syscall_fdatasync: [NEGATIVE, (n) => fs.fdatasyncSync(n)],
  __syscall_fstat64: [NEGATIVE, (n, buf) => writeStat(buf, fs.fstatSync(n, WHOLE_STAT))],
  __syscall_getdents64: [NEGATIVE, getdents],
  __syscall_ftruncate64: [NEGATIVE, (n, length) => fs.ftruncateSync(n, Number(length))],
  __syscall_fchmod: [NEGATIVE, (n, mode) => fs.fchmodSync(n, mode)],
  __syscall_fchown32: [NEGATIVE, (n, uid, gid) => fs.fchownSync(n, uid, gid)],
  __syscall_fadvise64: [NEGATIVE, () => 0],
  // Flags are the host's affair; musl asks for them only to learn "readable, writable".
  __syscall_fcntl64: [NEGATIVE, (n, command) => (command === F_GETFL ? fs.constants.O_RDWR : 0)],
  // Only the terminal questions matter: the answer decides how stdio buffers.
  __syscall_ioctl: [NEGATIVE, (n, request) =>
    (TERMINAL_REQUESTS.has(request) && tty.isatty(n) ? 0 : -E.ENOTTY)],
};

/** A descriptor call that leaves virtual descriptors to emscripten's own function. */
function descriptorCall(sign, call, original) {
  return (fd, ...rest) => {
    const n = hostFd(fd);
    if (n < 0) return original(fd, ...rest);
    try {
      return call(n, ...rest) ?? 0;
    } catch (error) {
      return sign * errnoOf(error);
    }
  };
}

/** Put the calls above into the module's imports. */
function install(imports, runtime, getTable) {
  wasm = runtime;
  table = getTable;
  const calls = { ...PATH_CALLS };
  for (const [name, [sign, call]] of Object.entries(DESCRIPTOR_CALLS)) {
    calls[name] = descriptorCall(sign, call, imports[name]);
  }
  for (const [name, call] of Object.entries(calls)) {
    call.sig = imports[name].sig; // emscripten needs it to put the function into the table
    imports[name] = call;
  }
}

module.exports = { install, chdir };
