/*
 * capability.h - what a caller of a pool needs: which worker, which session in
 * it, and what it must say of itself.
 *
 * Made once and shared by all threads that ask for it. Two capabilities whose
 * keys are equal share workers: those that agree in all of the spec but the
 * request timeout, which is the lease's own. A toolchain counts by its
 * fingerprint, JSON as a value, texts of sources whole. What the .olean files
 * hold is no part of the key, since it may change while the capability lives:
 * a pool looks at them before it gives out a lease (LW_OLEAN_MAX_AGE_MS). A
 * capability is immutable: any thread may use it. Nothing here blocks.
 */
#ifndef LEAN_WORKER_CAPABILITY_H
#define LEAN_WORKER_CAPABILITY_H

#include <stddef.h>

#include <lean_worker/error.h>
#include <lean_worker/key.h>
#include <lean_worker/session.h>
#include <lean_worker/worker.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Immutable; any thread. */
typedef struct lw_capability lw_capability;

typedef struct lw_capability_spec {
    size_t struct_size;
    lw_worker_config worker;        /* a toolchain that it names must outlive
                                       the capability and its pools */
    const lw_session_spec *session; /* opened in each worker; NULL: none */
    const char *project_root;       /* for the key; NULL is "" */
    const char *package;
    const char *library;
    lw_metadata_expectation metadata; /* looked at when a worker is opened */
} lw_capability_spec;

#define LW_CAPABILITY_SPEC_INIT                                                \
    {                                                                          \
        sizeof(lw_capability_spec), LW_WORKER_CONFIG_INIT, NULL, NULL, NULL,   \
            NULL,                                                              \
        {                                                                      \
            NULL, { "", 0 }, { "", 0 }, LW_METADATA_INCLUDES                   \
        }                                                                      \
    }

/*
 * Copies the spec with all that it points to, but for the toolchain. Starts
 * nothing: a configuration that no worker would take shows when one is opened.
 * Ownership: *out is the caller's; lw_capability_destroy ends it, and pools
 * that have workers of it keep what they need. Errors: LW_EINVAL, LW_ENOMEM,
 * LW_ETOOLCHAIN (no host is named, and no Lean found).
 */
int
lw_capability_create(lw_capability **out, const lw_capability_spec *spec,
                     lw_error *err);

void
lw_capability_destroy(lw_capability *capability); /* NULL is allowed */

/* Borrowed from the capability. */
const lw_session_key *
lw_capability_get_key(const lw_capability *capability);

#ifdef __cplusplus
}
#endif
#endif
