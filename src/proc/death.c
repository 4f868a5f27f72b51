/* death.c - why a child ended, as one word. */
#include "proc/death.h"

#include <assert.h>
#include <signal.h>

#include "proc/launcher_wire.h"

/* ---- the words ---- */

const char *
lwi_kill_reason_word(enum lwi_kill_reason reason)
{
#define WORD(name, word) \
    case name:           \
        return word;
    switch (reason) {
        LWI_KILL_MAP(WORD)
    }
#undef WORD
    return "none";
}

struct cause_text {
    const char *word;
    const char *sentence;
    lw_status status;
};

static const struct cause_text *
cause_text(enum lwi_death_cause cause)
{
#define TEXT(name, word, status, sentence) [name] = { word, sentence, status },
    static const struct cause_text texts[] = { LWI_DEATH_MAP(TEXT) };
#undef TEXT
    size_t index = (size_t)cause;

    return &texts[index < LWI_COUNT(texts) ? index : LWI_DEATH_UNKNOWN];
}

const char *
lwi_death_word(enum lwi_death_cause cause)
{
    return cause_text(cause)->word;
}

const char *
lwi_death_sentence(enum lwi_death_cause cause)
{
    return cause_text(cause)->sentence;
}

lw_status
lwi_death_status(enum lwi_death_cause cause)
{
    return cause_text(cause)->status;
}

/* ---- the texts on stderr ---- */

/* Exits that a fault can end in; a shell in between turns signals to codes. */
enum exit_shape {
    EXIT_1 = 1 << 0,     /* Lean, and Node after an uncaught exception */
    EXIT_7 = 1 << 1,     /* Node, where its own handler failed too */
    EXIT_5 = 1 << 2,     /* Node, a fatal error in V8 */
    EXIT_ABORT = 1 << 3, /* SIGABRT, or 134 for it */
    EXIT_TRAP = 1 << 4,  /* SIGTRAP or SIGILL: V8 gives up that way too */
    EXIT_FAULT = 1 << 5, /* SIGSEGV or SIGBUS */
};

/* How near the end of stderr the text must be. */
#define NEAR_END (UINT64_C(16) * 1024)
#define ANYWHERE UINT64_MAX /* where a stack trace of any length follows */

struct marker_row {
    const char *text;
    unsigned exits; /* of enum exit_shape */
    uint64_t reach;
    enum lwi_death_cause cause;
};

/*
 * Who writes them: Lean's runtime, Lean's memory check (-M), the C++ library,
 * V8 (twice), the interpreter, Lean's SIGSEGV handler, our launcher's, V8, Lean
 * (three times). What the interpreter and -M throw in a thread of Lean's pool,
 * where requests are served, nothing catches: the C++ library aborts.
 */
