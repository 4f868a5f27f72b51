/* capability.c - what a caller of a pool needs. */
#include "capability/capability.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>

#include "base/error.h"
#include "base/fnv.h"
#include "base/strings.h"
#include "capability/arena.h"
#include "toolchain/fingerprint.h"
#include "worker/zygote.h"

#define MAKING "make a capability"
#define CAPABILITY_MAGIC 0x31f8c6adu

struct lw_capability {
    uint32_t magic;
    atomic_uint references;
    struct lwi_arena arena; /* all that the spec points to */
    lw_capability_spec spec;
    lw_session_key *key;
    lw_toolchain *found; /* where the spec names no host */
};

/* ---- copying ---- */

static const lw_header *
copy_header(struct lwi_arena *arena, const lw_header *from)
{
    lw_header *copy = lwi_arena_alloc(arena, sizeof(*copy));
    lw_span *imports =
        lwi_arena_alloc(arena, from->import_count * sizeof(*imports));
    size_t i;

    if (copy == NULL || imports == NULL)
        return NULL;
    *copy = *from;
    for (i = 0; i < from->import_count; i++)
        imports[i] = lwi_arena_span(arena, from->imports[i]);
    copy->imports = imports;
    copy->key = lwi_arena_span(arena, from->key);
    copy->error = lwi_arena_span(arena, from->error);
    return copy;
}

static const lw_source *
copy_sources(struct lwi_arena *arena, const lw_source *from, size_t count)
{
    lw_source *copy = lwi_arena_alloc(arena, count * sizeof(*copy));
    size_t i;

    for (i = 0; copy != NULL && i < count; i++) {
        copy[i].module = lwi_arena_text(arena, from[i].module);
        copy[i].label = lwi_arena_text(arena, from[i].label);
        copy[i].text = lwi_arena_span(arena, from[i].text);
    }
    return copy;
}

static const lw_session_spec *
copy_session(struct lwi_arena *arena, const lw_session_spec *from)
{
    lw_session_spec *copy = lwi_arena_alloc(arena, sizeof(*copy));

    if (copy == NULL)
        return NULL;
    *copy = *from;
    copy->header =
        from->header == NULL ? NULL : copy_header(arena, from->header);
    copy->imports = lwi_arena_texts(arena, from->imports);
    copy->search_path = lwi_arena_texts(arena, from->search_path);
    copy->options = lwi_arena_texts(arena, from->options);
    copy->namespaces = lwi_arena_texts(arena, from->namespaces);
    copy->sources = copy_sources(arena, from->sources, from->source_count);
    return copy;
}

static void
copy_worker(struct lwi_arena *arena, lw_worker_config *config)
{
    lw_restart_policy *policy = NULL;

    config->command = lwi_arena_texts(arena, config->command);
    config->environment = lwi_arena_texts(arena, config->environment);
    config->libraries = lwi_arena_texts(arena, config->libraries);
    config->working_directory =
        lwi_arena_text(arena, config->working_directory);
    config->expected_lean = lwi_arena_text(arena, config->expected_lean);
    config->snapshots = lwi_arena_text(arena, config->snapshots);
    if (config->policy != NULL)
        policy = lwi_arena_alloc(arena, sizeof(*policy));
    if (policy != NULL)
        *policy = *config->policy;
    config->policy = policy;
}

static void
copy_spec(lw_capability *capability, const lw_capability_spec *from)
{
    struct lwi_arena *arena = &capability->arena;
    lw_capability_spec *spec = &capability->spec;

    *spec = *from;
    copy_worker(arena, &spec->worker);
    spec->worker.fork_server = lwi_zygote_retain(spec->worker.fork_server);
    if (from->session != NULL)
        spec->session = copy_session(arena, from->session);
    spec->project_root = lwi_arena_text(arena, from->project_root);
    spec->package = lwi_arena_text(arena, from->package);
    spec->library = lwi_arena_text(arena, from->library);
    spec->metadata.export_name =
        lwi_arena_text(arena, from->metadata.export_name);
    spec->metadata.request = lwi_arena_span(arena, from->metadata.request);
    spec->metadata.expected = lwi_arena_span(arena, from->metadata.expected);
}

/* ---- the key ---- */

/* What the key has besides the seed's parts: a list of "name value". */
static int
add(struct lwi_strings *more, const char *name, const char *value)
{
    char *text = NULL;
    int rc;

    if (value == NULL)
        return LW_OK;
    if (asprintf(&text, "%s %s", name, value) < 0)
        return LW_ENOMEM;
    rc = lwi_strings_add(more, text);
    free(text);
    return rc;
}

static int
add_all(struct lwi_strings *more, const char *name, const char *const *values)
{
    int rc = LW_OK;

    for (; rc == LW_OK && values != NULL && *values != NULL; values++)
        rc = add(more, name, *values);
    return rc;
}

static int
add_number(struct lwi_strings *more, const char *name, uint64_t value)
{
    char text[32];

    snprintf(text, sizeof(text), "%" PRIu64, value);
    return add(more, name, text);
}

