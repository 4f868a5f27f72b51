/*
 * build.h - a plan in the making.
 *
 *     places ──► names ──► modules ──► graph ──► batches ──► the plan
 *     lakefiles,  folders,  their       rings,    sessions
 *     folders     patterns  imports     prints
 *
 * One thread. Everything lies in one arena, which becomes the plan's. The
 * first failure stays in `rc`; after it all functions do nothing. What is
 * wrong with a module is no failure but a problem.
 */
#ifndef LWI_PLAN_BUILD_H
#define LWI_PLAN_BUILD_H

#include <lean_worker/plan.h>

#include "base/buf.h"
#include "base/strings.h"
#include "capability/arena.h"
#include "toolchain/fingerprint.h"

#define LWI_PLANNING "plan modules"
#define LWI_MODULES_MAX ((size_t)1 << 20)

/* A.B, A.* or A.+; the name "" is everything. */
struct lwi_glob {
    const char *name; /* in the form of name.h */
    const char *file; /* the same as a path; "" for everything */
    bool itself;
    bool below;
};

/* Where modules lie: the sources of a library, or compiled ones. */
struct lwi_place {
    const char *package;
    const char *library; /* "" : the first part of each module's name */
    const char *root;    /* nothing may lead out of it; "" : no matter */
    const char *folder;  /* absolute */
    bool compiled;
    bool of_toolchain;
    bool wanted; /* planned where nobody asks for anything else */
    const char *const *options;
    struct lwi_glob *roots; /* with all below, but those of programs */
    size_t root_count;
    struct lwi_glob *globs;
    size_t glob_count;
};

struct lwi_module {
    const char *name;
    const char *file; /* path without ending, below its place */
    const char *path; /* NULL: nowhere */
    const struct lwi_place *place;
    const lw_header *header;
    const char **import_names; /* header->imports in the form of name.h */
    size_t import_name_count;
    struct lwi_module **imports; /* those that are found; by name */
    size_t import_count;
    bool wanted;
    bool broken;
    uint64_t bytes;   /* of its .olean */
    uint64_t content; /* hash of its text */
    uint64_t print;
    const char *library; /* of the place, or the first part of the name */
    lw_span group;       /* equal for modules that may share a batch */
    bool planned;
    /* graph.c */
    size_t index; /* in the sorted list */
    size_t order; /* 0: not visited */
    size_t low;
    size_t next_import;
    bool on_stack;
    size_t ring; /* modules of one ring have one number */
    uint64_t mark;
    struct lwi_module *came_from;
};

struct lwi_plan_build {
    lw_plan_options options;
    lw_error *err;
    int rc;
    struct lwi_arena arena;
    char toolchain[LWI_FINGERPRINT_SIZE];
    struct lwi_place **places;
    size_t place_count, place_room;
    const char *const *search_path;
    struct lwi_module **modules; /* as they were found; sorted in the end */
    size_t module_count, module_room;
    struct lwi_module **slots; /* by name; a power of two */
    size_t slot_count;
    lw_plan_problem *problems;
    size_t problem_count, problem_room;
    struct lwi_module **sorted_by_depth; /* imports first */
    size_t depth_count;
    uint64_t mark; /* of the last walk over the graph */
    lw_plan_batch *batches;
    size_t batch_count, batch_room;
    lw_runtime *runtime;             /* options.runtime, or ours */
    lw_worker *worker;               /* options.worker, or ours */
    bool light;                      /* survey.h: no Lean, no batches */
    const struct lwi_place *assumed; /* of modules that are taken to be there */
};

/* ---- table.c ---- */

void
lwi_plan_no_memory(struct lwi_plan_build *b);

/* False as well where the caller wants it to end. */
bool
lwi_plan_goes_on(struct lwi_plan_build *b);

/* Zeroed memory of the arena; NULL is a failure. */
void *
lwi_plan_alloc(struct lwi_plan_build *b, size_t count, size_t size);

const char *
lwi_plan_text(struct lwi_plan_build *b, const char *text);

/* *items has room for one more; its elements are pointers or structs. */
bool
lwi_plan_grow(struct lwi_plan_build *b, void **items, size_t count,
              size_t *room, size_t size);

/* The module of this name, made where there is none; NULL after a failure. */
struct lwi_module *
lwi_plan_module(struct lwi_plan_build *b, const char *name, const char *file);

struct lwi_module *
lwi_plan_find_module(const struct lwi_plan_build *b, const char *name);

/* module and path may be NULL. */
void
lwi_plan_problem(struct lwi_plan_build *b, lw_plan_problem_code code,
                 const char *module, const char *path, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* The last problem has a place in its file. */
void
lwi_plan_problem_at(struct lwi_plan_build *b, uint32_t line, uint32_t column);

/* `inner` is `outer` or below it; both absolute and without links. */
bool
lwi_plan_is_inside(const char *inner, const char *outer);

/* A hash of base/fnv.h as text. */
const char *
lwi_plan_hex(struct lwi_plan_build *b, uint64_t hash);

/* ---- places.c ---- */

void
lwi_plan_find_places(struct lwi_plan_build *b);

/* False where it is none. */
bool
lwi_plan_read_glob(struct lwi_plan_build *b, struct lwi_glob *glob,
                   const char *text);

bool
lwi_glob_has(const struct lwi_glob *glob, const char *name);

/* ---- discover.c ---- */

/* All that is wanted, and all that it imports. */
void
lwi_plan_discover(struct lwi_plan_build *b);

/* ---- header.c ---- */

/*
 * Reads what the module imports; a problem breaks it. In a survey modules of
 * the toolchain are not read.
 */
void
lwi_plan_read_header(struct lwi_plan_build *b, struct lwi_module *module);

/* ---- graph.c ---- */

/* Sorts the modules, ties them together, finds rings, spreads what is broken,
 * makes fingerprints. */
void
lwi_plan_connect(struct lwi_plan_build *b);

/* What a session with these modules would load. A new walk; lwi_plan_load_more
 * goes on with it. */
struct lwi_plan_load {
    uint64_t modules, bytes;
};

void
lwi_plan_load_begin(struct lwi_plan_build *b, struct lwi_plan_load *load);

void
lwi_plan_load_more(struct lwi_plan_build *b, struct lwi_plan_load *load,
                   struct lwi_module *module);

/* What it would load, did it have this module too; changes nothing. */
struct lwi_plan_load
lwi_plan_load_probe(struct lwi_plan_build *b, const struct lwi_plan_load *load,
                    struct lwi_module *module);

/* ---- batch.c ---- */

void
lwi_plan_make_batches(struct lwi_plan_build *b);

#endif
