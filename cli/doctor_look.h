/*
 * doctor_look.h - what `lean-worker doctor` looks at by itself: this machine,
 * and how lean-worker is installed. All of it is quick, starts no process and
 * changes no file.
 */
#ifndef CLI_DOCTOR_LOOK_H
#define CLI_DOCTOR_LOOK_H

#include <lean_worker/toolchain.h>

#include "doctor_put.h"
#include "toolchain_query.h"

/* The launcher, the toolchains, and the files that go with the one that would
 * be used. *kind is that one's; native where there is none. */
void
doctor_look_at_lean(struct doctor_put *put, struct toolchain_query *query,
                    lw_toolchain_kind *kind);

/* Descriptors, cores, memory and pidfd, for workers on this kind of Lean. */
void
doctor_look_at_machine(struct doctor_put *put, lw_toolchain_kind kind);

/* The folders for compiled modules and for control sockets. */
void
doctor_look_at_folders(struct doctor_put *put);

#endif
