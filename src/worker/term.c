/* term.c - lw_worker_query_term: types, normal forms, equality of terms. */
#include "worker/block.h"
#include "worker/sinks.h"
#include "worker/texts.h"

#define DOING "ask about a term"

/* What one request keeps until its end. */
struct asking {
    lw_term_result **out;
    lw_term_result *result; /* NULL until the answer */
    lw_term_operation operation;
    uint32_t text_bytes;
    bool gave_up;
};

/* Equal are only two that were compared. */
static bool
is_plausible(const union lwi_any_message *answer, void *user)
{
    const struct lwi_msg_term_answered *answered = &answer->term_answered;
    const struct asking *a = user;

    return answered->outcome <= LW_TERM_HEARTBEATS &&
           lwi_is_flag(answered->equal) && lwi_is_flag(answered->truncated) &&
           lwi_is_flag(answered->cancelled) &&
           (answered->equal == 0 || (a->operation == LW_TERM_DEF_EQ &&
                                     answered->outcome == LW_TERM_OK));
}

/*     | lw_term_result | text |      */
static lw_term_result *
result_create(const lw_allocator *allocator, uint32_t text_bytes,
              const struct lwi_msg_term_answered *from)
{
    bool cut = from->truncated != 0;
    lw_span text = lwi_block_cut(from->text, text_bytes, &cut);
    lw_term_result *result =
        lwi_block_create(allocator, sizeof(*result) + text.size);
    char *to;

    if (result == NULL)
        return NULL;
    to = (char *)(result + 1);
    *result = (lw_term_result){
        .outcome = (lw_term_outcome)from->outcome,
        .equal = from->equal != 0,
        .truncated = cut,
        .text = lwi_block_keep(&to, text),
        .elapsed_us = from->elapsed_us,
    };
    return result;
}

static int
keep(lw_worker *worker, const union lwi_any_message *answer, void *user)
{
    struct asking *a = user;

    a->gave_up = answer->term_answered.cancelled != 0;
    if (a->gave_up)
        return LW_OK;
    a->result = result_create(lwi_runtime_allocator(worker->runtime),
                              a->text_bytes, &answer->term_answered);
    return a->result != NULL ? LW_OK : LW_ENOMEM;
}

static int
finish(int rc, void *user, lw_error *err)
{
    struct asking *a = user;

    rc = lwi_sinks_result(rc, false, a->gave_up, DOING, err);
    if (rc == LW_OK)
        *a->out = a->result;
    else
        lw_term_result_destroy(a->result);
    return rc;
}

void
lw_term_result_destroy(lw_term_result *result)
{
    lwi_block_destroy(result);
}

static int
check_spec(const lw_worker *worker, lw_term_result **result,
           const lw_term_spec *spec, lw_error *err)
{
    struct lwi_spec_check check = { DOING, err, LW_OK };

    if (result != NULL)
        *result = NULL;
    check.rc = lwi_worker_check_handle(worker, DOING, err);
    if (result == NULL || spec == NULL || spec->struct_size != sizeof(*spec))
        lwi_spec_fault(&check, "it needs a result to fill in and "
                               "LW_TERM_SPEC_INIT");
    if (check.rc != LW_OK)
        return check.rc;
    if ((unsigned)spec->operation > LW_TERM_DEF_EQ)
        lwi_spec_fault(&check, "operation is no lw_term_operation");
    if ((unsigned)spec->transparency > LW_TRANSPARENCY_ALL)
        lwi_spec_fault(&check, "transparency is no lw_transparency");
    if (spec->operation != LW_TERM_DEF_EQ && spec->second.size > 0)
        lwi_spec_fault(&check, "second is for LW_TERM_DEF_EQ");
    lwi_spec_text(&check, "first", spec->first);
    lwi_spec_text(&check, "second", spec->second);
    lwi_spec_string(&check, "name_space", spec->name_space);
    return check.rc;
}

int
lw_worker_query_term(lw_worker *worker, lw_term_result **result,
                     const lw_term_spec *spec,
                     const lw_request_options *options, lw_error *err)
{
    struct asking a = { .out = result };
    struct lwi_msg_term message;
    struct lwi_call call = { .doing = DOING,
                             .type = LWI_MSG_TERM,
                             .answer_type = LWI_MSG_TERM_ANSWERED,
                             .message = &message,
                             .options = options,
                             .plausible = is_plausible,
                             .keep = keep,
                             .finish = finish,
                             .user = &a,
                             .user_size = sizeof(a) };
    int rc = check_spec(worker, result, spec, err);

    if (rc != LW_OK)
        return rc;
    a.operation = spec->operation;
    a.text_bytes = spec->text_bytes;
    call.session = &spec->session;
    message = (struct lwi_msg_term){
        .session = spec->session.number,
        .operation = (uint32_t)spec->operation,
        .transparency = (uint32_t)spec->transparency,
        .heartbeats = spec->heartbeats,
        .text_bytes = spec->text_bytes,
        .name_space = lwi_span_of(spec->name_space),
        .first = spec->first,
        .second = spec->second,
    };
    return lwi_call_run(worker, &call, err);
}