static const struct marker_row marker_rows[] = {
    [LWI_MARKER_PANIC_MEMORY] = { "INTERNAL PANIC: out of memory",
                                  EXIT_1 | EXIT_7 | EXIT_ABORT, NEAR_END,
                                  LWI_DEATH_OUT_OF_MEMORY },
    [LWI_MARKER_EXCESSIVE_MEMORY] = { "excessive memory consumption detected",
                                      EXIT_1 | EXIT_ABORT, ANYWHERE,
                                      LWI_DEATH_OUT_OF_MEMORY },
    [LWI_MARKER_BAD_ALLOC] = { "std::bad_alloc", EXIT_ABORT, NEAR_END,
                               LWI_DEATH_OUT_OF_MEMORY },
    [LWI_MARKER_JS_HEAP] = { "JavaScript heap out of memory",
                             EXIT_5 | EXIT_ABORT | EXIT_TRAP, NEAR_END,
                             LWI_DEATH_OUT_OF_MEMORY },
    [LWI_MARKER_CALL_STACK] = { "RangeError: Maximum call stack size exceeded",
                                EXIT_1 | EXIT_7, NEAR_END,
                                LWI_DEATH_DEEP_RECURSION },
    [LWI_MARKER_DEEP_RECURSION] = { "deep recursion was detected",
                                    EXIT_1 | EXIT_ABORT, ANYWHERE,
                                    LWI_DEATH_DEEP_RECURSION },
    [LWI_MARKER_STACK_OVERFLOW] = { "Stack overflow detected", EXIT_ABORT,
                                    NEAR_END, LWI_DEATH_DEEP_RECURSION },
    [LWI_MARKER_STACK_USED_UP] = { LWI_STACK_USED_UP, EXIT_FAULT, NEAR_END,
                                   LWI_DEATH_DEEP_RECURSION },
    [LWI_MARKER_OUT_OF_BOUNDS] = { "RuntimeError: memory access out of bounds",
                                   EXIT_1 | EXIT_7, NEAR_END,
                                   LWI_DEATH_TRAP },
    [LWI_MARKER_INTERNAL_PANIC] = { "INTERNAL PANIC", EXIT_1 | EXIT_ABORT,
                                    NEAR_END, LWI_DEATH_PANIC },
    [LWI_MARKER_PANIC] = { "PANIC at ", EXIT_1 | EXIT_ABORT, NEAR_END,
                           LWI_DEATH_PANIC },
    [LWI_MARKER_UNCAUGHT] = { "uncaught exception", EXIT_1 | EXIT_ABORT,
                              NEAR_END, LWI_DEATH_UNCAUGHT },
};

static_assert(LWI_COUNT(marker_rows) == LWI_MARKER_COUNT, "a row each");

/* Where the last occurrence in data ends, or 0. */
static size_t
last_end(const char *data, size_t size, const char *text)
{
    size_t length = strlen(text), end = 0;
    const char *at = data, *found;

    while ((found = memmem(at, size - (size_t)(at - data), text, length))) {
        end = (size_t)(found - data) + length;
        at = data + end;
    }
    return end;
}

/* Notes every marker in a window that begins at an offset of the stream. */
static void
scan(struct lwi_markers *markers, const char *data, size_t size,
     uint64_t offset)
{
    size_t i, end;

    for (i = 0; i < LWI_MARKER_COUNT; i++) {
        end = last_end(data, size, marker_rows[i].text);
        if (end > 0)
            markers->last_end[i] = offset + end;
    }
}

/* Keeps the end of what was seen so far, for a marker that is cut there. */
static void
keep_carry(struct lwi_markers *markers, const char *data, size_t size)
{
    size_t room = sizeof(markers->carry), old;

    if (size >= room) {
        memcpy(markers->carry, data + size - room, room);
        markers->carry_size = room;
        return;
    }
    old = markers->carry_size < room - size ? markers->carry_size
                                            : room - size;
    memmove(markers->carry, markers->carry + markers->carry_size - old, old);
    memcpy(markers->carry + old, data, size);
    markers->carry_size = old + size;
}

void
lwi_markers_feed(struct lwi_markers *markers, const char *data, size_t size)
{
    char joint[2 * LWI_MARKER_CARRY];
    size_t after = size < LWI_MARKER_CARRY ? size : LWI_MARKER_CARRY;

    if (size == 0)
        return;
    memcpy(joint, markers->carry, markers->carry_size);
    memcpy(joint + markers->carry_size, data, after);
    scan(markers, joint, markers->carry_size + after,
         markers->total - markers->carry_size);
    scan(markers, data, size, markers->total);
    keep_carry(markers, data, size);
    markers->total += size;
}

/* ---- the verdict ---- */

static unsigned
shape_of(const struct lwi_death_facts *facts)
{
    if (facts->exit_kind == LWI_EXIT_SIGNAL) {
        if (facts->exit_signal == SIGABRT)
            return EXIT_ABORT;
        if (facts->exit_signal == SIGSEGV || facts->exit_signal == SIGBUS)
            return EXIT_FAULT;
        return facts->exit_signal == SIGTRAP || facts->exit_signal == SIGILL
                   ? EXIT_TRAP
                   : 0;
    }
    if (facts->exit_kind != LWI_EXIT_CODE)
        return 0;
    switch (facts->exit_code) {
    case 1:
        return EXIT_1;
    case 5:
        return EXIT_5;
    case 7:
        return EXIT_7;
    case 128 + SIGABRT:
        return EXIT_ABORT;
    case 128 + SIGTRAP:
    case 128 + SIGILL:
        return EXIT_TRAP;
    default:
        return 0;
    }
}

