/*
 * config.h - a worker's own copy of its configuration.
 */
#ifndef LWI_WORKER_CONFIG_H
#define LWI_WORKER_CONFIG_H

#include <lean_worker/shim.h>
#include <lean_worker/worker.h>

#include "base/alloc.h"
#include "toolchain/fingerprint.h"

/* A folder of snapshots for workers whose config names none. */
#define LWI_SNAPSHOTS_VARIABLE "LEAN_WORKER_SNAPSHOTS"

struct lwi_config {
    char **command;     /* NULL at the end */
    char *host;         /* Lean's shared library to hand it to; may be NULL */
    char **environment; /* NAME=VALUE or NAME, NULL at the end */
    char **search_path; /* the toolchain's own; empty without one */
    char **libraries;   /* the user's, NULL at the end; in the command too */
    lw_shim_state shim;
    char *shim_detail; /* as of lw_shim */
    char *shim_text;   /* for lwi_config_settle; NULL: it is not compiled */
    char *working_directory;
    bool launch; /* through the launcher, not directly */
    bool native; /* our child on a native Lean */
    uint64_t startup_timeout_ms;
    uint64_t request_timeout_ms;
    uint64_t cancel_grace_ms;
    uint64_t rss_limit_kib;
    uint32_t frame_limit;
    uint32_t ring_bytes; /* 0: none is offered */
    lw_restart_policy policy;
    lw_zygote *fork_server; /* NULL: none; a reference */
    bool is_probe;          /* the fork server's own: a fork or nothing */
    bool fake_zygote;       /* of a test: `command` is a fork server */
    char *snapshots;        /* folder; NULL: none */
    char *option;           /* one more of Lean's, of who makes a snapshot */
    char *expected_lean;    /* NULL: any */
    char fingerprint[LWI_FINGERPRINT_SIZE]; /* "" without a toolchain */
};

/*
 * Checks and copies. On failure `copy` may be half filled in: lwi_config_fini
 * is right in every case. LW_EINVAL names the member; LW_ENOMEM; the errors
 * of lwi_toolchain_command.
 */
int
lwi_config_init(struct lwi_config *copy, const lw_allocator *allocator,
                const lw_worker_config *config, lw_error *err);

/*
 * Before each start: a compiled shim whose library is gone, as caches may be
 * cleared, is interpreted from now on. Never fails. One thread.
 */
void
lwi_config_settle(struct lwi_config *copy, const lw_allocator *allocator);

void
lwi_config_fini(struct lwi_config *copy, const lw_allocator *allocator);

#endif
