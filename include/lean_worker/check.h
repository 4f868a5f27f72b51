/*
 * check.h - many Lean files, checked by several workers at once.
 *
 * Any thread; none but lw_check_files blocks.
 */
#ifndef LEAN_WORKER_CHECK_H
#define LEAN_WORKER_CHECK_H

#include <lean_worker/session.h>
#include <lean_worker/worker.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Numbers and names are for good; new ones are only added. */
#define LW_VERDICT_MAP(X)                                                      \
    X(LW_VERDICT_OK, 0, "ok", "elaborated to its end, nothing missing")        \
    X(LW_VERDICT_SORRY, 1, "sorry", "no error, but something rests on sorry")  \
    X(LW_VERDICT_ERROR, 2, "error",                                            \
      "Lean reported an error, or the file "                                   \
      "could not be read")                                                     \
    X(LW_VERDICT_BAD_HEADER, 3, "bad_header",                                  \
      "its imports could not be parsed or loaded")                             \
    X(LW_VERDICT_TIMEOUT, 4, "timeout", "its time was over")                   \
    X(LW_VERDICT_MEMORY, 5, "memory", "its worker ran out of memory")          \
    X(LW_VERDICT_CRASHED, 6, "crashed", "its worker ended without an answer")  \
    X(LW_VERDICT_CANCELLED, 7, "cancelled", "the run was ended before it")

typedef enum lw_verdict {
#define LW_VERDICT_ENUM_(name, number, word, text) name = number,
    LW_VERDICT_MAP(LW_VERDICT_ENUM_)
#undef LW_VERDICT_ENUM_
} lw_verdict;

/* "ok", "bad_header", … Static; never NULL. */
const char *
lw_verdict_name(lw_verdict verdict);

/* What is known about a verdict of timeout, memory, crashed or cancelled. */
typedef struct lw_check_cause {
    const char *kind;     /* stable word: "timeout", "deep_recursion", …;
                             NULL where the verdict needs no cause */
    const char *sentence; /* for people */
    int exit_code;        /* of the worker; -1 none */
    int exit_signal;      /* 0 none */
    uint32_t line;        /* what was being elaborated; 0 unknown */
    const char *command;  /* such as "theorem foo"; "" unknown */
    lw_span stderr_tail;  /* the end of what the worker wrote there */
} lw_check_cause;

/* One file's outcome. Borrowed until the callback returns. */
typedef struct lw_check_report {
    const char *path; /* as given, or as found below a given folder */
    lw_verdict verdict;
    double elapsed_ms; /* wall time on its worker, retries included */
    double lean_ms;    /* of it, inside Lean's commands */
    size_t diagnostic_count;
    const lw_diagnostic *diagnostics;
    bool truncated; /* messages were cut at a limit */
    lw_check_cause cause;
    const char *lean_version; /* "" where no worker came up for it */
    bool session_reused;      /* false where it paid for the import */
    uint32_t attempts;        /* workers it was tried on; 0: none */
    const char *not_forked;   /* with isolate: why its process was no fork; ""
                                 where it was, or is not known */
} lw_check_report;

typedef struct lw_check_totals {
    size_t files;       /* in all */
    size_t done;        /* reported so far */
    size_t verdicts[8]; /* by lw_verdict */
    size_t workers_started;
    size_t workers_lost;
    size_t running; /* being elaborated now */
} lw_check_totals;

typedef struct lw_check_options {
    size_t struct_size;
    /* The host: exactly one of the two, borrowed for the run. */
    const lw_toolchain *toolchain;   /* our child on this Lean */
    const char *const *command;      /* or a program that serves the protocol
                                        on stdin and stdout; NULL at the end */
    const char *const *search_path;  /* absolute folders, NULL at the end;
                                        NULL: the toolchain's library only */
    const char *const *lean_options; /* "name=value", NULL at the end */
    /* For each file a list like that; lean_options are stronger. What
     * lw_project_find_options gives. NULL: none. */
    const char *const *const *file_options;
    const char *working_directory; /* of the workers; NULL: the caller's */
    uint32_t jobs;                 /* workers; 0: lw_check_default_jobs */
    uint64_t timeout_ms;           /* per file, its imports not counted;
                                      LW_NO_LIMIT: none */
    uint64_t rss_limit_kib;        /* per worker; LW_NO_LIMIT: none */
    lw_cancel *cancel;             /* NULL: none */
    /* All callbacks: from the run's own threads, never two at once. A
     * negative result of `report` ends the run with LW_ESINK; no file is
     * reported after it. They must not call lw_check_files. */
    int (*report)(const lw_check_report *report, const lw_check_totals *totals,
                  void *user);
    /* Something worth redrawing a progress line for, ten times a second
     * where nothing happens. May be NULL. */
    void (*progress)(const lw_check_totals *totals, void *user);
    void *user;
    /* Each file in a process of its own. Where there can be a fork server
     * (zygote.h) the process is a fork that has the file's imports; else it is
     * started anew, which counts in the file's time, and the report says why
     * (not_forked). */
    bool isolate;
} lw_check_options;

/* Seconds a file may take where nothing else is said. */
#define LW_CHECK_TIMEOUT_DEFAULT_MS UINT64_C(60000)

#define LW_CHECK_OPTIONS_INIT                                                  \
    {                                                                          \
        sizeof(lw_check_options), NULL, NULL, NULL, NULL, NULL, NULL, 0,       \
            LW_CHECK_TIMEOUT_DEFAULT_MS, LW_NO_LIMIT, NULL, NULL, NULL, NULL,  \
            false                                                              \
    }

/*
 * Workers that this process may run at once, at least 1: the smaller of its
 * cores (CPU mask, quota of its control groups) and its memory (what is
 * available, limits of its control groups) over what a worker needs: 1.8 GiB
 * embedded, 1 GiB native or where toolchain is NULL. Reads a few files in
 * /proc and /sys.
 */
uint32_t
lw_check_default_jobs(const lw_toolchain *toolchain);

/*
 * Checks `count` files, each once, and reports each as soon as its verdict is
 * known, in no fixed order. What goes wrong with one file is its verdict.
 * Files with equal headers share the import of one worker, each checked from
 * a clean environment. A worker that dies on a file after it had served
 * others gives that file a second try, alone in a fresh one, and that counts.
 * Workers that cannot be started are tried again while others live.
 *
 * Threads: any; runs side by side are independent. Blocks until all is
 * reported and all workers have ended; after lw_cancel_set, a fraction of a
 * second: workers are killed, and files that were not finished are reported
 * as cancelled.
 * Errors: LW_EINVAL, LW_EBADHANDLE, LW_ENOMEM, LW_ESINK, LW_ECANCELLED, and
 * every error of lw_worker_start when none could be started: then nothing
 * that needs a worker was reported. When none can be started any more in the
 * middle of a run, the rest is reported as cancelled, with the cause
 * "no_worker", and the error returned. totals (may be NULL) is filled in in
 * every case.
 */
int
lw_check_files(lw_runtime *runtime, const char *const *paths, size_t count,
               const lw_check_options *options, lw_check_totals *totals,
               lw_error *err);

#ifdef __cplusplus
}
#endif
#endif
