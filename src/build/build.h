/*
 * build.h - one build in the making.
 *
 *     options ─► project ─┬─ lake: one `lake build` ───────────────┐
 *                         └─ direct: lock, plan, keys, compilers ──┴─► facts
 *
 * One thread. What the result shows lies in one arena, which becomes the
 * result's. The first failure of the call stays in `rc`; after it all
 * functions do nothing. What is wrong with a module is no such failure.
 */
#ifndef LWI_BUILD_BUILD_H
#define LWI_BUILD_BUILD_H

#include <lean_worker/build.h>
#include <lean_worker/project.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/strings.h"
#include "capability/arena.h"
#include "project/build_folder.h"

#define LWI_BUILDING "build a project"

/* What Lean said of one module, in its order. */
struct lwi_said {
    lw_diagnostic *items;
    size_t count;
    size_t room;
    uint64_t bytes;
    bool truncated;
};

struct lwi_build_run {
    lw_build_options options;
    lw_error *err;
    int rc;
    struct lwi_arena arena;
    lw_runtime *runtime;
    const struct lwi_clock *clock;
    int64_t deadline;
    lw_project *project;
    lw_build facts; /* its lists grow here */
    lw_build_failure *failures;
    size_t failure_room;
    const char **notes;
    size_t note_count, note_room;
};

/* ---- result.c ---- */

void
lwi_build_no_memory(struct lwi_build_run *b);

/* False after a failure, where the caller wants it to end, or too late. */
bool
lwi_build_goes_on(struct lwi_build_run *b);

/* Zeroed memory of the arena; NULL is a failure. */
void *
lwi_build_alloc(struct lwi_build_run *b, size_t count, size_t size);

const char *
lwi_build_text(struct lwi_build_run *b, const char *text);

/* *items has room for one more. */
bool
lwi_build_grow(struct lwi_build_run *b, void **items, size_t count,
               size_t *room, size_t size);

/* A copy, within output_limit. */
void
lwi_said_add(struct lwi_build_run *b, struct lwi_said *said,
             const lw_diagnostic *diagnostic);

/* Copies texts; takes line, column and message from the first error, where
 * said has one and the failure has no message. */
void
lwi_build_fail_module(struct lwi_build_run *b, const lw_build_failure *failure,
                      const struct lwi_said *said);

/* Once for each text. */
void
lwi_build_note(struct lwi_build_run *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Tells the caller; its wish to end is a failure. */
void
lwi_build_tell(struct lwi_build_run *b, lw_build_state state,
               const char *module, const char *line);

/* ---- lake.c ---- */

void
lwi_build_by_lake(struct lwi_build_run *b, const char *lake);

/* ---- direct.c ---- */

void
lwi_build_direct(struct lwi_build_run *b);

#endif
