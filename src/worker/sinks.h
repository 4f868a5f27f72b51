/*
 * sinks.h - events of the child, as the caller's callbacks take them.
 */
#ifndef LWI_SINKS_H
#define LWI_SINKS_H

#include "worker/call.h"

/*
 * A copy of the caller's sinks for as long as a request lasts. A plain value:
 * it may be copied along with what holds it.
 */
struct lwi_listener {
    lw_sinks sinks;
    const struct lwi_clock *clock;
    int64_t began_ns;
};

/* NULL: nothing is wanted, all is taken. */
void
lwi_listener_init(struct lwi_listener *listener, const lw_worker *worker,
                  const lw_sinks *sinks);

/* Microseconds since the request began, as the parent counts. */
uint64_t
lwi_listener_elapsed_us(const struct lwi_listener *listener);

/* Diagnostics, notices and progress; any other event is a breach. */
enum lwi_taken
lwi_sinks_pass(const struct lwi_listener *listener, uint8_t type,
               const union lwi_any_message *event);

/* An event in its public form; its texts stay borrowed. */
lw_diagnostic
lwi_sinks_diagnostic(const struct lwi_msg_diagnostic *from);

/* LW_EINVAL where the struct is of another version. NULL is fine. */
int
lwi_sinks_check(const lw_sinks *sinks, const char *doing, lw_error *err);

/*
 * The result of a request, as its `finish` gives it: LW_ENOMEM where the sink
 * that wanted no more was ours, LW_EWORKER where the child says that it was
 * cancelled and nobody here had asked it to be; else `rc`.
 */
int
lwi_sinks_result(int rc, bool no_memory, bool gave_up, const char *doing,
                 lw_error *err);

#endif
