/*
 * host.h - what a command runs Lean on: the runtime, the token that signals
 * set, the project and its toolchain.
 */
#ifndef CLI_HOST_H
#define CLI_HOST_H

#include <lean_worker/cancel.h>
#include <lean_worker/project.h>
#include <lean_worker/runtime.h>
#include <lean_worker/toolchain.h>
#include <lean_worker/worker.h>

#include "opt.h"
#include "test_command.h"

#define HOST_OPT_TOOLCHAIN(out)                                                \
    OPT_TEXT(0, "toolchain", "TOOLCHAIN", out, NULL,                           \
             "The Lean to use: a folder with bin/lean, a name that elan "      \
             "knows, or `embedded`. See lean-worker toolchain which.")

struct host {
    const char *name; /* of the command, for messages */
    lw_runtime *runtime;
    lw_cancel *cancel;
    lw_project *project;         /* NULL: none */
    lw_toolchain *toolchain;     /* NULL: the test's command */
    struct test_command command; /* instead of a toolchain */
};

/* Each gives 0, or 2 with a message on stderr. */

/* Starts the runtime, and lets signals set the token from now on. */
int
host_start(struct host *host);

/* By the order of toolchain.h; asked: what --toolchain says, or NULL. */
int
host_find_toolchain(struct host *host, const char *asked);

/* Starts a worker of the test's command, where headers are read; *worker stays
 * NULL where there is none, and is the caller's else. */
int
host_start_test_worker(struct host *host, lw_worker **worker);

/* Works out the project's search path, where there is a project. */
int
host_load_project(struct host *host);

/* The token stays: a signal may come at any time. */
void
host_fini(struct host *host);

#endif
