/* header.c - lw_worker_parse_header: what Lean reads in a file's header. */
#include "worker/block.h"
#include "worker/call.h"
#include "worker/texts.h"

#define DOING "parse a header"

/* Until the end of the request, when *out takes it. */
struct parsing {
    lw_header **out;
    lw_header *header;
    size_t source_size;
};

/* Flags are flags, and the body begins in the file. */
static bool
is_plausible(const union lwi_any_message *answer, void *user)
{
    const struct lwi_msg_header *header = &answer->header;
    const struct parsing *p = user;

    return lwi_is_flag(header->is_module) && lwi_is_flag(header->is_prelude) &&
           header->body_offset <= p->source_size;
}

/*     | lw_header | spans of imports | key, imports, error |      */
static lw_header *
header_create(const lw_allocator *allocator, const struct lwi_msg_header *from)
{
    size_t spans = from->imports.count * sizeof(lw_span), at = 0, i;
    lw_header *header = lwi_block_create(
        allocator, sizeof(*header) + spans + from->key.size +
                       from->imports.packed.size + from->error.size);
    lw_span *imports, next;
    char *to;

    if (header == NULL)
        return NULL;
    imports = (lw_span *)(header + 1);
    to = (char *)(imports + from->imports.count);
    for (i = 0; lwi_texts_next(&from->imports, &at, &next); i++)
        imports[i] = lwi_block_keep(&to, next);
    *header = (lw_header){
        .import_count = from->imports.count,
        .imports = imports,
        .is_module = from->is_module != 0,
        .is_prelude = from->is_prelude != 0,
        .body_offset = from->body_offset,
        .error_line = from->error_line,
        .error_column = from->error_column,
        .start_line = from->start_line,
        .start_column = from->start_column,
    };
    header->key = lwi_block_keep(&to, from->key);
    header->error = lwi_block_keep(&to, from->error);
    return header;
}

static int
keep(lw_worker *worker, const union lwi_any_message *answer, void *user)
{
    struct parsing *p = user;

    p->header =
        header_create(lwi_runtime_allocator(worker->runtime), &answer->header);
    return p->header != NULL ? LW_OK : LW_ENOMEM;
}

static int
finish(int rc, void *user, lw_error *err)
{
    struct parsing *p = user;

    (void)err;
    if (rc == LW_OK)
        *p->out = p->header;
    else
        lw_header_destroy(p->header);
    return rc;
}

void
lw_header_destroy(lw_header *header)
{
    lwi_block_destroy(header);
}

int
lw_worker_parse_header(lw_worker *worker, lw_header **header, const char *label,
                       lw_span source, const lw_request_options *options,
                       lw_error *err)
{
    struct parsing p = { .out = header, .source_size = source.size };
    struct lwi_msg_parse_header message = { lwi_span_of(label), source };
    struct lwi_call call = { .doing = DOING,
                             .type = LWI_MSG_PARSE_HEADER,
                             .answer_type = LWI_MSG_HEADER,
                             .message = &message,
                             .options = options,
                             .plausible = is_plausible,
                             .keep = keep,
                             .finish = finish,
                             .user = &p,
                             .user_size = sizeof(p) };
    struct lwi_spec_check check = { DOING, err, LW_OK };

    if (header != NULL)
        *header = NULL;
    check.rc = lwi_worker_check_handle(worker, DOING, err);
    if (header == NULL)
        lwi_spec_fault(&check, "header is NULL");
    lwi_spec_string(&check, "label", label);
    lwi_spec_text(&check, "source", source);
    return check.rc == LW_OK ? lwi_call_run(worker, &call, err) : check.rc;
}
