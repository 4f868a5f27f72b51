/* sinks.c - events of the child, as the caller's callbacks take them. */
#include "worker/sinks.h"

static lw_severity
severity(uint32_t wire)
{
    return wire == LWI_SEVERITY_INFO      ? LW_SEVERITY_INFO
           : wire == LWI_SEVERITY_WARNING ? LW_SEVERITY_WARNING
                                          : LW_SEVERITY_ERROR;
}

static int
pass_diagnostic(const lw_sinks *sinks, const struct lwi_msg_diagnostic *from)
{
    lw_diagnostic diagnostic = {
        .severity = severity(from->severity),
        .line = from->line,
        .column = from->column,
        .end_line = from->end_line,
        .end_column = from->end_column,
        .kind = from->kind,
        .message = from->message,
    };

    return sinks->diagnostic == NULL
               ? 0
               : sinks->diagnostic(&diagnostic, sinks->user);
}

static int
pass_progress(const lw_sinks *sinks, const struct lwi_msg_progress *from)
{
    lw_progress progress = { .current = from->current,
                             .total = from->total,
                             .phase = from->phase };

    return sinks->progress == NULL ? 0
                                   : sinks->progress(&progress, sinks->user);
}

static int
pass_notice(const lw_sinks *sinks, const struct lwi_msg_notice *from)
{
    lw_notice notice = { from->code, from->message };

    return sinks->notice == NULL ? 0 : sinks->notice(&notice, sinks->user);
}

enum lwi_taken
lwi_sinks_pass(const lw_sinks *sinks, uint8_t type,
               const union lwi_any_message *event)
{
    int rc = 0;

    if (sinks == NULL)
        return LWI_TAKEN;
    switch (type) {
    case LWI_MSG_DIAGNOSTIC:
        rc = pass_diagnostic(sinks, &event->diagnostic);
        break;
    case LWI_MSG_PROGRESS:
        rc = pass_progress(sinks, &event->progress);
        break;
    case LWI_MSG_NOTICE:
        rc = pass_notice(sinks, &event->notice);
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
