/*
 * death.h - why a child ended, as one word.
 *
 * Exit status, signal, who killed it, whether it had said goodbye, and what it
 * wrote on stderr are each not enough alone: Lean ends with code 1 for an
 * uncaught error, deep recursion and out of memory alike, and with 0 after
 * `IO.Process.exit 0` half-way. This file puts them together. It is pure: no
 * I/O, no allocation, any thread.
 */
#ifndef LWI_PROC_DEATH_H
#define LWI_PROC_DEATH_H

#include "base/base.h"

/* Why the parent ended a child: the first reason given is kept. */
/*        name                         word */
#define LWI_KILL_MAP(X)                                            \
    X(LWI_KILL_NONE, "none")                                       \
    X(LWI_KILL_TIMEOUT, "timeout")                                 \
    X(LWI_KILL_CANCELLED, "cancelled")                             \
    X(LWI_KILL_MEMORY_LIMIT, "memory limit")                       \
    X(LWI_KILL_PROTOCOL, "protocol")                               \
    X(LWI_KILL_POLICY, "policy")                                   \
    X(LWI_KILL_SHUTDOWN, "shutdown")                               \
    X(LWI_KILL_RUNTIME_ENDING, "runtime ending")

#define LWI_KILL_ENUM_(name, word) name,
enum lwi_kill_reason { LWI_KILL_MAP(LWI_KILL_ENUM_) };
#undef LWI_KILL_ENUM_

const char *
lwi_kill_reason_word(enum lwi_kill_reason reason);

/*
 * Causes: enum, the stable word for reports, the status of a request that was
 * in progress, and a sentence for users.
 */
#define LWI_DEATH_MAP(X)                                                    \
    X(LWI_DEATH_UNKNOWN, "unknown", LW_ECHILDEXITED,                        \
      "The worker process ended, and how is not known: something else in "  \
      "this program collected its exit status.")                            \
    X(LWI_DEATH_ORDERLY, "orderly", LW_ECHILDEXITED,                        \
      "The worker said goodbye and ended.")                                 \
    X(LWI_DEATH_ENDED_ITSELF, "ended_itself", LW_ECHILDEXITED,              \
      "The worker process ended itself without a goodbye, as Lean code "    \
      "does with IO.Process.exit.")                                         \
    X(LWI_DEATH_OUT_OF_MEMORY, "out_of_memory", LW_EMEMORY,                 \
      "Lean ran out of memory.")                                            \
    X(LWI_DEATH_MEMORY_LIMIT, "memory_limit", LW_EMEMORY,                   \
      "The worker process used more memory than its limit and was ended.")  \
    X(LWI_DEATH_DEEP_RECURSION, "deep_recursion", LW_ERECURSION,            \
      "Lean ran out of stack: the recursion was too deep.")                 \
    X(LWI_DEATH_PANIC, "panic", LW_ECHILDPANIC,                             \
      "Lean panicked and ended.")                                           \
    X(LWI_DEATH_UNCAUGHT, "uncaught", LW_ECHILDEXITED,                      \
      "An error that nothing caught ended Lean.")                           \
    X(LWI_DEATH_TRAP, "trap", LW_ECHILDCRASHED,                             \
      "The embedded Lean made an invalid memory access and was ended.")     \
    X(LWI_DEATH_CPU_LIMIT, "cpu_limit", LW_ECHILDCRASHED,                   \
      "The worker process used more processor time than its limit.")        \
    X(LWI_DEATH_FILE_LIMIT, "file_limit", LW_ECHILDCRASHED,                 \
      "The worker process wrote a file larger than its limit.")             \
    X(LWI_DEATH_KILLED, "killed", LW_ECHILDCRASHED,                         \
      "Something outside this program killed the worker process; where "    \
      "memory was short it may have been the kernel.")                      \
    X(LWI_DEATH_SIGNAL, "signal", LW_ECHILDCRASHED,                         \
      "A signal ended the worker process.")                                 \
    X(LWI_DEATH_PROTOCOL, "protocol", LW_EPROTO,                            \
      "The worker broke the protocol and was ended.")                       \
    X(LWI_DEATH_TIMEOUT, "timeout", LW_ETIMEOUT,                            \
      "The deadline passed, and the worker process was ended.")             \
    X(LWI_DEATH_CANCELLED, "cancelled", LW_ECANCELLED,                      \
      "The caller cancelled, and the worker process was ended.")            \
    X(LWI_DEATH_STOPPED, "stopped", LW_ECHILDCRASHED,                       \
      "This program ended the worker process.")                             \
    X(LWI_DEATH_FORK_SERVER, "fork_server", LW_ECHILDCRASHED,               \
      "The fork server ended, and this worker, a fork of it, with it; or "  \
      "it did not say how the worker ended.")                               \
    X(LWI_DEATH_EXEC_FAILED, "exec_failed", LW_ESPAWN,                      \
      "The worker's program could not be started.")

