/* check.c - the report of a bootstrap, and the key of a capability. */
#include "base/error.h"
#include "builder/builder.h"
#include "capability/capability.h"

#define KEYING "make a session key"
#define REPORT_MAGIC 0x7be41c93u

/* The public struct, and what it points to. */
struct owned {
    lw_bootstrap_report report; /* first: the public pointer is the block's */
    uint32_t magic;
    struct lwi_arena arena;
};

/* ---- the handshake ---- */

/* Only where nothing speaks against it that was seen from outside. */
static void
shake_hands(struct lwi_builder *b)
{
    const lw_bootstrap_finding *error = lwi_findings_first_error(&b->findings);
    struct lwi_try t = { .b = b, .session = LW_SESSION_NONE };
    lw_worker_metadata facts = { .struct_size = sizeof(facts) };
    lw_worker_config config = lwi_builder_worker_config(b);
    int rc;

    if (!lwi_builder_goes_on(b) ||
        (error != NULL && error->stage == LW_BUILDER_STAGE_CHILD) ||
        (config.toolchain == NULL && config.command == NULL))
        return;
    lwi_output_init(&t.output, b->spec.output_limit);
    lwi_last_words_init(&t.words);
    rc = lwi_try_start(&t);
    if (rc == LW_OK &&
        lw_worker_get_metadata(t.worker, &facts, NULL) == LW_OK) {
        lwi_find(&b->findings, LW_BOOTSTRAP_FOUND, b->child,
                 "the worker %s answers; Lean %s, %s", facts.worker_version,
                 facts.lean_version[0] != '\0' ? facts.lean_version : "none",
                 facts.platform);
        lwi_find_stage(&b->findings, LW_BUILDER_STAGE_HANDSHAKE, LW_OK);
    }
    if (rc == LW_ECANCELLED || rc == LW_ESINK || rc == LW_ENOMEM)
        b->rc = rc;
    lwi_try_end(&t);
    lwi_last_words_fini(&t.words);
    lwi_output_fini(&t.output);
}

/* ---- the report ---- */

static const char *
text_of(struct owned *owned, const char *text)
{
    const char *copy = lwi_arena_text(&owned->arena, text == NULL ? "" : text);

    return copy != NULL ? copy : "";
}

static void
fill(struct owned *owned, struct lwi_builder *b)
{
    lw_bootstrap_report *report = &owned->report;
    lw_bootstrap_finding *items;

    lwi_findings_sort(&b->findings);
    items = lwi_arena_alloc(&b->arena, b->findings.count * sizeof(*items) + 1);
    if (items != NULL)
        memcpy(items, b->findings.items, b->findings.count * sizeof(*items));
    owned->arena = b->arena; /* all texts of findings are there */
    b->arena = (struct lwi_arena){ NULL, false };
    *report = (lw_bootstrap_report){
        .finding_count = b->findings.count,
        .findings = items,
        .errors = b->findings.errors,
        .warnings = b->findings.warnings,
        .truncated = b->findings.truncated,
        .source_count = b->source_count,
        .import_count = b->compiled_count,
    };
    report->project = text_of(owned, b->root);
    report->package =
        text_of(owned, b->has_lakefile ? b->lakefile.package : "");
    report->library =
        text_of(owned, b->library != NULL ? b->library->name : "");
    report->toolchain = text_of(owned, lw_toolchain_get_prefix(b->toolchain));
    report->lean = text_of(owned, lw_toolchain_get_version(b->toolchain));
    report->child = text_of(owned, b->child);
}

static int
publish(lw_bootstrap_report **out, struct lwi_builder *b)
{
    struct owned *owned = lwi_alloc(&lwi_system_allocator, sizeof(*owned));

    if (owned == NULL)
        return lwi_fail(b->err, LW_ENOMEM, b->doing, "out of memory");
    owned->magic = REPORT_MAGIC;
    fill(owned, b);
    if (owned->arena.no_memory) {
        lw_bootstrap_report_destroy(&owned->report);
        return lwi_fail(b->err, LW_ENOMEM, b->doing, "out of memory");
    }
    *out = &owned->report;
    return LW_OK;
}

void
lw_bootstrap_report_destroy(lw_bootstrap_report *report)
{
    struct owned *owned = (struct owned *)report;

    if (!LWI_VALID(owned, REPORT_MAGIC))
        return;
    owned->magic = 0;
    lwi_arena_fini(&owned->arena);
    lwi_free(&lwi_system_allocator, owned);
}

/* ---- the calls ---- */

/* It is too large for a stack that may be small. */
static struct lwi_builder *
new_builder(const char *doing, lw_error *err)
{
    struct lwi_builder *b = lwi_alloc(&lwi_system_allocator, sizeof(*b));

    if (b == NULL)
        lwi_fail(err, LW_ENOMEM, doing, "out of memory");
    return b;
}

int
lw_builder_check(lw_bootstrap_report **out, lw_runtime *runtime,
                 const lw_builder_spec *spec, lw_error *err)
{
    struct lwi_builder *b;
    int rc;

    if (out == NULL)
        return lwi_fail(err, LW_EINVAL, LWI_CHECKING, "out is NULL");
    *out = NULL;
    b = new_builder(LWI_CHECKING, err);
    if (b == NULL)
        return LW_ENOMEM;
    if (lwi_builder_init(b, runtime, spec, LWI_CHECKING, err) == LW_OK)
        lwi_builder_look(b);
    if (b->rc == LW_OK && b->spec.with_handshake)
        shake_hands(b);
    if (lwi_builder_goes_on(b))
        b->rc = publish(out, b);
    rc = b->rc;
    lwi_builder_fini(b);
    lwi_free(&lwi_system_allocator, b);
    return rc;
}

/* The first error as the call's. */
static int
fail_finding(struct lwi_builder *b, const lw_bootstrap_finding *finding)
{
    return lwi_fail(b->err, (lw_status)finding->status, b->doing, "%s",
                    finding->message);
}

int
lw_builder_make_key(lw_session_key **key, const lw_builder_spec *spec,
                    lw_error *err)
{
    const lw_bootstrap_finding *error;
    struct lwi_builder *b;
    int rc;

    if (key == NULL)
        return lwi_fail(err, LW_EINVAL, KEYING, "key is NULL");
    *key = NULL;
    b = new_builder(KEYING, err);
    if (b == NULL)
        return LW_ENOMEM;
    if (lwi_builder_init(b, NULL, spec, KEYING, err) == LW_OK)
        lwi_builder_look(b);
    error = lwi_findings_first_error(&b->findings);
    if (b->rc == LW_OK && error != NULL)
        b->rc = fail_finding(b, error);
    if (b->rc == LW_OK)
        lwi_builder_load_search_path(b);
    if (b->rc == LW_OK)
        lwi_builder_make_session(b);
    if (b->rc == LW_OK)
        lwi_builder_make_capability(b);
    if (b->rc == LW_OK)
        *key = lwi_capability_take_key(b->capability);
    rc = b->rc;
    lwi_builder_fini(b);
    lwi_free(&lwi_system_allocator, b);
    return rc;
}
