/*
 * status.h - every way in which a call of this library can end.
 *
 * One table, LW_STATUS_MAP, gives the enum, the stable name, and the text.
 * Bindings map it to their own exceptions. Numbers never change meaning; new
 * ones are only added. The functions here are for any thread and never block.
 */
#ifndef LEAN_WORKER_STATUS_H
#define LEAN_WORKER_STATUS_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* clang-format off */
/*      name            number  what happened */
#define LW_STATUS_MAP(X)                                                     \
    X(LW_OK,                 0, "success")                                   \
    X(LW_EINVAL,            -1, "invalid argument")                          \
    X(LW_EBADHANDLE,        -2, "not a live handle of this kind")            \
    X(LW_ENOMEM,            -3, "out of memory in this process")             \
    X(LW_ESYSTEM,           -4, "a system call failed")                      \
    X(LW_ESPAWN,            -5, "the worker process could not be started")   \
    X(LW_ECHILDPATH,        -6, "no worker executable was found")            \
    X(LW_ETOOLCHAIN,        -7, "no usable Lean toolchain")                  \
    X(LW_EPROJECT,          -8, "the Lake project cannot be used")           \
    X(LW_EHANDSHAKE,        -9, "the worker did not introduce itself")       \
    X(LW_EVERSION,         -10, "parent and worker speak no common version") \
    X(LW_EPROTO,           -11, "the worker broke the protocol")             \
    X(LW_ETIMEOUT,         -12, "the deadline passed")                       \
    X(LW_ECANCELLED,       -13, "cancelled by the caller")                   \
    X(LW_ECHILDEXITED,     -14, "the worker process ended")                  \
    X(LW_ECHILDCRASHED,    -15, "the worker process was killed or aborted")  \
    X(LW_ECHILDPANIC,      -16, "Lean panicked in the worker process")       \
    X(LW_ERECURSION,       -17, "the worker ran out of stack")               \
    X(LW_EMEMORY,          -18, "the worker ran out of memory")              \
    X(LW_EWORKER,          -19, "the worker refused or failed the request")  \
    X(LW_EHEADER,          -20, "the imports of the session failed")         \
    X(LW_ESINK,            -21, "a callback of the caller failed")           \
    X(LW_EUNSUPPORTED,     -22, "this worker cannot do that")                \
    X(LW_ECLOSED,          -23, "the object is being closed")                \
    X(LW_EBUSY,            -24, "another request is in progress")            \
    X(LW_EFILE,            -25, "a file could not be read")                  \
    X(LW_ELIMIT,           -26, "a limit of this process was reached")       \
    X(LW_ESESSION,         -27, "the session ended with its worker process") \
    X(LW_ERESTARTS,        -28, "the worker was restarted too often")        \
    X(LW_EEXPORT,          -29, "no export of that name and type")           \
    X(LW_EEXPORTFAILED,    -30, "the export ended in an error")              \
    X(LW_EMISMATCH,        -31, "the worker is not what was expected")       \
    X(LW_EMETADATA,        -32, "metadata that cannot be understood")        \
    X(LW_EDOCTOR,          -33, "a doctor report that cannot be understood") \
    X(LW_EENCODE,          -34, "a typed request could not be encoded")      \
    X(LW_EDECODE,          -35, "a typed answer could not be decoded")       \
    X(LW_EROWDECODE,       -36, "a typed row could not be decoded")          \
    X(LW_ESUMMARYDECODE,   -37, "a typed summary could not be decoded")      \
    X(LW_ELEASE,           -38, "the lease is not valid any more")           \
    X(LW_EEXHAUSTED,       -39, "all workers of the pool are in use")        \
    X(LW_EQUEUETIMEOUT,    -40, "no worker became free in time")             \
    X(LW_EMEMBUDGET,       -41, "the pool's memory is used up")              \
    X(LW_EBUILD,           -42, "the project could not be built")            \
    X(LW_EBOOTSTRAP,       -43, "a precondition of the work does not hold")
/* clang-format on */

#define LW_STATUS_ENUM_(name, number, text) name = number,
typedef enum lw_status { LW_STATUS_MAP(LW_STATUS_ENUM_) } lw_status;
#undef LW_STATUS_ENUM_

/*
 * Stable name of a status, such as "LW_ETIMEOUT". Static storage. Never NULL:
 * an unknown number gives "LW_EUNKNOWN".
 */
const char *
lw_status_name(int status);

/* The sentence that belongs to a status. Same rules as lw_status_name. */
const char *
lw_status_text(int status);

/*
 * True where the request ended together with its worker process, so that the
 * next request runs in a fresh one.
 */
bool
lw_status_lost_worker(int status);

/*
 * True where a request on a lease of a pool ended with the lease: release it
 * and acquire another.
 */
bool
lw_status_lost_lease(int status);

#ifdef __cplusplus
}
#endif
#endif
