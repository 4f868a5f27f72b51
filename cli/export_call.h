/*
 * export_call.h - what `run` and `stream` share: the export's name and its
 * request, as the command line gives them, and what came back.
 */
#ifndef CLI_EXPORT_CALL_H
#define CLI_EXPORT_CALL_H

#include <lean_worker/export.h>

#include "input.h"
#include "session.h"

/* EXPORT [REQUEST | @FILE | -], or --json in place of REQUEST. */
struct export_call {
    const char *name;
    const char *json; /* for the option --json; NULL: not given */
    struct input request;
};

#define EXPORT_CALL_JSON(call_)                                                \
    OPT_TEXT(0, "json", "JSON", &(call_)->json, NULL,                          \
             "The request, in place of REQUEST: it must be JSON, which is "    \
             "looked at before a worker starts. @FILE and - work as well.")

/* Looks at the operands: 0, or the exit code, said. */
int
export_call_prepare(struct export_call *call, const struct session *session,
                    int count, char **operands);

void
export_call_fini(struct export_call *call);

/* {"status": "ok", "response": …, "rows": …, "streams": […]} */
json_t *
export_call_answer(const lw_reply_facts *facts);

/* {"stream": …, "sequence": …}, with the payload as a string, and once more
 * as hexadecimal digits where it is no text. */
json_t *
export_call_row(const lw_row *row);

/* {"notice": …, "message": …} */
json_t *
export_call_notice(const lw_notice *notice);

/* The same for people, on stderr. */
void
export_call_tell_notice(struct session *session, const lw_notice *notice);

#endif
