/*
 * requests.c - the requests of a worker, each as one call.
 *
 * A function here turns the public struct into the message, runs the call,
 * and turns the answer back. What a request means is the child's business.
 */
#include "base/text.h"
#include "proto/utf8.h"
#include "worker/call.h"
#include "worker/sinks.h"

/* A list to send, from an array of strings with NULL at its end. */
static int
texts_init(struct lwi_texts *texts, lw_span **items,
           const lw_allocator *allocator, const char *const *strings)
{
    uint32_t count = 0, i;

    while (strings != NULL && strings[count] != NULL)
        count++;
    *items = lwi_alloc_array(allocator, count, sizeof(**items));
    if (*items == NULL)
        return LW_ENOMEM;
    for (i = 0; i < count; i++)
        (*items)[i] = lwi_span_of(strings[i]);
    *texts = (struct lwi_texts){ .count = count, .items = *items };
    return LW_OK;
}

/* A Lean file as Lean can take it. */
static int
check_source(lw_span source, const char *doing, lw_error *err)
{
    const char *nul =
        source.size > 0 ? memchr(source.data, 0, source.size) : NULL;
    size_t valid = lwi_utf8_valid_prefix(source.data, source.size);

    if (valid < source.size)
        return lwi_fail(err, LW_EINVAL, doing,
                        "the source is not UTF-8 at byte %zu", valid);
    if (nul != NULL)
        return lwi_fail(err, LW_EINVAL, doing,
                        "the source has a NUL at byte %zu",
                        (size_t)(nul - source.data));
    return LW_OK;
}

/* ---- ping ---- */

static bool
is_echo(const union lwi_any_message *answer, void *user)
{
    const lw_span *sent = user;
    lw_span came = answer->pong.payload;

    return came.size == sent->size &&
           (came.size == 0 || memcmp(came.data, sent->data, came.size) == 0);
}

int
lw_worker_ping(lw_worker *worker, lw_span payload,
               const lw_request_options *options, lw_error *err)
{
    struct lwi_msg_ping message = { payload };
    struct lwi_call call = { .doing = "ping a worker",
                             .type = LWI_MSG_PING,
                             .answer_type = LWI_MSG_PONG,
                             .message = &message,
                             .options = options,
                             .plausible = is_echo,
                             .user = &payload };
    int rc = lwi_worker_check_handle(worker, call.doing, err);

    return rc == LW_OK ? lwi_call_run(worker, &call, err) : rc;
}

/* ---- header ---- */

/*
 * A header and all that it points to, in one block:
 *
 *     | struct owned_header | spans of imports | key, imports, error |
 */
struct owned_header {
    lw_header header; /* first: the public pointer is the block's */
    lw_allocator allocator;
    lw_span imports[];
};

/* Copies the bytes of a span to *to and moves *to behind them. */
static lw_span
keep(char **to, lw_span from)
{
    lw_span kept = { *to, from.size };

    if (from.size > 0)
        memcpy(*to, from.data, from.size);
    *to += from.size;
    return kept;
}

static lw_header *
header_create(const lw_allocator *allocator, const struct lwi_msg_header *from)
{
    size_t spans = from->imports.count * sizeof(lw_span);
    struct owned_header *owned =
        lwi_alloc(allocator, sizeof(*owned) + spans + from->key.size +
                                 from->imports.packed.size + from->error.size);
    size_t at = 0, i;
    lw_span next;
    char *to;

    if (owned == NULL)
        return NULL;
    to = (char *)owned->imports + spans;
    owned->allocator = *allocator;
    for (i = 0; lwi_texts_next(&from->imports, &at, &next); i++)
        owned->imports[i] = keep(&to, next);
    owned->header = (lw_header){
        .key = keep(&to, from->key),
        .import_count = from->imports.count,
        .imports = owned->imports,
        .is_module = from->is_module != 0,
        .is_prelude = from->is_prelude != 0,
        .body_offset = from->body_offset,
        .error_line = from->error_line,
        .error_column = from->error_column,
        .start_line = from->start_line,
        .start_column = from->start_column,
    };
    owned->header.error = keep(&to, from->error);
    return &owned->header;
}