/* Texts go in whole: two sources are never taken for one. */
static int
add_session(struct lwi_strings *more, const lw_session_spec *session)
{
    int rc = LW_OK;
    size_t i;

    if (session == NULL)
        return add(more, "session", "none");
    if (session->header != NULL)
        rc = add(more, "header", session->header->key.data);
    if (rc == LW_OK)
        rc = add_all(more, "path", session->search_path);
    if (rc == LW_OK)
        rc = add_all(more, "option", session->options);
    if (rc == LW_OK)
        rc = add_all(more, "open", session->namespaces);
    for (i = 0; rc == LW_OK && i < session->source_count; i++) {
        rc = add(more, "module", session->sources[i].module);
        if (rc == LW_OK)
            rc = add(more, "label", session->sources[i].label);
        if (rc == LW_OK)
            rc = add(more, "text", session->sources[i].text.data);
    }
    return rc;
}

/* What replaces the child, and how often it may be. */
static int
add_policy(struct lwi_strings *more, const lw_restart_policy *policy)
{
    const struct {
        const char *name;
        uint64_t value;
    } numbers[] = {
        { "max_requests", policy->max_requests },
        { "max_imports", policy->max_imports },
        { "max_import_kib", policy->max_import_kib },
        { "max_rss_kib", policy->max_rss_kib },
        { "max_pss_kib", policy->max_pss_kib },
        { "idle_ms", policy->idle_ms },
        { "max_restarts", policy->max_restarts },
        { "restart_window_ms", policy->restart_window_ms },
        { "keep_sessions", policy->keep_sessions },
    };
    int rc = LW_OK;
    size_t i;

    for (i = 0; rc == LW_OK && i < LWI_COUNT(numbers); i++)
        rc = add_number(more, numbers[i].name, numbers[i].value);
    return rc;
}

/* Their files as well: one that was built anew is another. */
static int
add_libraries(struct lwi_strings *more, const char *const *libraries)
{
    int rc = add_all(more, "library", libraries);

    for (; rc == LW_OK && libraries != NULL && *libraries != NULL; libraries++)
        rc = add_number(more, "library_file",
                        lwi_fingerprint_file(LWI_FNV_INIT, "", *libraries));
    return rc;
}

static int
add_worker(struct lwi_strings *more, const lw_worker_config *worker)
{
    int rc = add_all(more, "command", worker->command);

    if (rc == LW_OK)
        rc = add_all(more, "env", worker->environment);
    if (rc == LW_OK)
        rc = add_libraries(more, worker->libraries);
    if (rc == LW_OK)
        rc = add(more, "cwd", worker->working_directory);
    if (rc == LW_OK)
        rc = add(more, "lean", worker->expected_lean);
    if (rc == LW_OK)
        rc = add(more, "snapshots", worker->snapshots);
    if (rc == LW_OK)
        rc = add_number(more, "rss", worker->rss_limit_kib);
    if (rc == LW_OK)
        rc = add_number(more, "frame", worker->frame_limit);
    if (rc == LW_OK)
        rc = add_number(more, "ring", worker->ring_bytes);
    if (rc == LW_OK)
        rc = add_number(more, "startup_ms", worker->startup_timeout_ms);
    if (rc == LW_OK)
        rc = add_number(more, "grace_ms", worker->cancel_grace_ms);
    if (rc == LW_OK && worker->fork_server != NULL)
        rc = add_number(more, "fork_server",
                        lwi_zygote_number(worker->fork_server));
    if (rc == LW_OK && worker->policy != NULL)
        rc = add_policy(more, worker->policy);
    return rc;
}

static int
make_key(lw_capability *capability, lw_error *err)
{
    const lw_capability_spec *spec = &capability->spec;
    lw_session_key_spec key = LW_SESSION_KEY_SPEC_INIT;
    char fingerprint[LWI_FINGERPRINT_SIZE];
    struct lwi_strings more = { NULL, 0, 0 };
    int rc = add_worker(&more, &spec->worker);

    if (rc == LW_OK)
        rc = add_session(&more, spec->session);
    if (rc != LW_OK) {
        lwi_strings_fini(&more);
        return lwi_fail(err, LW_ENOMEM, MAKING, "out of memory");
    }
    lwi_toolchain_fingerprint(spec->worker.toolchain, fingerprint);
    key.project_root = spec->project_root;
    key.package = spec->package;
    key.library = spec->library;
    key.imports = spec->session != NULL ? spec->session->imports : NULL;
    key.metadata = spec->metadata;
    key.toolchain = fingerprint;
    key.policy_class =
        spec->worker.policy != NULL ? LW_POLICY_CUSTOM : LW_POLICY_DEFAULT;
    key.more = (const char *const *)more.items;
    rc = lw_session_key_create(&capability->key, &key, err);
    lwi_strings_fini(&more);
    return rc;
}

/* ---- life ---- */

