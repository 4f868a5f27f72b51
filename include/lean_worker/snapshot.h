/*
 * snapshot.h - starts of a native Lean that are written down once, and loaded
 * from then on.
 *
 * At each start Lean imports its library and elaborates our shim. Since 4.32 it
 * can write the state that comes of it to a file, and load that instead. It
 * believes such a file: it looks neither at its bytes nor at whether what it
 * was made from is still the same. So this library does, before each start, and
 * uses one only where it was proved here: a worker that was started from it
 * gave the same answers, byte by byte, as one that was started without.
 *
 *     lw_snapshot_spec spec = LW_SNAPSHOT_SPEC_INIT;
 *     spec.config = &config;
 *     lw_snapshot_make(&report, runtime, &spec, &err);
 *     config.snapshots = report.folder;
 *     lw_worker_start(&worker, runtime, &config, NULL, &err);
 *
 * A worker whose config names a folder of snapshots never fails for want of
 * one: it is started plainly where none fits, and says why
 * (lw_worker_metadata). One with which a start failed is given up.
 *
 * The folder is this user's alone. Who can write to it can run anything in a
 * worker; so it is used only where it belongs to the user, has no rights for
 * others, and is no symbolic link.
 */
#ifndef LEAN_WORKER_SNAPSHOT_H
#define LEAN_WORKER_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lean_worker/cancel.h>
#include <lean_worker/error.h>
#include <lean_worker/export.h>
#include <lean_worker/runtime.h>
#include <lean_worker/worker.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lw_snapshot_spec {
    size_t struct_size;
    const lw_worker_config *config; /* of the start that is meant; its
                                       snapshots is the folder, or NULL:
                                       LEAN_WORKER_SNAPSHOTS, or the user's own:
                                       lean-worker/snapshots below
                                       XDG_CACHE_HOME or ~/.cache */
    const lw_run_spec *runs;        /* more to be asked: exports, or handlers,
                                       without a session */
    size_t run_count;
    bool again;        /* make another, though one is there and fits */
    lw_cancel *cancel; /* NULL: none */
} lw_snapshot_spec;

#define LW_SNAPSHOT_SPEC_INIT                                                  \
    {                                                                          \
        sizeof(lw_snapshot_spec), NULL, NULL, 0, false, NULL                   \
    }

typedef enum lw_snapshot_state {
    LW_SNAPSHOT_FITS,    /* it is whole, and what it rests on is the same. Which
                            starts use it is a question of their key. */
    LW_SNAPSHOT_DAMAGED, /* or gone, or a module has changed: not used */
} lw_snapshot_state;

/* The caller sets struct_size. */
typedef struct lw_snapshot_report {
    size_t struct_size;
    lw_snapshot_state state;
    bool made; /* by this call; else it was there */
    char folder[4096];
    char key[33];      /* of the start; hexadecimal */
    char lean[128];    /* version of the Lean that wrote it */
    char reason[256];  /* why it does not fit; "" where it does */
    uint64_t bytes;    /* of the file */
    uint64_t files;    /* of compiled modules that it rests on */
    uint64_t probes;   /* answers that were compared */
    uint64_t plain_us; /* the start without it, when it was made */
    uint64_t warm_us;  /* and with it */
} lw_snapshot_report;

/*
 * Makes a snapshot of this config's start, and proves it: three workers are
 * started one after the other (plainly, writing it, from it), and the first
 * and the last are asked the same: what they say of themselves, a ping, a
 * header, a session with a file, commands, a term, the kernel, declarations,
 * and spec->runs. From the moment that their answers were equal, workers of
 * this config are started from it. Where one is there that fits, that is the
 * result. A record of it is written last, so a call that is interrupted leaves
 * nothing that is used.
 *
 * Ownership: report is the caller's and needs no end; all of spec is borrowed
 * for the call. Threads: any; another maker in the same folder, of any process,
 * waits. Blocks for three starts and the answers: each has the config's
 * timeouts. Errors: LW_EUNSUPPORTED (an embedded Lean, a command of one's own,
 * a Lean before 4.32, more than one folder in LEAN_PATH), LW_EMISMATCH (the
 * answers differ: the message names the first that does), LW_EFILE (the folder
 * is not the user's alone, or cannot be written, or is full), LW_ETIMEOUT (as
 * with a start; or another maker is at work for too long), LW_ECANCELLED,
 * LW_EINVAL, LW_EBADHANDLE, LW_ENOMEM, and those of lw_worker_start.
 */
int
lw_snapshot_make(lw_snapshot_report *report, lw_runtime *runtime,
                 const lw_snapshot_spec *spec, lw_error *err);

/* A negative result ends the list with LW_ESINK. The report is borrowed until
 * it returns. */
typedef int (*lw_snapshot_cb)(const lw_snapshot_report *report, void *user);

/*
 * Shows each snapshot of a folder (NULL: as with lw_snapshot_make), whether it
 * fits or not, by its key. One that is not there has none. Each is read as a
 * whole, as before a start. Threads: any; the callback runs on the caller's.
 * Blocks while they are read, a few milliseconds each. Errors: LW_EFILE,
 * LW_EINVAL, LW_ESINK, LW_ENOMEM.
 */
int
lw_snapshot_list(const char *folder, lw_snapshot_cb each, void *user,
                 lw_error *err);

/*
 * Takes away the snapshot of this key, or all (NULL), and what interrupted
 * makers have left. Workers that were started from it go on. That there is
 * none is no error. folder: as with lw_snapshot_list. Threads: any. Blocks for
 * 10 s at most where another process has the folder. Errors: LW_EFILE,
 * LW_EINVAL, LW_ETIMEOUT, LW_ENOMEM.
 */
int
lw_snapshot_remove(const char *folder, const char *key, lw_error *err);

#ifdef __cplusplus
}
#endif
#endif
