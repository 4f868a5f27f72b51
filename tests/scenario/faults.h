/*
 * faults.h - torture: the Nth call of a kind fails.
 *
 * A kind is one way in which one system call, or an allocation, can go wrong.
 * `scenario --torture KIND:N FILE` plays a scenario with that one fault and
 * asks only for what must hold whatever happens: no crash, no hang, nothing
 * left behind. It ends with FAULT_NOT_REACHED where the path has fewer calls,
 * which is how the loop over N ends (tests/torture/run).
 */
#ifndef SCENARIO_FAULTS_H
#define SCENARIO_FAULTS_H

#include "proc/sys.h"

#define FAULT_NOT_REACHED 3 /* exit code */

/* "KIND:N"; false where there is no such kind. */
bool
faults_arm(const char *text);

bool
faults_armed(void);

/* The child says that its fault has happened. */
void
faults_child_fired(void);

/* The fault has happened. */
bool
faults_fired(void);

/* Without a pidfd a death is found by looking again and again. */
bool
faults_need_real_time(void);

/* Names of all kinds, a line each on stdout. */
void
faults_list(void);

/* The same calls, with the armed fault among them. inner must stay. */
struct lwi_sys
faults_wrap(const struct lwi_sys *inner);

/* For the allocator: true where this allocation must fail. */
bool
faults_hit_allocation(void);

#endif