/* The key tells texts apart as strings; no worker takes a NUL in one either. */
static int
check_sources(const lw_session_spec *session, lw_error *err)
{
    size_t count = session != NULL ? session->source_count : 0, i;

    for (i = 0; i < count; i++) {
        lw_span text = session->sources[i].text;

        if (text.size > 0 &&
            (text.data == NULL || memchr(text.data, 0, text.size) != NULL))
            return lwi_fail(err, LW_EINVAL, MAKING,
                            "session.sources[%zu].text %s", i,
                            text.data == NULL ? "is NULL and has a size"
                                              : "has a NUL byte");
    }
    return LW_OK;
}

/* Where no host is named: the Lean that is found now, for all its workers. */
static int
find_toolchain(lw_capability *capability, lw_error *err)
{
    lw_worker_config *worker = &capability->spec.worker;
    int rc = LW_OK;

    if (worker->toolchain == NULL && worker->command == NULL)
        rc = lw_toolchain_find(&capability->found, NULL, err);
    if (capability->found != NULL)
        worker->toolchain = capability->found;
    return rc;
}

int
lw_capability_create(lw_capability **out, const lw_capability_spec *spec,
                     lw_error *err)
{
    lw_capability *capability;
    int rc = LW_OK;

    if (out == NULL || spec == NULL || spec->struct_size != sizeof(*spec) ||
        spec->worker.struct_size != sizeof(spec->worker) ||
        (spec->session != NULL &&
         spec->session->struct_size != sizeof(*spec->session)))
        return lwi_fail(err, LW_EINVAL, MAKING,
                        "it needs a capability to fill in and specs from "
                        "LW_CAPABILITY_SPEC_INIT and LW_SESSION_SPEC_INIT");
    *out = NULL;
    rc = check_sources(spec->session, err);
    if (rc != LW_OK)
        return rc;
    capability = lwi_alloc(&lwi_system_allocator, sizeof(*capability));
    if (capability == NULL)
        return lwi_fail(err, LW_ENOMEM, MAKING, "out of memory");
    capability->magic = CAPABILITY_MAGIC;
    atomic_init(&capability->references, 1);
    copy_spec(capability, spec);
    if (capability->arena.no_memory)
        rc = lwi_fail(err, LW_ENOMEM, MAKING, "out of memory");
    if (rc == LW_OK)
        rc = find_toolchain(capability, err);
    if (rc == LW_OK)
        rc = make_key(capability, err);
    if (rc == LW_OK)
        *out = capability;
    else
        lw_capability_destroy(capability);
    return rc;
}

lw_capability *
lwi_capability_retain(lw_capability *capability)
{
    atomic_fetch_add(&capability->references, 1);
    return capability;
}

void
lw_capability_destroy(lw_capability *capability)
{
    if (!LWI_VALID(capability, CAPABILITY_MAGIC) ||
        atomic_fetch_sub(&capability->references, 1) > 1)
        return;
    capability->magic = 0;
    lw_session_key_destroy(capability->key);
    lwi_zygote_release(capability->spec.worker.fork_server);
    lwi_arena_fini(&capability->arena);
    lw_toolchain_destroy(capability->found);
    lwi_free(&lwi_system_allocator, capability);
}

int
lwi_capability_check(const lw_capability *capability, const char *doing,
                     lw_error *err)
{
    if (LWI_VALID(capability, CAPABILITY_MAGIC))
        return LW_OK;
    return lwi_fail(err, LW_EBADHANDLE, doing, "not a live capability");
}

static bool
same_texts(const struct lwi_strings *a, const struct lwi_strings *b)
{
    size_t i;

    for (i = 0; a->count == b->count && i < a->count; i++) {
        if (strcmp(a->items[i], b->items[i]) != 0)
            return false;
    }
    return a->count == b->count;
}

bool
lwi_capability_same_worker(const lw_capability *a, const lw_capability *b)
{
    struct lwi_strings of_a = { NULL, 0, 0 }, of_b = { NULL, 0, 0 };
    bool same = add_worker(&of_a, &a->spec.worker) == LW_OK &&
                add_worker(&of_b, &b->spec.worker) == LW_OK &&
                same_texts(&of_a, &of_b) &&
                strcmp(lw_session_key_get_toolchain(a->key),
                       lw_session_key_get_toolchain(b->key)) == 0 &&
                lw_session_key_get_policy_class(a->key) ==
                    lw_session_key_get_policy_class(b->key);

    lwi_strings_fini(&of_a);
    lwi_strings_fini(&of_b);
    return same;
}

const lw_capability_spec *
lwi_capability_spec(const lw_capability *capability)
{
    return &capability->spec;
}

const lw_session_key *
lw_capability_get_key(const lw_capability *capability)
{
    return LWI_VALID(capability, CAPABILITY_MAGIC) ? capability->key : NULL;
}

void
lwi_capability_own(lw_capability *capability, lw_toolchain *toolchain)
{
    capability->found = toolchain;
}

lw_session_key *
lwi_capability_take_key(lw_capability *capability)
{
    lw_session_key *key = capability->key;

    capability->key = NULL;
    return key;
}
