/*
 * sinks.h - events of the child, as the caller's callbacks take them.
 */
#ifndef LWI_SINKS_H
#define LWI_SINKS_H

#include "worker/call.h"

/* Diagnostics, notices and progress; a sink that is not there takes all. */
enum lwi_taken
lwi_sinks_pass(const lw_sinks *sinks, uint8_t type,
               const union lwi_any_message *event);

/* LW_EINVAL where the struct is of another version. NULL is fine. */
int
lwi_sinks_check(const lw_sinks *sinks, const char *doing, lw_error *err);

#endif
