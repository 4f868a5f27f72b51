/* sinks.c - events of the child, as the caller's callbacks take them. */
#include "worker/sinks.h"

void
lwi_listener_init(struct lwi_listener *listener, const lw_worker *worker,
                  const lw_sinks *sinks)
{
    static const lw_sinks none = LW_SINKS_INIT;

    listener->sinks = sinks == NULL ? none : *sinks;
    listener->clock = lwi_runtime_clock(worker->runtime);
    listener->began_ns = lwi_now(listener->clock);
}

uint64_t
lwi_listener_elapsed_us(const struct lwi_listener *listener)
{
    return (uint64_t)(lwi_now(listener->clock) - listener->began_ns) / 1000;
}

static lw_severity
severity(uint32_t wire)
{
    return wire == LWI_SEVERITY_INFO      ? LW_SEVERITY_INFO
           : wire == LWI_SEVERITY_WARNING ? LW_SEVERITY_WARNING
                                          : LW_SEVERITY_ERROR;
}

lw_diagnostic
lwi_sinks_diagnostic(const struct lwi_msg_diagnostic *from)
{
    return (lw_diagnostic){
        .severity = severity(from->severity),
        .line = from->line,
        .column = from->column,
        .end_line = from->end_line,
        .end_column = from->end_column,
        .kind = from->kind,
        .message = from->message,
    };
}

static int
pass_diagnostic(const lw_sinks *sinks, const struct lwi_msg_diagnostic *from)
{
    lw_diagnostic diagnostic = lwi_sinks_diagnostic(from);

    return sinks->diagnostic == NULL
               ? 0
               : sinks->diagnostic(&diagnostic, sinks->user);
}

static int
pass_progress(const struct lwi_listener *listener,
              const struct lwi_msg_progress *from)
{
    lw_progress progress = { .current = from->current,
                             .total = from->total,
                             .phase = from->phase };

    if (listener->sinks.progress == NULL)
        return 0;
    progress.elapsed_us = lwi_listener_elapsed_us(listener);
    return listener->sinks.progress(&progress, listener->sinks.user);
}

static int
pass_notice(const lw_sinks *sinks, const struct lwi_msg_notice *from)
{
    lw_notice notice = { from->code, from->message };

    return sinks->notice == NULL ? 0 : sinks->notice(&notice, sinks->user);
}

enum lwi_taken
lwi_sinks_pass(const struct lwi_listener *listener, uint8_t type,
               const union lwi_any_message *event)
{
    int rc;

    switch (type) {
    case LWI_MSG_DIAGNOSTIC:
        rc = pass_diagnostic(&listener->sinks, &event->diagnostic);
        break;
    case LWI_MSG_PROGRESS:
        rc = pass_progress(listener, &event->progress);
        break;
    case LWI_MSG_NOTICE:
        rc = pass_notice(&listener->sinks, &event->notice);
        break;
    default:
        return LWI_TAKEN_BREACH;
    }
    return rc < 0 ? LWI_TAKEN_ENOUGH : LWI_TAKEN;
}

int
lwi_sinks_check(const lw_sinks *sinks, const char *doing, lw_error *err)
{
    if (sinks == NULL || sinks->struct_size == sizeof(*sinks))
        return LW_OK;
    return lwi_fail(err, LW_EINVAL, doing,
                    "lw_sinks is of another version; use LW_SINKS_INIT");
}

int
lwi_sinks_result(int rc, bool no_memory, bool gave_up, const char *doing,
                 lw_error *err)
{
    if (rc == LW_ESINK && no_memory)
        return lwi_fail(err, LW_ENOMEM, doing, "out of memory");
    if (rc == LW_OK && gave_up)
        return lwi_fail(err, LW_EWORKER, doing,
                        "the child gave up though nobody asked it to");
    return rc;
}