#define LWI_DEATH_ENUM_(name, word, status, sentence) name,
enum lwi_death_cause { LWI_DEATH_MAP(LWI_DEATH_ENUM_) };
#undef LWI_DEATH_ENUM_

/* Static storage; never NULL. */
const char *
lwi_death_word(enum lwi_death_cause cause);
const char *
lwi_death_sentence(enum lwi_death_cause cause);
/* What a request that was in progress returns. */
lw_status
lwi_death_status(enum lwi_death_cause cause);

/*
 * Texts that Lean, the C++ library and Node write before they end. They are
 * looked for while stderr streams by, since 28 MB of stack trace may follow
 * (measured) and push the text itself out of every buffer.
 */
enum lwi_marker {
    LWI_MARKER_PANIC_MEMORY,
    LWI_MARKER_EXCESSIVE_MEMORY,
    LWI_MARKER_BAD_ALLOC,
    LWI_MARKER_JS_HEAP,
    LWI_MARKER_CALL_STACK,
    LWI_MARKER_DEEP_RECURSION,
    LWI_MARKER_STACK_OVERFLOW,
    LWI_MARKER_STACK_USED_UP,
    LWI_MARKER_OUT_OF_BOUNDS,
    LWI_MARKER_INTERNAL_PANIC,
    LWI_MARKER_PANIC,
    LWI_MARKER_UNCAUGHT,
    LWI_MARKER_COUNT,
};

#define LWI_MARKER_CARRY 64 /* bytes; longer than any marker */

struct lwi_markers {
    uint64_t last_end[LWI_MARKER_COUNT]; /* offset behind it; 0: never seen */
    uint64_t total;                      /* bytes scanned */
    size_t carry_size;
    char carry[LWI_MARKER_CARRY]; /* a marker may straddle two reads */
};

/* Zero-initialise, then feed the stream in order, in pieces of any size. */
void
lwi_markers_feed(struct lwi_markers *markers, const char *data, size_t size);

enum lwi_exit_kind {
    LWI_EXIT_UNKNOWN, /* somebody else reaped it */
    LWI_EXIT_UNTOLD,  /* its zygote, who reaps it, does not say */
    LWI_EXIT_CODE,
    LWI_EXIT_SIGNAL,
};

struct lwi_death_facts {
    bool goodbye;     /* an orderly goodbye frame had come */
    bool exec_failed; /* the program never ran */
    enum lwi_kill_reason kill_reason;
    enum lwi_exit_kind exit_kind;
    int exit_code;                     /* of LWI_EXIT_CODE */
    int exit_signal;                   /* of LWI_EXIT_SIGNAL */
    const struct lwi_markers *markers; /* of its stderr; NULL: none */
};

/*
 * Text on stderr counts only where exit code or signal are the ones that the
 * fault really ends with, and only near the end of the stream: what Lean code
 * prints cannot turn a clean end into another, or an old panic message
 * explain today's death.
 */
enum lwi_death_cause
lwi_classify_death(const struct lwi_death_facts *facts);

#endif