static int
keep_header(lw_worker *worker, const union lwi_any_message *answer, void *user)
{
    lw_header **header = user;

    *header =
        header_create(lwi_runtime_allocator(worker->runtime), &answer->header);
    return *header != NULL ? LW_OK : LW_ENOMEM;
}

void
lw_header_destroy(lw_header *header)
{
    struct owned_header *owned = (struct owned_header *)header;
    lw_allocator allocator;

    if (header == NULL)
        return;
    allocator = owned->allocator;
    lwi_free(&allocator, owned);
}

int
lw_worker_parse_header(lw_worker *worker, lw_header **header, const char *label,
                       lw_span source, const lw_request_options *options,
                       lw_error *err)
{
    struct lwi_msg_parse_header message = { lwi_span_of(label), source };
    struct lwi_call call = { .doing = "parse a header",
                             .type = LWI_MSG_PARSE_HEADER,
                             .answer_type = LWI_MSG_HEADER,
                             .message = &message,
                             .options = options,
                             .keep = keep_header,
                             .user = header };
    int rc = lwi_worker_check_handle(worker, call.doing, err);

    if (header != NULL)
        *header = NULL;
    if (rc == LW_OK && header == NULL)
        rc = lwi_fail(err, LW_EINVAL, call.doing, "header is NULL");
    if (rc == LW_OK)
        rc = check_source(source, call.doing, err);
    return rc == LW_OK ? lwi_call_run(worker, &call, err) : rc;
}

/* ---- session ---- */

static int
keep_session(lw_worker *worker, const union lwi_any_message *answer, void *user)
{
    const struct lwi_msg_session_opened *opened = &answer->session_opened;

    *(lw_session *)user = (lw_session){
        .generation = worker->generation,
        .number = opened->session,
        .reused = opened->reused != 0,
        .modules = opened->modules,
        .elapsed_us = opened->elapsed_us,
        .heap_before_kib = opened->heap_before_kib,
        .heap_after_kib = opened->heap_after_kib,
        .mapped_kib = opened->mapped_kib,
        .private_kib = opened->private_kib,
    };
    return LW_OK;
}

/* The folders to search: the caller's, or those of the toolchain. */
static const char *const *
search_path(const lw_worker *worker, const lw_session_spec *spec)
{
    return spec->search_path != NULL
               ? spec->search_path
               : (const char *const *)worker->config.search_path;
}

int
lw_worker_open_session(lw_worker *worker, lw_session *session,
                       const lw_session_spec *spec, const lw_sinks *sinks,
                       const lw_request_options *options, lw_error *err)
{
    struct lwi_msg_open_session message = { .is_module = 0 };
    struct lwi_call call = { .doing = "open a session",
                             .type = LWI_MSG_OPEN_SESSION,
                             .answer_type = LWI_MSG_SESSION_OPENED,
                             .message = &message,
                             .options = options,
                             .keep = keep_session,
                             .user = session };
    const lw_allocator *allocator;
    lw_span *folders = NULL, *settings = NULL;
    int rc = lwi_worker_check_handle(worker, call.doing, err);

    (void)sinks;
    if (rc != LW_OK)
        return rc;
    if (session == NULL || spec == NULL || spec->struct_size != sizeof(*spec) ||
        spec->header == NULL || spec->header->error_line != 0)
        return lwi_fail(err, LW_EINVAL, call.doing,
                        "it needs a session to fill in, LW_SESSION_SPEC_INIT, "
                        "and a header without an error");
    allocator = lwi_runtime_allocator(worker->runtime);
    message.key = spec->header->key;
    message.is_module = spec->header->is_module;
    message.imports =
        (struct lwi_texts){ .count = (uint32_t)spec->header->import_count,
                            .items = spec->header->imports };
    rc = texts_init(&message.search_path, &folders, allocator,
                    search_path(worker, spec));
    if (rc == LW_OK)
        rc = texts_init(&message.options, &settings, allocator, spec->options);
    if (rc != LW_OK)
        lwi_fail(err, LW_ENOMEM, call.doing, "out of memory");
    else
        rc = lwi_call_run(worker, &call, err);
    lwi_free(allocator, folders);
    lwi_free(allocator, settings);
    return rc;
}

