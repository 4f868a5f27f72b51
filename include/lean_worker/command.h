/*
 * command.h - exports with types: hooks that encode what goes in and decode
 * what comes out.
 *
 * The library carries bytes. A command says how a request of the program
 * becomes bytes and how bytes become an answer, so that each failure is told
 * apart: the request could not be encoded, a row, the answer or the summary
 * could not be decoded, each with export, stream, sequence number and field.
 *
 * lw_worker_run_command is a request: worker.h and request.h say on which
 * thread it runs and how long it blocks. The helpers for hooks are called from
 * a hook, on its thread, and never block.
 */
#ifndef LEAN_WORKER_COMMAND_H
#define LEAN_WORKER_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lean_worker/error.h>
#include <lean_worker/export.h>
#include <lean_worker/request.h>
#include <lean_worker/session.h>
#include <lean_worker/sinks.h>
#include <lean_worker/span.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where a hook writes. Valid until the hook returns. */
typedef struct lw_writer lw_writer;

/* Puts bytes behind those before. 0, or negative: out of memory. */
int
lw_writer_put(lw_writer *writer, const void *data, size_t size);

/* What a hook could not make sense of. NUL-terminated, UTF-8. */
typedef struct lw_fault {
    char field[128];  /* JSON pointer, "" for the whole */
    char detail[256]; /* what is wrong with it */
} lw_fault;

/*
 * Fills in a fault; both texts are cut where they are too long. Returns
 * LW_MALFORMED, for `return` in a hook; there are no errors.
 */
int
lw_fault_set(lw_fault *fault, const char *field, const char *detail);

#define LW_MALFORMED 1

/*
 * All hooks run on the thread that drives the request, with the command's
 * user pointer. They return 0, or LW_MALFORMED after lw_fault_set, or a
 * negative number: the program wants no more (LW_ESINK).
 */
typedef struct lw_command {
    size_t struct_size;
    const char *name; /* of the export */

    /* The program's request into bytes, as a rule JSON. NULL: "{}". */
    int (*encode)(const void *request, lw_writer *to, lw_fault *fault,
                  void *user);

    /* The answer, or a stream's summary, into `answer`. NULL: not wanted. */
    int (*decode)(lw_span bytes, void *answer, lw_fault *fault, void *user);

    /* A row: decoded, and taken by the program. NULL: rows are not wanted. */
    int (*row)(const lw_row *row, lw_fault *fault, void *user);

    /*
     * After a row that does not decode: true asks the child to stop, false
     * lets it come to its end and passes over what it sends. The command
     * fails with LW_EROWDECODE either way, and the worker stays.
     */
    bool stop_at_bad_row;
    void *user;
} lw_command;

#define LW_COMMAND_INIT                                                        \
    {                                                                          \
        sizeof(lw_command), NULL, NULL, NULL, NULL, false, NULL                \
    }

/* Where a typed command failed. Texts are cut where they are too long. */
typedef struct lw_command_failure {
    char name[128];    /* of the export */
    char stream[128];  /* "" where it was no row */
    uint64_t sequence; /* of the row */
    lw_fault fault;
} lw_command_failure;

typedef struct lw_command_spec {
    size_t struct_size;
    lw_session session;    /* LW_SESSION_NONE: none */
    const void *request;   /* for encode */
    void *answer;          /* for decode; must live until the end */
    const lw_sinks *sinks; /* for notices, progress, diagnostics; `row` must
                              be NULL. May be NULL. */
    lw_command_failure *failure; /* filled in by LW_EENCODE, LW_EROWDECODE,
                                    LW_EDECODE, LW_ESUMMARYDECODE; may be
                                    NULL */
} lw_command_spec;

#define LW_COMMAND_SPEC_INIT                                                   \
    {                                                                          \
        sizeof(lw_command_spec), LW_SESSION_NONE, NULL, NULL, NULL, NULL       \
    }

/*
 * Runs a typed command: a request (worker.h says how those block and end).
 * The command must live until the end. reply, which may be NULL, gets the raw
 * answer with its facts, owned by the caller until lw_reply_destroy, where the
 * run itself succeeded, so also where its answer could not be decoded. Errors
 * besides those of lw_worker_run: LW_EENCODE, LW_EROWDECODE, LW_EDECODE (an
 * answer without rows), LW_ESUMMARYDECODE (the answer behind rows).
 */
int
lw_worker_run_command(lw_worker *worker, lw_reply **reply,
                      const lw_command *command, const lw_command_spec *spec,
                      const lw_request_options *options, lw_error *err);

#ifdef __cplusplus
}
#endif
#endif
