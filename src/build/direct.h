/*
 * direct.h - what a direct build knows of its modules.
 *
 *            imports done                 compiler ends well
 *     WAITS ───────────────► RUNS ───────────────────────────► DONE
 *       │  key as last time ───────────────────────────────────►│
 *       '── an import failed, a problem ──► FAILED ◄── … badly
 */
#ifndef LWI_BUILD_DIRECT_H
#define LWI_BUILD_DIRECT_H

#include "build/build.h"
#include "build/public.h"
#include "build/store.h"
#include "proc/tool.h"
#include "project/lakefile.h"

enum lwi_node_state {
    LWI_NODE_WAITS,
    LWI_NODE_RUNS,
    LWI_NODE_DONE,
    LWI_NODE_FAILED,
};

struct lwi_node {
    const lw_plan_module *module;
    enum lwi_node_state state;
    bool selected;     /* a target, or imported by one */
    bool source;       /* compiled here; else it is there already */
    const char *file;  /* "A/B" */
    const char *root;  /* folder of the library's sources */
    uint64_t key;      /* of DONE: its text, options, all that it imports */
    size_t pending;    /* selected imports that are not done */
    size_t *importers; /* indices of nodes */
    size_t importer_count;
    const struct lwi_lake_flags *flags; /* NULL: none */
    const char *room;                   /* of RUNS */
    struct lwi_public *rewritten; /* of RUNS; NULL: compiled as it stands */
};

/* What the lakefile of one package says. */
struct lwi_lake_package {
    struct lwi_lakefile lakefile;
    bool is_own;
};

struct lwi_direct {
    struct lwi_build_run *b;
    struct lwi_store store;
    struct lwi_lake_package *packages;
    size_t package_count;
    lw_plan *plan;
    struct lwi_node *nodes; /* as plan->modules */
    size_t unsettled;       /* selected nodes that are not DONE or FAILED */
    size_t *ready;          /* indices: to be compiled, imports done */
    size_t ready_head, ready_tail;
    size_t *failed; /* indices: their importers have yet to fail */
    size_t failed_head, failed_tail;
    struct lwi_tool *tools; /* `jobs` places */
    size_t *running;        /* which node each of them compiles */
    uint32_t jobs;
    size_t running_count;
    const char *lean;
    const char *lean_path; /* "LEAN_PATH=…" */
};

/* ---- packages.c ---- */

/* Reads the lakefiles of the project and of its packages. */
void
lwi_direct_read_packages(struct lwi_direct *d);

void
lwi_direct_forget_packages(struct lwi_direct *d);

/* What changes the verdict of a module; NULL where nothing says so. */
const struct lwi_lake_flags *
lwi_direct_flags(const struct lwi_direct *d, const lw_plan_module *module);

/* ---- select.c ---- */

/* Makes the nodes, and marks the targets and all that they import. What is
 * wrong with one of them fails it. */
void
lwi_direct_select(struct lwi_direct *d);

/* ---- compile.c ---- */

/* For a node whose text, which the caller has read, must be rewritten. Before
 * the start. */
void
lwi_compile_rewrite(struct lwi_direct *d, struct lwi_node *node, lw_span text);

/* Lets go of what the rewriting took. */
void
lwi_compile_forget(struct lwi_node *node);

/* Starts a compiler for the node in a free place. */
void
lwi_compile_start(struct lwi_direct *d, struct lwi_node *node, size_t place);

/* It has ended: true where the module is built. */
bool
lwi_compile_judge(struct lwi_direct *d, struct lwi_node *node, size_t place,
                  const struct lwi_obituary *obituary);

/* ---- direct.c ---- */

/* The node has failed; so have those that import it. */
void
lwi_direct_fail(struct lwi_direct *d, struct lwi_node *node,
                const lw_build_failure *failure, const struct lwi_said *said);

#endif
