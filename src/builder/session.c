/* session.c - from what was found to a session and a capability. */
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "builder/builder.h"
#include "capability/capability.h"

#define SOURCE_LIMIT ((size_t)64 * 1024 * 1024)

lw_worker_config
lwi_builder_worker_config(const struct lwi_builder *b)
{
    lw_worker_config config = b->spec.worker;

    if (config.toolchain == NULL && config.command == NULL)
        config.toolchain = b->toolchain;
    return config;
}

/* ---- the search path ---- */

void
lwi_builder_load_search_path(struct lwi_builder *b)
{
    lw_project_options how = LW_PROJECT_OPTIONS_INIT;
    lw_error err = LW_ERROR_INIT;
    int rc;

    if (b->compiled_count == 0 || !lwi_builder_goes_on(b))
        return;
    how.runtime = b->runtime;
    how.cancel = b->spec.cancel;
    rc = lw_project_load(b->project, b->toolchain, &how, &err);
    if (rc == LW_OK)
        b->search_path =
            lwi_arena_texts(&b->arena, lw_project_get_search_path(b->project));
    else if (rc == LW_ENOMEM)
        lwi_builder_no_memory(b);
}

/* ---- texts ---- */

/* As people know it: below the project. */
static const char *
label_of(const struct lwi_builder *b, const char *path)
{
    size_t size = b->root == NULL ? 0 : strlen(b->root);

    if (size > 0 && strncmp(path, b->root, size) == 0 && path[size] == '/')
        return path + size + 1;
    return path;
}

/* It was readable a moment ago. */
static void
fail_source(struct lwi_builder *b, const lw_plan_module *module)
{
    lwi_find(&b->findings, LW_BOOTSTRAP_UNREADABLE, module->name,
             "cannot read %s: %s", module->path, strerror(errno));
    b->rc = lwi_fail(b->err, LW_EPROJECT, b->doing, "cannot read %s: %s",
                     module->path, strerror(errno));
}

static void
read_source(struct lwi_builder *b, lw_source *source,
            const lw_plan_module *module)
{
    struct lwi_buf buf;
    int rc;

    lwi_buf_init(&buf, &lwi_system_allocator);
    rc = lwi_file_read(&buf, module->path, SOURCE_LIMIT);
    if (rc == LW_ENOMEM)
        lwi_builder_no_memory(b);
    else if (rc != LW_OK)
        fail_source(b, module);
    *source = (lw_source){
        .module = module->name,
        .label = label_of(b, module->path),
        .text = lwi_arena_span(&b->arena, (lw_span){ buf.data, buf.size }),
    };
    lwi_buf_fini(&buf);
}

static const lw_source *
read_sources(struct lwi_builder *b)
{
    lw_source *sources =
        lwi_arena_alloc(&b->arena, b->source_count * sizeof(*sources) + 1);
    size_t i;

    for (i = 0; i < b->source_count && lwi_builder_goes_on(b); i++)
        read_source(b, &sources[i], b->sources[i]);
    return sources;
}

/* ---- the session ---- */

/* The lakefile's, then the caller's; NULL where there are none. */
static const char *const *
join_options(struct lwi_builder *b)
{
    size_t own = b->library == NULL ? 0 : b->library->flags.options.count;
    size_t more = lwi_count_texts(b->spec.options), i;
    const char **options;

    if (own + more == 0)
        return NULL;
    options = lwi_arena_alloc(&b->arena, (own + more + 1) * sizeof(*options));
    if (options == NULL)
        return NULL;
    for (i = 0; i < own; i++)
        options[i] = b->library->flags.options.items[i];
    for (i = 0; i < more; i++)
        options[own + i] = b->spec.options[i];
    return options;
}

void
lwi_builder_make_session(struct lwi_builder *b)
{
    const lw_session_spec empty = LW_SESSION_SPEC_INIT;

    b->session = empty;
    b->has_session = b->source_count > 0 || b->import_count > 0;
    if (!b->has_session || !lwi_builder_goes_on(b))
        return;
    b->session.sources = b->source_count > 0 ? read_sources(b) : NULL;
    b->session.source_count = b->source_count;
    b->session.imports =
        b->import_count > 0 ? (const char *const *)b->imports : NULL;
    b->session.search_path = b->search_path;
    b->session.options = join_options(b);
    b->session.namespaces = b->spec.namespaces;
    lwi_builder_goes_on(b);
}

void
lwi_builder_make_capability(struct lwi_builder *b)
{
    lw_capability_spec spec = LW_CAPABILITY_SPEC_INIT;

    if (!lwi_builder_goes_on(b))
        return;
    spec.worker = lwi_builder_worker_config(b);
    spec.session = b->has_session ? &b->session : NULL;
    spec.project_root = b->root;
    spec.package = b->has_lakefile ? b->lakefile.package : b->spec.package;
    spec.library = b->library != NULL ? b->library->name : b->spec.library;
    spec.metadata = b->spec.metadata;
    b->rc = lw_capability_create(&b->capability, &spec, b->err);
    if (b->rc == LW_OK && b->found != NULL) {
        lwi_capability_own(b->capability, b->found);
        b->found = NULL;
    }
}
