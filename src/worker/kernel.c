/* kernel.c - lw_worker_kernel_check: what the kernel says of declarations. */
#include "worker/block.h"
#include "worker/gather.h"
#include "worker/sinks.h"
#include "worker/texts.h"

#define DOING "check with the kernel"

/* What one request keeps until its end. */
struct rechecking {
    struct lwi_listener listener;
    struct lwi_gathered gathered;
    lw_kernel_result **out;
    lw_kernel_result *result; /* NULL until the answer */
    bool gave_up;
};

_Static_assert(sizeof(struct rechecking) <= LWI_CALL_USER, "it is copied");

const char *
lw_kernel_status_name(lw_kernel_status status)
{
    static const char *const names[] = {
        [LW_KERNEL_CHECKED] = "checked",
        [LW_KERNEL_REJECTED] = "rejected",
        [LW_KERNEL_UNAVAILABLE] = "unavailable",
        [LW_KERNEL_UNSUPPORTED] = "unsupported",
    };

    return (size_t)status < LWI_COUNT(names) ? names[status] : "unknown";
}

static enum lwi_taken
take_event(uint8_t type, uint16_t stream, const union lwi_any_message *event,
           void *user)
{
    struct rechecking *r = user;

    (void)stream;
    return lwi_gather_event(&r->gathered, &r->listener, type, event);
}

/* "Checked" is never said of nothing, nor next to an error. */
static bool
is_plausible(const union lwi_any_message *answer, void *user)
{
    const struct lwi_msg_kernel_checked *checked = &answer->kernel_checked;
    const struct rechecking *r = user;

    if (checked->status > LW_KERNEL_UNSUPPORTED ||
        checked->errors < r->gathered.errors ||
        !lwi_is_flag(checked->has_sorry) || !lwi_is_flag(checked->cancelled) ||
        !lwi_is_flag(checked->truncated))
        return false;
    return checked->status != LW_KERNEL_CHECKED || checked->cancelled != 0 ||
           (checked->errors == 0 && checked->declarations > 0);
}

/*     | lw_kernel_result | diagnostics | axioms | all their texts |      */
static lw_kernel_result *
result_create(const lw_allocator *allocator, const struct rechecking *r,
              const struct lwi_msg_kernel_checked *from)
{
    size_t count = lwi_gathered_count(&r->gathered), at = 0, i;
    lw_kernel_result *result = lwi_block_create(
        allocator, sizeof(*result) + count * sizeof(lw_diagnostic) +
                       from->axioms.count * sizeof(lw_span) +
                       lwi_gathered_bytes(&r->gathered) +
                       from->axioms.packed.size + from->summary.size);
    lw_diagnostic *diagnostics;
    lw_span *axioms, next;
    char *to;

    if (result == NULL)
        return NULL;
    diagnostics = (lw_diagnostic *)(result + 1);
    axioms = (lw_span *)(diagnostics + count);
    to = (char *)(axioms + from->axioms.count);
    lwi_gathered_keep(&r->gathered, diagnostics, &to);
    for (i = 0; lwi_texts_next(&from->axioms, &at, &next); i++)
        axioms[i] = lwi_block_keep(&to, next);
    *result = (lw_kernel_result){
        .status = (lw_kernel_status)from->status,
        .summary = lwi_block_keep(&to, from->summary),
        .declarations = from->declarations,
        .has_sorry = from->has_sorry != 0,
        .truncated = from->truncated != 0 || r->gathered.truncated,
        .axiom_count = from->axioms.count,
        .axioms = axioms,
        .diagnostic_count = count,
        .diagnostics = diagnostics,
        .elapsed_us = from->elapsed_us,
        .heap_kib = from->heap_kib,
    };
    return result;
}

static int
keep(lw_worker *worker, const union lwi_any_message *answer, void *user)
{
    struct rechecking *r = user;

    r->gave_up = answer->kernel_checked.cancelled != 0;
    if (r->gave_up)
        return LW_OK;
    r->result = result_create(lwi_runtime_allocator(worker->runtime), r,
                              &answer->kernel_checked);
    return r->result != NULL ? LW_OK : LW_ENOMEM;
}

static int
finish(int rc, void *user, lw_error *err)
{
    struct rechecking *r = user;

    rc = lwi_sinks_result(rc, r->gathered.no_memory, r->gave_up, DOING, err);
    lwi_gathered_fini(&r->gathered);
    if (rc == LW_OK)
        *r->out = r->result;
    else
        lw_kernel_result_destroy(r->result);
    return rc;
}

void
lw_kernel_result_destroy(lw_kernel_result *result)
{
    lwi_block_destroy(result);
}

static int
check_spec(const lw_worker *worker, lw_kernel_result **result,
           const lw_kernel_spec *spec, const lw_sinks *sinks, lw_error *err)
{
    struct lwi_spec_check check = { DOING, err, LW_OK };

    if (result != NULL)
        *result = NULL;
    check.rc = lwi_worker_check_handle(worker, DOING, err);
    if (result == NULL || spec == NULL || spec->struct_size != sizeof(*spec))
        lwi_spec_fault(&check, "it needs a result to fill in and "
                               "LW_KERNEL_SPEC_INIT");
    if (check.rc == LW_OK)
        check.rc = lwi_sinks_check(sinks, DOING, err);
    if (check.rc != LW_OK)
        return check.rc;
    lwi_spec_text(&check, "source", spec->source);
    lwi_spec_string(&check, "name_space", spec->name_space);
    lwi_spec_string(&check, "label", spec->label);
    lwi_spec_strings(&check, "options", spec->options);
    return check.rc;
}

static struct lwi_msg_kernel_check
make_message(const lw_kernel_spec *spec, struct lwi_lists *lists)
{
    return (struct lwi_msg_kernel_check){
        .session = spec->session.number,
        .label = lwi_span_of(spec->label),
        .name_space = lwi_span_of(spec->name_space),
        .source = spec->source,
        .options = lwi_lists_add(lists, spec->options),
        .heartbeats = spec->heartbeats,
        .diagnostic_bytes = spec->diagnostic_bytes,
    };
}

int
lw_worker_kernel_check(lw_worker *worker, lw_kernel_result **result,
                       const lw_kernel_spec *spec, const lw_sinks *sinks,
                       const lw_request_options *options, lw_error *err)
{
    struct rechecking r = { .out = result };
    struct lwi_msg_kernel_check message;
    struct lwi_call call = { .doing = DOING,
                             .type = LWI_MSG_KERNEL_CHECK,
                             .answer_type = LWI_MSG_KERNEL_CHECKED,
                             .message = &message,
                             .options = options,
                             .event = take_event,
                             .plausible = is_plausible,
                             .keep = keep,
                             .finish = finish,
                             .user = &r,
                             .user_size = sizeof(r) };
    const lw_allocator *allocator;
    struct lwi_lists lists;
    int rc = check_spec(worker, result, spec, sinks, err);

    if (rc != LW_OK)
        return rc;
    allocator = lwi_runtime_allocator(worker->runtime);
    lwi_listener_init(&r.listener, worker, sinks);
    lwi_gathered_init(&r.gathered, allocator, spec->diagnostic_bytes);
    lwi_lists_init(&lists, allocator);
    message = make_message(spec, &lists);
    call.session = &spec->session;
    rc = lists.no_memory ? lwi_fail(err, LW_ENOMEM, DOING, "out of memory")
                         : lwi_call_run(worker, &call, err);
    lwi_lists_fini(&lists);
    return rc;
}