/* ---- check ---- */

/* Where the events and the answer of a check go. */
struct checking {
    const lw_sinks *sinks;
    lw_check_result *result;
    bool gave_up;
};

static enum lwi_taken
pass_event(uint8_t type, uint16_t stream, const union lwi_any_message *event,
           void *user)
{
    const struct checking *checking = user;

    (void)stream;
    return type == LWI_MSG_ROW || type == LWI_MSG_STREAM
               ? LWI_TAKEN_BREACH /* no check has rows */
               : lwi_sinks_pass(checking->sinks, type, event);
}

static int
keep_result(lw_worker *worker, const union lwi_any_message *answer, void *user)
{
    const struct lwi_msg_checked *checked = &answer->checked;
    struct checking *checking = user;

    (void)worker;
    checking->gave_up = checked->cancelled != 0;
    *checking->result = (lw_check_result){
        .commands = checked->commands,
        .errors = checked->errors,
        .warnings = checked->warnings,
        .has_sorry = checked->has_sorry != 0,
        .truncated = checked->truncated != 0,
        .elapsed_us = checked->elapsed_us,
        .heap_kib = checked->heap_kib,
    };
    return LW_OK;
}

static int
check_spec_fault(const lw_check_result *result, const lw_check_spec *spec,
                 const lw_sinks *sinks, const char *doing, lw_error *err)
{
    int rc;

    if (result == NULL || spec == NULL || spec->struct_size != sizeof(*spec))
        return lwi_fail(err, LW_EINVAL, doing,
                        "it needs a result to fill in and LW_CHECK_SPEC_INIT");
    rc = lwi_sinks_check(sinks, doing, err);
    return rc == LW_OK ? check_source(spec->source, doing, err) : rc;
}

int
lw_worker_check(lw_worker *worker, lw_check_result *result,
                const lw_check_spec *spec, const lw_sinks *sinks,
                const lw_request_options *options, lw_error *err)
{
    struct checking checking = { sinks, result, false };
    struct lwi_msg_check message;
    struct lwi_call call = { .doing = "check a file",
                             .type = LWI_MSG_CHECK,
                             .answer_type = LWI_MSG_CHECKED,
                             .message = &message,
                             .options = options,
                             .event = pass_event,
                             .keep = keep_result,
                             .user = &checking };
    lw_span *settings = NULL;
    int rc = lwi_worker_check_handle(worker, call.doing, err);

    if (rc == LW_OK)
        rc = check_spec_fault(result, spec, sinks, call.doing, err);
    if (rc != LW_OK)
        return rc;
    call.session = &spec->session;
    message.session = spec->session.number;
    message.label = lwi_span_of(spec->label);
    message.source = spec->source;
    message.diagnostic_bytes = spec->diagnostic_bytes;
    if (texts_init(&message.options, &settings,
                   lwi_runtime_allocator(worker->runtime),
                   spec->options) != LW_OK)
        return lwi_fail(err, LW_ENOMEM, call.doing, "out of memory");
    rc = lwi_call_run(worker, &call, err);
    lwi_free(lwi_runtime_allocator(worker->runtime), settings);
    /* The child says it was cancelled, but nobody here asked it to be. */
    return rc == LW_OK && checking.gave_up
               ? lwi_fail(err, LW_EWORKER, call.doing,
                          "the child gave up though nobody asked it to")
               : rc;
}
