/*
 * key.h - when two callers may share a worker.
 *
 * A key is immutable: any thread may use it. Nothing here blocks.
 */
#ifndef LEAN_WORKER_KEY_H
#define LEAN_WORKER_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lean_worker/error.h>
#include <lean_worker/metadata.h>
#include <lean_worker/span.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Whether a worker is replaced by the default limits or by others. */
typedef enum lw_policy_class {
    LW_POLICY_DEFAULT,
    LW_POLICY_CUSTOM,
} lw_policy_class;

/* What a worker's metadata must be. Not in use while export_name is NULL. */
typedef struct lw_metadata_expectation {
    const char *export_name;
    lw_span request;  /* JSON; empty: "{}" */
    lw_span expected; /* JSON; empty: whatever it is, if it is metadata */
    lw_metadata_match match;
} lw_metadata_expectation;

/*
 * All that decides what a session means. Each text is UTF-8 without NUL bytes;
 * NULL is the same as "". Lists have NULL at their end; NULL is an empty one.
 * The order of a list matters.
 */
typedef struct lw_session_key_spec {
    size_t struct_size;
    const char *project_root;
    const char *package;
    const char *library;
    const char *const *imports;
    lw_metadata_expectation metadata;
    const char *toolchain; /* fingerprint, as in lw_worker_metadata */
    lw_policy_class policy_class;
    /*
     * Whatever else changes what a session means or may do, such as
     * "option pp.all=true", "path /lib", "env HOME=/tmp": in an order of the
     * caller's that is always the same.
     */
    const char *const *more;
} lw_session_key_spec;

#define LW_SESSION_KEY_SPEC_INIT                                               \
    {                                                                          \
        sizeof(lw_session_key_spec), NULL, NULL, NULL, NULL,                   \
            { NULL, { "", 0 }, { "", 0 }, LW_METADATA_INCLUDES }, NULL,        \
            LW_POLICY_DEFAULT, NULL                                            \
    }

/* Immutable; any thread. */
typedef struct lw_session_key lw_session_key;

/*
 * Makes a key from what it is to tell apart.
 * Ownership: *out is the caller's; lw_session_key_destroy ends it. The spec is
 * copied. JSON in it counts as a value, not as text: the order of members and
 * blanks make no difference. Errors: LW_EINVAL (names the member), LW_ENOMEM.
 */
int
lw_session_key_create(lw_session_key **out, const lw_session_key_spec *spec,
                      lw_error *err);

void
lw_session_key_destroy(lw_session_key *key); /* NULL is allowed */

/*
 * 0 where they are equal, else negative or positive: an order that is the
 * same on every machine, by the members of the spec from the first to the
 * last. Neither may be NULL.
 */
int
lw_session_key_compare(const lw_session_key *a, const lw_session_key *b);

/* Equal for equal keys, and as a rule not for others. The same everywhere. */
uint64_t
lw_session_key_hash(const lw_session_key *key);

/* As the spec has it, or "". Borrowed from the key, as all below. */
const char *
lw_session_key_get_project_root(const lw_session_key *key);
/* The same; borrowed. */
const char *
lw_session_key_get_package(const lw_session_key *key);
/* The same; borrowed. */
const char *
lw_session_key_get_library(const lw_session_key *key);
/* The toolchain's fingerprint; borrowed. */
const char *
lw_session_key_get_toolchain(const lw_session_key *key);
/* NULL at the end; never NULL. Borrowed from the key. */
const char *const *
lw_session_key_get_imports(const lw_session_key *key);
/* Whether the worker has the default limits or others. */
lw_policy_class
lw_session_key_get_policy_class(const lw_session_key *key);

#ifdef __cplusplus
}
#endif
#endif
