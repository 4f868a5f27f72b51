/* build.c - from a project to a capability, all or nothing. */
#include "base/error.h"
#include "base/utf8.h"
#include "builder/builder.h"

#define FAILURE_MAGIC 0x29d06fb5u

/* The public struct, and what it points to. */
struct owned {
    lw_builder_failure failure; /* first: the public pointer is the block's */
    uint32_t magic;
    struct lwi_arena arena;
};

/* ---- failures ---- */

/* Whatever a tool writes is text from here on: newlines and tabs stay. */
static void
make_text(char *text, size_t size)
{
    size_t at = 0, length;

    while (at < size) {
        length = lwi_utf8_sequence((unsigned char *)text + at, size - at);
        if (length == 0 || text[at] == '\0') {
            text[at] = '?';
            length = 1;
        }
        at += length;
    }
}

/* Where nothing was found, the error itself is the finding. */
static const lw_bootstrap_finding *
finding_of(struct lwi_try *t)
{
    struct lwi_findings *findings = &t->b->findings;
    const lw_bootstrap_finding *error = lwi_findings_first_error(findings);
    const lw_error *err = t->b->err;
    int rc = t->b->rc;

    if (error != NULL)
        return error;
    lwi_find(findings,
             rc == LW_ECANCELLED || rc == LW_ESINK || rc == LW_ETIMEOUT
                 ? LW_BOOTSTRAP_STOPPED
                 : LW_BOOTSTRAP_NO_MEANS,
             "", "%s", err != NULL ? err->message : lw_status_text(rc));
    lwi_find_stage(findings, t->stage, rc);
    return findings->last;
}

/* Where there is no memory for it the failure is NULL: the error stays. */
static void
publish_failure(lw_builder_failure **out, struct lwi_try *t)
{
    lw_span end = lwi_output_end(&t->output);
    const lw_bootstrap_finding *finding = finding_of(t);
    struct owned *owned = lwi_alloc(&lwi_system_allocator, sizeof(*owned));
    char *text = lwi_arena_alloc(&t->b->arena, end.size + 1);

    if (owned == NULL || text == NULL) {
        lwi_free(&lwi_system_allocator, owned);
        return;
    }
    memcpy(text, end.data, end.size);
    make_text(text, end.size);
    owned->magic = FAILURE_MAGIC;
    owned->failure = (lw_builder_failure){
        .stage = finding->stage,
        .finding = *finding,
        .output = { text, end.size },
        .output_bytes = t->output.total,
    };
    owned->arena = t->b->arena;
    t->b->arena = (struct lwi_arena){ NULL, false };
    *out = &owned->failure;
}

void
lw_builder_failure_destroy(lw_builder_failure *failure)
{
    struct owned *owned = (struct owned *)failure;

    if (!LWI_VALID(owned, FAILURE_MAGIC))
        return;
    owned->magic = 0;
    lwi_arena_fini(&owned->arena);
    lwi_free(&lwi_system_allocator, owned);
}

/* ---- stages ---- */

/* All that can be seen from outside, before anything is started. */
static int
look(struct lwi_try *t)
{
    struct lwi_builder *b = t->b;
    const lw_bootstrap_finding *error;
    int rc = lwi_try_enter(t, LW_BUILDER_STAGE_PROJECT, b->spec.project_root);

    if (rc != LW_OK)
        return rc;
    lwi_builder_look(b);
    error = lwi_findings_first_error(&b->findings);
    if (b->rc != LW_OK)
        return b->rc;
    if (error != NULL) {
        t->stage = error->stage;
        return lwi_fail(b->err, (lw_status)error->status, b->doing, "%s",
                        error->message);
    }
    return lwi_try_leave(t, b->spec.project_root);
}

static int
make_session(struct lwi_try *t)
{
    lwi_builder_make_session(t->b);
    return t->b->rc;
}

static int
make_capability(struct lwi_try *t)
{
    lwi_builder_make_capability(t->b);
    return t->b->rc;
}

static int
run(struct lwi_try *t)
{
    static int (*const stages[])(struct lwi_try *) = {
        look,           lwi_try_build,   make_session,
        lwi_try_start,  lwi_try_session, lwi_try_metadata,
        lwi_try_doctor, make_capability,
    };
    size_t i;
    int rc = LW_OK;

    for (i = 0; rc == LW_OK && i < LWI_COUNT(stages); i++)
        rc = stages[i](t);
    t->b->rc = rc;
    return rc;
}

/* ---- the call ---- */

/* The worker is the caller's now, and nobody listens to it any more. */
static lw_worker *
take_worker(struct lwi_try *t)
{
    lw_worker *worker = t->worker;

    t->worker = NULL;
    lwi_observer_move(worker, NULL);
    return worker;
}

static int
build(lw_capability **capability, lw_worker **worker, struct lwi_builder *b,
      lw_builder_failure **failure)
{
    struct lwi_try t = { .b = b, .session = LW_SESSION_NONE };
    int rc;

    lwi_output_init(&t.output, b->spec.output_limit);
    lwi_last_words_init(&t.words);
    rc = run(&t);
    if (rc == LW_OK) {
        *capability = b->capability;
        b->capability = NULL;
        if (worker != NULL)
            *worker = take_worker(&t);
    }
    lwi_try_end(&t);
    if (rc != LW_OK && failure != NULL)
        publish_failure(failure, &t);
    lwi_last_words_fini(&t.words);
    lwi_output_fini(&t.output);
    return rc;
}

int
lw_builder_build(lw_capability **capability, lw_worker **worker,
                 lw_runtime *runtime, const lw_builder_spec *spec,
                 lw_builder_failure **failure, lw_error *err)
{
    lw_error own = LW_ERROR_INIT;
    struct lwi_builder *b;
    int rc;

    if (worker != NULL)
        *worker = NULL;
    if (failure != NULL)
        *failure = NULL;
    if (capability == NULL || runtime == NULL)
        return lwi_fail(err, LW_EINVAL, LWI_BUILDING,
                        "it needs a runtime, and a capability to fill in");
    *capability = NULL;
    b = lwi_alloc(&lwi_system_allocator, sizeof(*b));
    if (b == NULL)
        return lwi_fail(err, LW_ENOMEM, LWI_BUILDING, "out of memory");
    rc = lwi_builder_init(b, runtime, spec, LWI_BUILDING,
                          err != NULL ? err : &own);
    if (rc == LW_OK)
        rc = build(capability, worker, b, failure);
    lwi_builder_fini(b);
    lwi_free(&lwi_system_allocator, b);
    return rc;
}
