/*
 * child.h - the other side: a worker program of your own.
 *
 * A program that calls lw_child_run_stdio from its main is a worker. A parent
 * starts it with lw_worker_config.command and drives it like any other. See
 * examples/worker/reverse.c for a whole one. It is best linked with
 * lean-worker-child (pkg-config) or lean-worker::child (CMake), a small static
 * library with what is declared here: it starts for each child, and loading
 * what it never calls would take longer than all the rest.
 *
 * All functions here are for one thread, that of lw_child_run_stdio. Those
 * that answer or emit block while the pipe is full, that is, for as long as
 * the parent does not read; where the parent is gone they end the process.
 * Their result is 0, or negative.
 */
#ifndef LEAN_WORKER_CHILD_H
#define LEAN_WORKER_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lean_worker/span.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One request in progress. Valid until the handler returns. */
typedef struct lw_child_call lw_child_call;

/*
 * Serves one kind of request: answers it by lw_child_respond and returns 0,
 * or returns a negative number after lw_child_fail (without which the parent
 * gets a general text). `request` is borrowed until return. Rows, notices and
 * progress may be sent before the answer. Runs on the thread that called
 * lw_child_run_stdio; the functions below must be called from it.
 */
typedef int (*lw_child_handler_cb)(lw_child_call *call, lw_span request,
                                   void *user);

typedef struct lw_child_handler {
    const char *name; /* the export that a parent asks for; NULL ends a list */
    lw_child_handler_cb run;
} lw_child_handler;

typedef struct lw_child_config {
    size_t struct_size;
    const lw_child_handler *handlers; /* borrowed; NULL: only pings */
    void *user;                       /* for every handler */
    const char *worker_version;       /* told to the parent; NULL: "" */
    const char *lean_version;         /* where it hosts a Lean; NULL: "" */
} lw_child_config;

#define LW_CHILD_CONFIG_INIT                                                   \
    {                                                                          \
        sizeof(lw_child_config), NULL, NULL, NULL, NULL                        \
    }

/*
 * Takes the protocol away from descriptors 0, 1 and 3, so that whatever this
 * program prints goes to stderr and can never meet a frame, then serves
 * requests until the parent ends it or is gone. SIGPIPE is ignored from then
 * on. Returns 0, for main, after an orderly end. Else it ends the process, with
 * a line on stderr: exit code 64 where this is no child of a parent (it was
 * started by hand), 65 where the parent broke the protocol, 66 where memory or
 * the system failed. Call it once, from main. Blocks until that end.
 */
int
lw_child_run_stdio(const lw_child_config *config);

/* Answers the request. 0, or negative where it has an answer already. */
int
lw_child_respond(lw_child_call *call, lw_span response);

/* Ends the request as failed, in words. Returns -1 for `return`. */
int
lw_child_fail(lw_child_call *call, const char *detail);

/*
 * A row of a stream, any bytes; sequence numbers are given here. `stream` is
 * a name, UTF-8 of at most 1024 bytes, and a request has at most 16. Rows are
 * gathered and written in blocks of 64 KiB, at the latest with the answer or
 * after 50 ms at the next call. Negative: the request should end: it is
 * cancelled, or has an answer already, which is a failure where these rules
 * were broken.
 */
int
lw_child_emit_row(lw_child_call *call, const char *stream, lw_span payload);

/* An event {code, message}, both UTF-8; the same result. */
int
lw_child_emit_notice(lw_child_call *call, const char *code,
                     const char *message);

/* How far it is; phase is UTF-8; total 0: unknown. The same result. */
int
lw_child_emit_progress(lw_child_call *call, const char *phase, uint32_t current,
                       uint32_t total);

/* True once the parent wants the request to end. Cheap: one read. */
bool
lw_child_is_cancelled(lw_child_call *call);

/* Readable when the parent wants a request to end; only to be polled. Owned by
 * the library; there is always one. Never blocks. */
int
lw_child_cancel_fd(const lw_child_call *call);

#ifdef __cplusplus
}
#endif
#endif
