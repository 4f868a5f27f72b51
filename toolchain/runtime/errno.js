'use strict';
// Error names of the host to the numbers of wasm32-emscripten (those of WASI).

const NAMES = ('0 E2BIG EACCES EADDRINUSE EADDRNOTAVAIL EAFNOSUPPORT EAGAIN EALREADY EBADF EBADMSG EBUSY ' +
  'ECANCELED ECHILD ECONNABORTED ECONNREFUSED ECONNRESET EDEADLK EDESTADDRREQ EDOM EDQUOT EEXIST EFAULT ' +
  'EFBIG EHOSTUNREACH EIDRM EILSEQ EINPROGRESS EINTR EINVAL EIO EISCONN EISDIR ELOOP EMFILE EMLINK ' +
  'EMSGSIZE EMULTIHOP ENAMETOOLONG ENETDOWN ENETRESET ENETUNREACH ENFILE ENOBUFS ENODEV ENOENT ENOEXEC ' +
  'ENOLCK ENOLINK ENOMEM ENOMSG ENOPROTOOPT ENOSPC ENOSYS ENOTCONN ENOTDIR ENOTEMPTY ENOTRECOVERABLE ' +
  'ENOTSOCK ENOTSUP ENOTTY ENXIO EOVERFLOW EOWNERDEAD EPERM EPIPE EPROTO EPROTONOSUPPORT EPROTOTYPE ' +
  'ERANGE EROFS ESPIPE ESRCH ESTALE ETIMEDOUT ETXTBSY EXDEV').split(' ');

/** E.EACCES === 2 and so on. */
const E = Object.fromEntries(NAMES.map((name, number) => [name, number]));

/** Number for an exception of Node's fs; anything that is not a system error is a bug and goes on. */
function errnoOf(error) {
  if (typeof error.code === 'string' && error.code in E) return E[error.code];
  if (error.syscall !== undefined) return E.EIO;
  throw error;
}

module.exports = { E, errnoOf };
