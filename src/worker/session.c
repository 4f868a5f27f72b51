/* session.c - lw_worker_open_session: imports, and sources on top of them. */
#include <stdio.h>

#include "worker/imports.h"
#include "worker/sinks.h"
#include "worker/texts.h"

#define DOING "open a session"

/* So many sources are no mistake. */
#define SOURCES_MAX 1024u

/* Messages about sources are cut by the child at this sum. */
#define DIAGNOSTIC_BYTES (UINT32_C(1024) * 1024)

/* No answer comes back: any will do but 0. */
#define PRELOAD_TAG UINT64_C(1)

/* What one request keeps until its end. */
struct opening {
    struct lwi_listener listener;
    lw_session *out;
    lw_session session;
};

_Static_assert(sizeof(struct opening) <= LWI_CALL_USER, "it is copied");

static enum lwi_taken
take_event(uint8_t type, uint16_t stream, const union lwi_any_message *event,
           void *user)
{
    const struct opening *o = user;

    (void)stream;
    return lwi_sinks_pass(&o->listener, type, event);
}

static bool
is_plausible(const union lwi_any_message *answer, void *user)
{
    (void)user;
    return answer->session_opened.session != 0 &&
           lwi_is_flag(answer->session_opened.reused) &&
           lwi_is_flag(answer->session_opened.preloaded);
}

static int
keep(lw_worker *worker, const union lwi_any_message *answer, void *user)
{
    const struct lwi_msg_session_opened *opened = &answer->session_opened;
    struct opening *o = user;

    o->session = (lw_session){
        .generation = worker->generation,
        .number = opened->session,
        .reused = opened->reused != 0,
        .preloaded = opened->preloaded != 0,
        .modules = opened->modules,
        .elapsed_us = opened->elapsed_us,
        .heap_before_kib = opened->heap_before_kib,
        .heap_after_kib = opened->heap_after_kib,
        .mapped_kib = opened->mapped_kib,
        .private_kib = opened->private_kib,
    };
    return LW_OK;
}

static int
finish(int rc, void *user, lw_error *err)
{
    struct opening *o = user;

    (void)err;
    if (rc == LW_OK)
        *o->out = o->session;
    return rc;
}

/* ---- the spec ---- */

static void
check_header(struct lwi_spec_check *check, const lw_session_spec *spec)
{
    const lw_header *header = spec->header;

    if (header == NULL) {
        lwi_imports_check(check, spec->imports);
        return;
    }
    if (header->error_line != 0)
        lwi_spec_fault(check, "header has an error on line %u",
                       header->error_line);
    if (spec->imports != NULL)
        lwi_spec_fault(check, "imports are given, and a header as well");
}

static void
check_source(struct lwi_spec_check *check, const lw_session_spec *spec,
             size_t index)
{
    const lw_source *source = &spec->sources[index];
    char member[64];
    size_t i;

    snprintf(member, sizeof(member), "sources[%zu].module", index);
    lwi_spec_module(check, member, source->module);
    for (i = 0; check->rc == LW_OK && i < index; i++)
        if (strcmp(spec->sources[i].module, source->module) == 0)
            lwi_spec_fault(check, "%s is that of sources[%zu]", member, i);
    snprintf(member, sizeof(member), "sources[%zu].label", index);
    lwi_spec_string(check, member, source->label);
    snprintf(member, sizeof(member), "sources[%zu].text", index);
    lwi_spec_text(check, member, source->text);
}

static int
check_members(const lw_session_spec *spec, lw_error *err)
{
    struct lwi_spec_check check = { DOING, err, LW_OK };
    size_t i;

    check_header(&check, spec);
    lwi_spec_strings(&check, "search_path", spec->search_path);
    lwi_spec_strings(&check, "options", spec->options);
    lwi_spec_strings(&check, "namespaces", spec->namespaces);
    if (spec->source_count > 0 && spec->sources == NULL)
        lwi_spec_fault(&check, "sources is NULL and source_count is not 0");
    if (spec->source_count > SOURCES_MAX)
        lwi_spec_fault(&check, "more than %u sources", SOURCES_MAX);
    for (i = 0; check.rc == LW_OK && i < spec->source_count; i++)
        check_source(&check, spec, i);
    return check.rc;
}

static int
check_spec(const lw_worker *worker, const lw_session *session,
           const lw_session_spec *spec, const lw_sinks *sinks, lw_error *err)
{
    struct lwi_spec_check check = { DOING, err, LW_OK };

    check.rc = lwi_worker_check_handle(worker, DOING, err);
    if (session == NULL || spec == NULL || spec->struct_size != sizeof(*spec))
        lwi_spec_fault(&check, "it needs a session to fill in and "
                               "LW_SESSION_SPEC_INIT");
    if (check.rc == LW_OK)
        check.rc = lwi_sinks_check(sinks, DOING, err);
    return check.rc == LW_OK ? check_members(spec, err) : check.rc;
}

/* ---- the message ---- */

/* The folders to search: the caller's, or those of the toolchain. */
static const char *const *
search_path(const lw_worker *worker, const lw_session_spec *spec)
{
    return spec->search_path != NULL
               ? spec->search_path
               : (const char *const *)worker->config.search_path;
}

