/* elaborate.c - lw_worker_elaborate: commands without a header, or a term. */
#include "worker/block.h"
#include "worker/gather.h"
#include "worker/sinks.h"
#include "worker/texts.h"

#define DOING "elaborate"

/* What one request keeps until its end. */
struct elaborating {
    struct lwi_listener listener;
    struct lwi_gathered gathered;
    lw_elab_result **out;
    lw_elab_result *result; /* NULL until the answer */
    uint32_t text_bytes;
    bool is_term;
    bool gave_up;
};

_Static_assert(sizeof(struct elaborating) <= LWI_CALL_USER, "it is copied");

static enum lwi_taken
take_event(uint8_t type, uint16_t stream, const union lwi_any_message *event,
           void *user)
{
    struct elaborating *e = user;

    (void)stream;
    return lwi_gather_event(&e->gathered, &e->listener, type, event);
}

/* Messages that came were counted, and only a term has a type. */
static bool
is_plausible(const union lwi_any_message *answer, void *user)
{
    const struct lwi_msg_elaborated *elaborated = &answer->elaborated;
    const struct elaborating *e = user;

    return elaborated->errors >= e->gathered.errors &&
           elaborated->warnings >= e->gathered.warnings &&
           lwi_is_flag(elaborated->has_sorry) &&
           lwi_is_flag(elaborated->cancelled) &&
           lwi_is_flag(elaborated->truncated) &&
           (e->is_term ||
            (elaborated->type.size == 0 && elaborated->value.size == 0));
}

/*     | lw_elab_result | diagnostics | their texts, type, value |      */
static lw_elab_result *
result_create(const lw_allocator *allocator, const struct elaborating *e,
              const struct lwi_msg_elaborated *from)
{
    const struct lwi_gathered *gathered = &e->gathered;
    bool cut = gathered->truncated || from->truncated != 0;
    lw_span type = lwi_block_cut(from->type, e->text_bytes, &cut);
    lw_span value = lwi_block_cut(from->value, e->text_bytes, &cut);
    size_t count = lwi_gathered_count(gathered);
    lw_elab_result *result = lwi_block_create(
        allocator, sizeof(*result) + count * sizeof(lw_diagnostic) +
                       lwi_gathered_bytes(gathered) + type.size + value.size);
    lw_diagnostic *diagnostics;
    char *to;

    if (result == NULL)
        return NULL;
    diagnostics = (lw_diagnostic *)(result + 1);
    to = (char *)(diagnostics + count);
    lwi_gathered_keep(gathered, diagnostics, &to);
    *result = (lw_elab_result){
        .success = from->errors == 0,
        .has_sorry = from->has_sorry != 0,
        .truncated = cut,
        .errors = from->errors,
        .warnings = from->warnings,
        .diagnostic_count = count,
        .diagnostics = diagnostics,
        .elapsed_us = from->elapsed_us,
        .heap_kib = from->heap_kib,
    };
    result->type = lwi_block_keep(&to, type);
    result->value = lwi_block_keep(&to, value);
    return result;
}

static int
keep(lw_worker *worker, const union lwi_any_message *answer, void *user)
{
    struct elaborating *e = user;

    e->gave_up = answer->elaborated.cancelled != 0;
    if (e->gave_up)
        return LW_OK;
    e->result = result_create(lwi_runtime_allocator(worker->runtime), e,
                              &answer->elaborated);
    return e->result != NULL ? LW_OK : LW_ENOMEM;
}

static int
finish(int rc, void *user, lw_error *err)
{
    struct elaborating *e = user;

    rc = lwi_sinks_result(rc, e->gathered.no_memory, e->gave_up, DOING, err);
    lwi_gathered_fini(&e->gathered);
    if (rc == LW_OK)
        *e->out = e->result;
    else
        lw_elab_result_destroy(e->result);
    return rc;
}

void
lw_elab_result_destroy(lw_elab_result *result)
{
    lwi_block_destroy(result);
}

static int
check_spec(const lw_worker *worker, lw_elab_result **result,
           const lw_elab_spec *spec, const lw_sinks *sinks, lw_error *err)
{
    struct lwi_spec_check check = { DOING, err, LW_OK };

    if (result != NULL)
        *result = NULL;
    check.rc = lwi_worker_check_handle(worker, DOING, err);
    if (result == NULL || spec == NULL || spec->struct_size != sizeof(*spec))
        lwi_spec_fault(&check, "it needs a result to fill in and "
                               "LW_ELAB_SPEC_INIT");
    if (check.rc == LW_OK)
        check.rc = lwi_sinks_check(sinks, DOING, err);
    if (check.rc != LW_OK)
        return check.rc;
    if (spec->kind != LW_ELAB_COMMANDS && spec->kind != LW_ELAB_TERM)
        lwi_spec_fault(&check, "kind is no lw_elab_kind");
    if (spec->kind == LW_ELAB_COMMANDS && spec->expected_type != NULL)
        lwi_spec_fault(&check, "expected_type is for terms");
    lwi_spec_text(&check, "source", spec->source);
    lwi_spec_string(&check, "expected_type", spec->expected_type);
    lwi_spec_string(&check, "name_space", spec->name_space);
    lwi_spec_string(&check, "label", spec->label);
    lwi_spec_strings(&check, "options", spec->options);
    return check.rc;
}

static struct lwi_msg_elaborate
make_message(const lw_elab_spec *spec, struct lwi_lists *lists)
{
    return (struct lwi_msg_elaborate){
        .session = spec->session.number,
        .kind = (uint32_t)spec->kind,
        .label = lwi_span_of(spec->label),
        .name_space = lwi_span_of(spec->name_space),
        .source = spec->source,
        .expected_type = lwi_span_of(spec->expected_type),
        .options = lwi_lists_add(lists, spec->options),
        .heartbeats = spec->heartbeats,
        .diagnostic_bytes = spec->diagnostic_bytes,
        .text_bytes = spec->text_bytes,
    };
}

int
lw_worker_elaborate(lw_worker *worker, lw_elab_result **result,
                    const lw_elab_spec *spec, const lw_sinks *sinks,
                    const lw_request_options *options, lw_error *err)
{
    struct elaborating e = { .out = result };
    struct lwi_msg_elaborate message;
    struct lwi_call call = { .doing = DOING,
                             .type = LWI_MSG_ELABORATE,
                             .answer_type = LWI_MSG_ELABORATED,
                             .message = &message,
                             .options = options,
                             .event = take_event,
                             .plausible = is_plausible,
                             .keep = keep,
                             .finish = finish,
                             .user = &e,
                             .user_size = sizeof(e) };
    const lw_allocator *allocator;
    struct lwi_lists lists;
    int rc = check_spec(worker, result, spec, sinks, err);

    if (rc != LW_OK)
        return rc;
    allocator = lwi_runtime_allocator(worker->runtime);
    lwi_listener_init(&e.listener, worker, sinks);
    lwi_gathered_init(&e.gathered, allocator, spec->diagnostic_bytes);
    e.text_bytes = spec->text_bytes;
    e.is_term = spec->kind == LW_ELAB_TERM;
    lwi_lists_init(&lists, allocator);
    message = make_message(spec, &lists);
    call.session = &spec->session;
    rc = lists.no_memory ? lwi_fail(err, LW_ENOMEM, DOING, "out of memory")
                         : lwi_call_run(worker, &call, err);
    lwi_lists_fini(&lists);
    return rc;
}
