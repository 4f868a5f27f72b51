/* check.c - lw_worker_check: a whole file, as `lean FILE` elaborates it. */
#include "worker/sinks.h"
#include "worker/texts.h"

#define DOING "check a file"

/* Where the events and the answer of a check go. */
struct checking {
    struct lwi_listener listener;
    lw_check_result *out;
    lw_check_result result;
    bool gave_up;
};

_Static_assert(sizeof(struct checking) <= LWI_CALL_USER, "it is copied");

static enum lwi_taken
take_event(uint8_t type, uint16_t stream, const union lwi_any_message *event,
           void *user)
{
    const struct checking *c = user;

    (void)stream;
    return lwi_sinks_pass(&c->listener, type, event);
}

static int
keep(lw_worker *worker, const union lwi_any_message *answer, void *user)
{
    const struct lwi_msg_checked *checked = &answer->checked;
    struct checking *c = user;

    (void)worker;
    c->gave_up = checked->cancelled != 0;
    c->result = (lw_check_result){
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
finish(int rc, void *user, lw_error *err)
{
    struct checking *c = user;

    rc = lwi_sinks_result(rc, false, c->gave_up, DOING, err);
    if (rc == LW_OK)
        *c->out = c->result;
    return rc;
}

static int
check_spec(const lw_worker *worker, const lw_check_result *result,
           const lw_check_spec *spec, const lw_sinks *sinks, lw_error *err)
{
    struct lwi_spec_check check = { DOING, err, LW_OK };

    check.rc = lwi_worker_check_handle(worker, DOING, err);
    if (result == NULL || spec == NULL || spec->struct_size != sizeof(*spec))
        lwi_spec_fault(&check, "it needs a result to fill in and "
                               "LW_CHECK_SPEC_INIT");
    if (check.rc == LW_OK)
        check.rc = lwi_sinks_check(sinks, DOING, err);
    if (check.rc != LW_OK)
        return check.rc;
    lwi_spec_string(&check, "label", spec->label);
    lwi_spec_text(&check, "source", spec->source);
    lwi_spec_strings(&check, "options", spec->options);
    return check.rc;
}

int
lw_worker_check(lw_worker *worker, lw_check_result *result,
                const lw_check_spec *spec, const lw_sinks *sinks,
                const lw_request_options *options, lw_error *err)
{
    struct checking c = { .out = result };
    struct lwi_msg_check message;
    struct lwi_call call = { .doing = DOING,
                             .type = LWI_MSG_CHECK,
                             .answer_type = LWI_MSG_CHECKED,
                             .message = &message,
                             .options = options,
                             .event = take_event,
                             .keep = keep,
                             .finish = finish,
                             .user = &c,
                             .user_size = sizeof(c) };
    struct lwi_lists lists;
    int rc = check_spec(worker, result, spec, sinks, err);

    if (rc != LW_OK)
        return rc;
    lwi_listener_init(&c.listener, worker, sinks);
    lwi_lists_init(&lists, lwi_runtime_allocator(worker->runtime));
    call.session = &spec->session;
    message = (struct lwi_msg_check){
        .session = spec->session.number,
        .label = lwi_span_of(spec->label),
        .source = spec->source,
        .options = lwi_lists_add(&lists, spec->options),
        .diagnostic_bytes = spec->diagnostic_bytes,
    };
    rc = lists.no_memory ? lwi_fail(err, LW_ENOMEM, DOING, "out of memory")
                         : lwi_call_run(worker, &call, err);
    lwi_lists_fini(&lists);
    return rc;
}