static void
put_sources(struct lwi_msg_open_session *message, const lw_session_spec *spec,
            struct lwi_lists *lists)
{
    uint32_t count = (uint32_t)spec->source_count, i;
    lw_span *modules, *labels, *texts;

    if (count == 0)
        return;
    modules = lwi_lists_array(lists, count);
    labels = lwi_lists_array(lists, count);
    texts = lwi_lists_array(lists, count);
    if (lists->no_memory)
        return;
    for (i = 0; i < count; i++) {
        const lw_source *source = &spec->sources[i];

        modules[i] = lwi_span_of(source->module);
        labels[i] =
            source->label == NULL ? modules[i] : lwi_span_of(source->label);
        texts[i] = source->text;
    }
    message->source_modules = (struct lwi_texts){ count, { NULL, 0 }, modules };
    message->source_labels = (struct lwi_texts){ count, { NULL, 0 }, labels };
    message->source_texts = (struct lwi_texts){ count, { NULL, 0 }, texts };
}

static struct lwi_msg_open_session
make_message(const lw_worker *worker, const lw_session_spec *spec,
             const struct lwi_imports *imports, struct lwi_lists *lists)
{
    const lw_header *header = spec->header;
    struct lwi_msg_open_session message = {
        .key = { imports->key.data, imports->key.size },
        .imports = { .count = (uint32_t)imports->count,
                     .items = imports->items },
        .search_path = lwi_lists_add(lists, search_path(worker, spec)),
        .options = lwi_lists_add(lists, spec->options),
        .namespaces = lwi_lists_add(lists, spec->namespaces),
        .diagnostic_bytes = DIAGNOSTIC_BYTES,
    };

    if (header != NULL) {
        message.key = header->key;
        message.is_module = header->is_module;
        message.imports =
            (struct lwi_texts){ .count = (uint32_t)header->import_count,
                                .items = header->imports };
    }
    put_sources(&message, spec, lists);
    return message;
}

int
lw_worker_open_session(lw_worker *worker, lw_session *session,
                       const lw_session_spec *spec, const lw_sinks *sinks,
                       const lw_request_options *options, lw_error *err)
{
    struct opening o = { .out = session };
    struct lwi_msg_open_session message;
    struct lwi_call call = { .doing = DOING,
                             .type = LWI_MSG_OPEN_SESSION,
                             .answer_type = LWI_MSG_SESSION_OPENED,
                             .message = &message,
                             .options = options,
                             .event = take_event,
                             .plausible = is_plausible,
                             .keep = keep,
                             .finish = finish,
                             .user = &o,
                             .user_size = sizeof(o) };
    const lw_allocator *allocator;
    struct lwi_imports imports;
    struct lwi_lists lists;
    int rc = check_spec(worker, session, spec, sinks, err);

    if (rc != LW_OK)
        return rc;
    allocator = lwi_runtime_allocator(worker->runtime);
    lwi_listener_init(&o.listener, worker, sinks);
    lwi_lists_init(&lists, allocator);
    rc = lwi_imports_init(&imports, allocator, spec->imports);
    if (rc == LW_OK)
        message = make_message(worker, spec, &imports, &lists);
    rc = rc != LW_OK || lists.no_memory
             ? lwi_fail(err, LW_ENOMEM, DOING, "out of memory")
             : lwi_call_run(worker, &call, err);
    lwi_lists_fini(&lists);
    lwi_imports_fini(&imports);
    return rc;
}

/* ---- in advance ---- */

static int
append_frame(struct lwi_buf *frames, const struct lwi_msg_open_session *message)
{
    size_t size = lwi_message_body_size(LWI_MSG_OPEN_SESSION, message);
    uint8_t *at;

    if (size > LWI_FRAME_LIMIT_DEFAULT ||
        lwi_buf_reserve(frames, LWI_HEADER_SIZE + size) != LW_OK)
        return LW_ENOMEM;
    at = (uint8_t *)frames->data + frames->size;
    lwi_wire_put_header(at, LWI_MSG_OPEN_SESSION, 0, PRELOAD_TAG,
                        (uint32_t)size);
    lwi_message_encode_body(LWI_MSG_OPEN_SESSION, message,
                            at + LWI_HEADER_SIZE);
    frames->size += LWI_HEADER_SIZE + size;
    return LW_OK;
}

int
lwi_session_put_frame(struct lwi_buf *frames, const lw_worker *worker,
                      const lw_session_spec *spec, lw_error *err)
{
    const lw_allocator *allocator = lwi_runtime_allocator(worker->runtime);
    struct lwi_msg_open_session message;
    struct lwi_imports imports;
    struct lwi_lists lists;
    int rc;

    if (spec->struct_size != sizeof(*spec))
        return lwi_fail(err, LW_EINVAL, DOING, "it needs LW_SESSION_SPEC_INIT");
    rc = check_members(spec, err);
    if (rc != LW_OK)
        return rc;
    lwi_lists_init(&lists, allocator);
    rc = lwi_imports_init(&imports, allocator, spec->imports);
    if (rc == LW_OK)
        message = make_message(worker, spec, &imports, &lists);
    if (rc == LW_OK)
        rc = lists.no_memory ? LW_ENOMEM : append_frame(frames, &message);
    if (rc != LW_OK)
        lwi_fail(err, rc, DOING, "out of memory");
    lwi_lists_fini(&lists);
    lwi_imports_fini(&imports);
    return rc;
}
