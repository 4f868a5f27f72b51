/* describe.c - lw_worker_describe: type, place and doc of a declaration. */
#include "worker/block.h"
#include "worker/call.h"
#include "worker/texts.h"

#define DOING "describe a declaration"

/* What one request keeps until its end. */
struct describing {
    lw_description **out;
    lw_description *description; /* NULL until the answer */
    uint32_t text_bytes;
};

/* Of what is not there nothing is known. (A place may be any: Lean's code can
 * give a declaration one that it has made up.) */
static bool
is_plausible(const union lwi_any_message *answer, void *user)
{
    const struct lwi_msg_described *d = &answer->described;

    (void)user;
    if (d->kind > LW_DECLARATION_RECURSOR || !lwi_is_flag(d->truncated))
        return false;
    return d->kind != LW_DECLARATION_MISSING ||
           (d->type.size == 0 && d->module.size == 0 && d->doc.size == 0 &&
            d->line == 0);
}

/*     | lw_description | type, module, doc |      */
static lw_description *
description_create(const lw_allocator *allocator, uint32_t text_bytes,
                   const struct lwi_msg_described *from)
{
    bool cut = from->truncated != 0;
    lw_span type = lwi_block_cut(from->type, text_bytes, &cut);
    lw_span doc = lwi_block_cut(from->doc, text_bytes, &cut);
    lw_description *description =
        lwi_block_create(allocator, sizeof(*description) + type.size +
                                        from->module.size + doc.size);
    char *to;

    if (description == NULL)
        return NULL;
    to = (char *)(description + 1);
    *description = (lw_description){
        .kind = (lw_declaration_kind)from->kind,
        .line = from->line,
        .column = from->column,
        .end_line = from->end_line,
        .end_column = from->end_column,
        .truncated = cut,
    };
    description->type = lwi_block_keep(&to, type);
    description->module = lwi_block_keep(&to, from->module);
    description->doc = lwi_block_keep(&to, doc);
    return description;
}

static int
keep(lw_worker *worker, const union lwi_any_message *answer, void *user)
{
    struct describing *d = user;

    d->description = description_create(lwi_runtime_allocator(worker->runtime),
                                        d->text_bytes, &answer->described);
    return d->description != NULL ? LW_OK : LW_ENOMEM;
}

static int
finish(int rc, void *user, lw_error *err)
{
    struct describing *d = user;

    (void)err;
    if (rc == LW_OK)
        *d->out = d->description;
    else
        lw_description_destroy(d->description);
    return rc;
}

void
lw_description_destroy(lw_description *description)
{
    lwi_block_destroy(description);
}

static int
check_spec(const lw_worker *worker, lw_description **description,
           const lw_describe_spec *spec, lw_error *err)
{
    struct lwi_spec_check check = { DOING, err, LW_OK };

    if (description != NULL)
        *description = NULL;
    check.rc = lwi_worker_check_handle(worker, DOING, err);
    if (description == NULL || spec == NULL ||
        spec->struct_size != sizeof(*spec))
        lwi_spec_fault(&check, "it needs a description to fill in and "
                               "LW_DESCRIBE_SPEC_INIT");
    if (check.rc == LW_OK)
        lwi_spec_name(&check, "name", spec->name);
    return check.rc;
}

int
lw_worker_describe(lw_worker *worker, lw_description **description,
                   const lw_describe_spec *spec,
                   const lw_request_options *options, lw_error *err)
{
    struct describing d = { .out = description };
    struct lwi_msg_describe message;
    struct lwi_call call = { .doing = DOING,
                             .type = LWI_MSG_DESCRIBE,
                             .answer_type = LWI_MSG_DESCRIBED,
                             .message = &message,
                             .options = options,
                             .plausible = is_plausible,
                             .keep = keep,
                             .finish = finish,
                             .user = &d,
                             .user_size = sizeof(d) };
    int rc = check_spec(worker, description, spec, err);

    if (rc != LW_OK)
        return rc;
    d.text_bytes = spec->text_bytes;
    call.session = &spec->session;
    message = (struct lwi_msg_describe){
        .session = spec->session.number,
        .name = lwi_span_of(spec->name),
        .text_bytes = spec->text_bytes,
    };
    return lwi_call_run(worker, &call, err);
}