/* The last text that goes with this exit; UNKNOWN where there is none. */
static enum lwi_death_cause
cause_by_text(const struct lwi_death_facts *facts)
{
    const struct lwi_markers *markers = facts->markers;
    enum lwi_death_cause cause = LWI_DEATH_UNKNOWN;
    unsigned shape = shape_of(facts);
    uint64_t best = 0, end;
    size_t i;

    if (markers == NULL || shape == 0)
        return cause;
    for (i = 0; i < LWI_MARKER_COUNT; i++) {
        end = markers->last_end[i];
        if (end > best && (marker_rows[i].exits & shape) != 0 &&
            markers->total - end < marker_rows[i].reach) {
            best = end;
            cause = marker_rows[i].cause;
        }
    }
    return cause;
}

static enum lwi_death_cause
cause_by_signal(int signal)
{
    switch (signal) {
    case SIGXCPU:
        return LWI_DEATH_CPU_LIMIT;
    case SIGXFSZ:
        return LWI_DEATH_FILE_LIMIT;
    case SIGKILL:
        return LWI_DEATH_KILLED;
    default:
        return LWI_DEATH_SIGNAL;
    }
}

static enum lwi_death_cause
cause_by_reason(enum lwi_kill_reason reason)
{
    switch (reason) {
    case LWI_KILL_TIMEOUT:
        return LWI_DEATH_TIMEOUT;
    case LWI_KILL_CANCELLED:
        return LWI_DEATH_CANCELLED;
    case LWI_KILL_MEMORY_LIMIT:
        return LWI_DEATH_MEMORY_LIMIT;
    case LWI_KILL_PROTOCOL:
        return LWI_DEATH_PROTOCOL;
    case LWI_KILL_POLICY:
    case LWI_KILL_SHUTDOWN:
    case LWI_KILL_RUNTIME_ENDING:
        return LWI_DEATH_STOPPED;
    case LWI_KILL_NONE:
        break;
    }
    return LWI_DEATH_UNKNOWN;
}

/* Did our own signal end it? A child may die a moment before it comes. */
static bool
ended_by_us(const struct lwi_death_facts *facts)
{
    if (facts->kill_reason == LWI_KILL_NONE)
        return false;
    return facts->exit_kind == LWI_EXIT_UNKNOWN ||
           facts->exit_kind == LWI_EXIT_UNTOLD ||
           (facts->exit_kind == LWI_EXIT_SIGNAL &&
            (facts->exit_signal == SIGKILL || facts->exit_signal == SIGTERM));
}

enum lwi_death_cause
lwi_classify_death(const struct lwi_death_facts *facts)
{
    enum lwi_death_cause cause;

    if (facts->exec_failed)
        return LWI_DEATH_EXEC_FAILED;
    if (ended_by_us(facts)) {
        cause = cause_by_reason(facts->kill_reason);
        /* Ending a child that had said goodbye only finishes its work. */
        return cause == LWI_DEATH_STOPPED && facts->goodbye ? LWI_DEATH_ORDERLY
                                                            : cause;
    }
    if (facts->goodbye)
        return LWI_DEATH_ORDERLY;
    cause = cause_by_text(facts);
    if (cause != LWI_DEATH_UNKNOWN)
        return cause;
    switch (facts->exit_kind) {
    case LWI_EXIT_CODE:
        return LWI_DEATH_ENDED_ITSELF;
    case LWI_EXIT_SIGNAL:
        return cause_by_signal(facts->exit_signal);
    case LWI_EXIT_UNTOLD:
        return LWI_DEATH_FORK_SERVER;
    case LWI_EXIT_UNKNOWN:
        break;
    }
    return LWI_DEATH_UNKNOWN;
}
