/*
 * pool_control.h - a live pool, looked at from another process.
 *
 * A pool with a control socket answers questions of other programs of the same
 * user, such as `lean-worker top`. docs/watching.md has the protocol: a line
 * with one word comes, a line of JSON goes back.
 */
#ifndef LEAN_WORKER_POOL_CONTROL_H
#define LEAN_WORKER_POOL_CONTROL_H

#include <lean_worker/error.h>
#include <lean_worker/pool.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Opens a control socket, at most one for a pool. path: a Unix socket to make,
 * copied; NULL: PID.sock, or PID-2.sock and so on, in the folder where
 * `lean-worker top` looks: lean-worker in $XDG_RUNTIME_DIR, or
 * /tmp/lean-worker-UID.
 *
 * The socket is for its user (and root) from the first moment, whatever the
 * umask is; a connection of anybody else is closed. The socket of a process
 * that is dead is replaced. It is served by the runtime's housekeeping thread:
 * no thread comes with it, nothing wakes up while nobody asks, and a client
 * that floods, hangs or goes costs others nothing. lw_pool_destroy removes it.
 *
 * Any thread; blocks for a moment, at most 1 s where another process is just
 * opening a socket in the same folder. Errors: LW_EINVAL (the path is too long,
 * the pool has a control socket), LW_EBUSY (a live process has that path),
 * LW_EFILE (the folder cannot be used, something else has that name),
 * LW_ECLOSED (the pool is), LW_EBADHANDLE, LW_ELIMIT (descriptors), LW_ESYSTEM,
 * LW_ENOMEM.
 */
int
lw_pool_open_control(lw_pool *pool, const char *path, lw_error *err);

/*
 * Where the control socket is; NULL: there is none. Borrowed until the pool is
 * destroyed. Any thread; never blocks.
 */
const char *
lw_pool_get_control_path(lw_pool *pool);

#ifdef __cplusplus
}
#endif
#endif
