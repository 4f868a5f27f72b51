/*
 * runtime.h - what all workers of a program share.
 */
#ifndef LEAN_WORKER_RUNTIME_H
#define LEAN_WORKER_RUNTIME_H

#include <stddef.h>

#include <lean_worker/allocator.h>
#include <lean_worker/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Owns one housekeeping thread, and from the first child on one tiny watcher
 * process (the warden) that ends the children should this program vanish.
 * There is no process-global state: no signal handler, no atexit, and two
 * runtimes may live side by side.
 *
 * A runtime belongs to the process that created it. In a copy made by fork
 * every call on it does nothing or fails with LW_EBADHANDLE, so that a forked
 * copy that winds down cannot end its parent's workers.
 */
typedef struct lw_runtime lw_runtime;

typedef enum lw_log_level {
    LW_LOG_ERROR,   /* something of ours does not work; someone should look */
    LW_LOG_WARNING, /* worked around, but not as it should be */
    LW_LOG_INFO,    /* a child started or ended */
    LW_LOG_DEBUG,
} lw_log_level;

/*
 * One line without a newline, borrowed until return. Called from any thread
 * that is in this library, the housekeeping thread included, one call at a
 * time per thread: it must return soon, since children wait meanwhile, and
 * must not call this library.
 */
typedef void (*lw_log_cb)(lw_log_level level, const char *line, void *user);

typedef struct lw_runtime_options {
    size_t struct_size;
    const lw_allocator *allocator; /* copied; NULL: malloc and free */
    const char *launcher_path;     /* copied; NULL: looked for, see below */
    lw_log_cb log;                 /* NULL: no log */
    void *log_user;
} lw_runtime_options;

#define LW_RUNTIME_OPTIONS_INIT                                                \
    {                                                                          \
        sizeof(lw_runtime_options), NULL, NULL, NULL, NULL                     \
    }

/*
 * Starts a runtime. options may be NULL: every default.
 *
 * The launcher, lean-worker-child, is looked for now: launcher_path, where
 * given; else the environment variable LEAN_WORKER_CHILD; else next to the
 * running program, in ../libexec from there, in libexec beside the folder of
 * the shared library, and where it was installed. That none is found is no
 * error here: starting a worker then fails with LW_ECHILDPATH and the list of
 * the places.
 *
 * Ownership: *out is the caller's, until lw_runtime_destroy. Threads: any.
 * Never blocks. Errors: LW_EINVAL, LW_ENOMEM, LW_ELIMIT (descriptors or
 * threads), LW_ESYSTEM.
 */
int
lw_runtime_create(lw_runtime **out, const lw_runtime_options *options,
                  lw_error *err);

/*
 * Ends the children that still live and the runtime with them. When it
 * returns, no process or thread of the runtime is left. Its workers and pools
 * are best destroyed before; those that are not can only be destroyed (other
 * calls get LW_EBADHANDLE), and keep their descriptors and some memory until
 * then. NULL is allowed; never fails.
 *
 * Threads: any, but no other call on this runtime may be in progress. Blocks
 * until killed children are gone, as a rule a fraction of a second; at most
 * 10 s where the kernel cannot end one.
 */
void
lw_runtime_destroy(lw_runtime *runtime);

#ifdef __cplusplus
}
#endif
#endif
