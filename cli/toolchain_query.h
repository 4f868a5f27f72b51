/*
 * toolchain_query.h - the question that `toolchain list`, `which` and
 * `prepare` share: which Lean, for which project?
 */
#ifndef CLI_TOOLCHAIN_QUERY_H
#define CLI_TOOLCHAIN_QUERY_H

#include <lean_worker/project.h>
#include <lean_worker/toolchain.h>

#include "opt.h"

struct toolchain_query {
    const char *toolchain; /* --toolchain; NULL: none */
    const char *folder;    /* --project; NULL: none */
    lw_project *project;   /* NULL: none */
};

/* Rows for the table of options. */
#define QUERY_TOOLCHAIN(query_)                                                \
    OPT_TEXT(0, "toolchain", "TOOLCHAIN", &(query_)->toolchain, NULL,          \
             "Use this Lean: a folder that has bin/lean, the path of its "     \
             "bin/lean, the name of a toolchain of elan (such as v4.28.0), "   \
             "or the word embedded. Without it, the first of these "           \
             "decides: LEAN_WORKER_TOOLCHAIN, the project's "                  \
             "lean-toolchain (through elan), an active conda environment, "    \
             "lean on PATH, the embedded toolchain.")
#define QUERY_PROJECT(query_)                                                  \
    OPT_TEXT(0, "project", "DIR", &(query_)->folder,                           \
             "the project of the working directory, where it has one",         \
             "Take the Lake project of this folder, which may also lie "       \
             "above it.")

/*
 * Opens the project and fills in the request, whose texts are borrowed from
 * the query. Gives 0, or 2 with a message on stderr.
 */
int
toolchain_query_open(struct toolchain_query *query, const char *command,
                     lw_toolchain_request *request);

void
toolchain_query_close(struct toolchain_query *query);

#endif
