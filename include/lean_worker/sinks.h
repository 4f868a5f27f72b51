/*
 * sinks.h - what a child says while a request runs, as the caller takes it.
 */
#ifndef LEAN_WORKER_SINKS_H
#define LEAN_WORKER_SINKS_H

#include <stddef.h>
#include <stdint.h>

#include <lean_worker/span.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum lw_severity {
    LW_SEVERITY_INFO,
    LW_SEVERITY_WARNING,
    LW_SEVERITY_ERROR,
} lw_severity;

/* A message of Lean. All spans here are borrowed until the callback returns. */
typedef struct lw_diagnostic {
    lw_severity severity;
    uint32_t line;     /* 1-based; 0 where Lean gives none */
    uint32_t column;   /* 0-based, in code points */
    uint32_t end_line; /* 0 where Lean gives none */
    uint32_t end_column;
    lw_span kind;
    lw_span message;
} lw_diagnostic;

typedef struct lw_progress {
    uint32_t current;    /* in a check: the line that is being elaborated */
    uint32_t total;      /* 0 unknown */
    lw_span phase;       /* in a check: the command, such as "theorem foo" */
    uint64_t elapsed_us; /* since the request began, as the parent counts */
} lw_progress;

/* A row of an export: any bytes, in order, none missing. */
typedef struct lw_row {
    lw_span stream;    /* its name */
    uint64_t sequence; /* from 0 in each stream */
    lw_span payload;
} lw_row;

/* An event of an export. */
typedef struct lw_notice {
    lw_span code;    /* for programs */
    lw_span message; /* for people */
} lw_notice;

typedef enum lw_declaration_kind {
    LW_DECLARATION_MISSING, /* there is none of this name */
    LW_DECLARATION_AXIOM,
    LW_DECLARATION_DEF,
    LW_DECLARATION_THEOREM,
    LW_DECLARATION_OPAQUE,
    LW_DECLARATION_QUOT,
    LW_DECLARATION_INDUCTIVE,
    LW_DECLARATION_CONSTRUCTOR,
    LW_DECLARATION_RECURSOR,
} lw_declaration_kind;

/* "missing", "axiom", "def", …; static; "unknown" for another number. Any
 * thread; never blocks. */
const char *
lw_declaration_kind_name(lw_declaration_kind kind);

/* One of a list of declarations. */
typedef struct lw_declaration {
    lw_declaration_kind kind;
    lw_span name; /* as Lean writes it */
} lw_declaration;

/*
 * Called on the thread that drives the request, in the order of the child. A
 * negative result ends the request with LW_ESINK: the child is asked to stop,
 * and is killed where it does not. A call on the same worker from a sink fails
 * with LW_EBUSY and changes nothing. NULL: not wanted.
 */
typedef struct lw_sinks {
    size_t struct_size;
    int (*diagnostic)(const lw_diagnostic *diagnostic, void *user);
    int (*progress)(const lw_progress *progress, void *user);
    int (*row)(const lw_row *row, void *user);
    int (*notice)(const lw_notice *notice, void *user);
    int (*declaration)(const lw_declaration *declaration, void *user);
    void *user;
} lw_sinks;

#define LW_SINKS_INIT                                                          \
    {                                                                          \
        sizeof(lw_sinks), NULL, NULL, NULL, NULL, NULL, NULL                   \
    }

#ifdef __cplusplus
}
#endif
#endif
