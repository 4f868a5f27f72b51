/*
 * builder.h - one call of lw_builder_check, _build or _make_key.
 *
 *     project ──► toolchain ──► lakefile ──► modules ──► session
 *        │            │             │           │           │
 *        └────────────┴── what is wrong with them: findings ┘
 *
 * All three calls look at the same things in the same way (look.c): a check
 * publishes the findings, the others fail with the first error among them. A
 * build then runs the stages (stages.c).
 *
 * One thread. `rc` is the first failure that is not about the project: no
 * memory, a cancel. After it the looks do nothing.
 */
#ifndef LWI_BUILDER_H
#define LWI_BUILDER_H

#include <lean_worker/builder.h>
#include <lean_worker/plan.h>
#include <lean_worker/project.h>

#include "base/buf.h"
#include "base/strings.h"
#include "builder/findings.h"
#include "builder/output.h"
#include "capability/arena.h"
#include "project/lakefile.h"

#define LWI_CHECKING "check a bootstrap"
#define LWI_BUILDING "build a capability"

struct lwi_builder {
    lw_builder_spec spec; /* texts are the caller's */
    const char *doing;
    lw_error *err;
    int rc;
    struct lwi_arena arena;
    struct lwi_findings findings;
    lw_runtime *runtime; /* the caller's, or ours */
    bool runtime_is_ours;

    const char *root; /* absolute, without links; NULL: none, or missing */
    lw_project *project;
    lw_toolchain *found;           /* ours, unless the capability took it */
    const lw_toolchain *toolchain; /* NULL: none is known, or wanted */
    struct lwi_lakefile lakefile;
    bool has_lakefile;
    const struct lwi_lake_library *library; /* of the lakefile */
    char *child;                            /* the program; NULL: not found */
    lw_plan *plan;

    /* modules.c: what a session has. In the arena. */
    const lw_plan_module **sources; /* imports first */
    size_t source_count;
    const char **imports; /* to open, and no sources; NULL at the end */
    size_t import_count;
    const char **compiled; /* to be built before; NULL at the end */
    const lw_plan_module **compiled_modules; /* the same */
    size_t compiled_count;

    /* session.c */
    bool has_session;
    lw_session_spec session;
    const char *const *search_path; /* NULL: the toolchain's */
    lw_capability *capability;
};

/* Copies the spec, checked. LW_OK or LW_EINVAL. */
int
lwi_builder_init(struct lwi_builder *b, lw_runtime *runtime,
                 const lw_builder_spec *spec, const char *doing, lw_error *err);

void
lwi_builder_fini(struct lwi_builder *b);

/* False as well where the caller wants it to end, or memory has ended. */
bool
lwi_builder_goes_on(struct lwi_builder *b);

void
lwi_builder_no_memory(struct lwi_builder *b);

/* A text of the arena; NULL is a failure. */
const char *
lwi_builder_printf(struct lwi_builder *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ---- looks: each adds findings; look.c has their order ---- */

void
lwi_builder_look(struct lwi_builder *b);

/* look_project.c */
void
lwi_look_root(struct lwi_builder *b);
void
lwi_look_lakefile(struct lwi_builder *b);
void
lwi_look_packages(struct lwi_builder *b);

/* look_toolchain.c */
void
lwi_look_toolchain(struct lwi_builder *b);

/* modules.c */
void
lwi_look_modules(struct lwi_builder *b);

/* look_build.c */
void
lwi_look_build(struct lwi_builder *b);

/* look_child.c */
void
lwi_look_child(struct lwi_builder *b);

/* look_metadata.c */
void
lwi_look_expectation(struct lwi_builder *b);

/* ---- what comes of it ---- */

/* session.c: where the compiled modules are, once they are there. One that is
 * not built has none. */
void
lwi_builder_load_search_path(struct lwi_builder *b);

/* The session's spec, once the search path is known. */
void
lwi_builder_make_session(struct lwi_builder *b);

/* The capability, not yet anybody's: b->capability. The same file. */
void
lwi_builder_make_capability(struct lwi_builder *b);

/* The worker's configuration, with the host that was found. */
lw_worker_config
lwi_builder_worker_config(const struct lwi_builder *b);

/* ---- trying.c: a worker, stage by stage ---- */

/* What a stage of a running worker found to be wrong is put to the findings;
 * `rc` of the call is what each gives. */
struct lwi_try {
    struct lwi_builder *b;
    struct lwi_output output; /* of the tool that failed */
    struct lwi_last_words words;
    lw_worker *worker;
    lw_session session;
    lw_builder_stage stage; /* that is in progress */
    int64_t since;
};

/* Tells the caller that a stage begins; LW_OK, or LW_ESINK with b->rc. */
int
lwi_try_enter(struct lwi_try *t, lw_builder_stage stage, const char *subject);

/* And that it is done. */
int
lwi_try_leave(struct lwi_try *t, const char *subject);

/* Starts the worker, and hears it. */
int
lwi_try_start(struct lwi_try *t);

/* Opens the session; metadata; doctor. */
int
lwi_try_session(struct lwi_try *t);
int
lwi_try_metadata(struct lwi_try *t);
int
lwi_try_doctor(struct lwi_try *t);

/* Ends the worker, if there is one, and keeps what it wrote on stderr. */
void
lwi_try_end(struct lwi_try *t);

/* build_stage.c: compiles what sessions import. */
int
lwi_try_build(struct lwi_try *t);

#endif
