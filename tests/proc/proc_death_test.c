/* proc_death_test.c - one word for each way to end; text that lies. */
#include <signal.h>

#include "proc/tail.h"
#include "proc/launcher_wire.h"
#include "support/test.h"

#define CODE(n) LWI_EXIT_CODE, (n)
#define SIGNALLED(n) LWI_EXIT_SIGNAL, (n)
#define UNKNOWN LWI_EXIT_UNKNOWN, 0

struct row {
    enum lwi_exit_kind kind;
    int number;
    bool goodbye;
    enum lwi_kill_reason reason;
    const char *text;
    enum lwi_death_cause cause;
};

#define NO_KILL LWI_KILL_NONE

/* clang-format off */
static const struct row rows[] = {
    /* a goodbye is the truth, whatever the code */
    { CODE(0), true, NO_KILL, "", LWI_DEATH_ORDERLY },
    { CODE(1), true, NO_KILL, "RuntimeError: memory access out of bounds", LWI_DEATH_ORDERLY },
    { UNKNOWN, true, NO_KILL, "", LWI_DEATH_ORDERLY },
    { SIGNALLED(SIGKILL), true, LWI_KILL_SHUTDOWN, "", LWI_DEATH_ORDERLY },
    { SIGNALLED(SIGKILL), true, LWI_KILL_TIMEOUT, "", LWI_DEATH_TIMEOUT },
    { SIGNALLED(SIGKILL), true, LWI_KILL_PROTOCOL, "", LWI_DEATH_PROTOCOL },

    /* without one, no code is an orderly end */
    { CODE(0), false, NO_KILL, "", LWI_DEATH_ENDED_ITSELF },
    { CODE(200), false, NO_KILL, "", LWI_DEATH_ENDED_ITSELF },
    { CODE(1), false, NO_KILL, "", LWI_DEATH_ENDED_ITSELF },
    { UNKNOWN, false, NO_KILL, "", LWI_DEATH_UNKNOWN },

    /* who killed it */
    { SIGNALLED(SIGKILL), false, LWI_KILL_TIMEOUT, "", LWI_DEATH_TIMEOUT },
    { SIGNALLED(SIGKILL), false, LWI_KILL_CANCELLED, "", LWI_DEATH_CANCELLED },
    { SIGNALLED(SIGKILL), false, LWI_KILL_MEMORY_LIMIT, "", LWI_DEATH_MEMORY_LIMIT },
    { SIGNALLED(SIGKILL), false, LWI_KILL_PROTOCOL, "", LWI_DEATH_PROTOCOL },
    { SIGNALLED(SIGKILL), false, LWI_KILL_POLICY, "", LWI_DEATH_STOPPED },
    { SIGNALLED(SIGTERM), false, LWI_KILL_SHUTDOWN, "", LWI_DEATH_STOPPED },
    { SIGNALLED(SIGKILL), false, LWI_KILL_RUNTIME_ENDING, "", LWI_DEATH_STOPPED },
    { UNKNOWN, false, LWI_KILL_CANCELLED, "", LWI_DEATH_CANCELLED },
    { SIGNALLED(SIGKILL), false, NO_KILL, "", LWI_DEATH_KILLED },

    /* it ended a moment before our signal came */
    { CODE(0), false, LWI_KILL_TIMEOUT, "", LWI_DEATH_ENDED_ITSELF },
    { SIGNALLED(SIGSEGV), false, LWI_KILL_TIMEOUT, "", LWI_DEATH_SIGNAL },

    /* limits */
    { SIGNALLED(SIGXCPU), false, NO_KILL, "", LWI_DEATH_CPU_LIMIT },
    { SIGNALLED(SIGXFSZ), false, NO_KILL, "", LWI_DEATH_FILE_LIMIT },
    { SIGNALLED(SIGABRT), false, NO_KILL, "", LWI_DEATH_SIGNAL },

    /* the fault table of lean-native.md and lean-on-wasm.md */
    { CODE(1), false, NO_KILL, "INTERNAL PANIC: out of memory\n", LWI_DEATH_OUT_OF_MEMORY },
    { CODE(1), false, NO_KILL, "INTERNAL PANIC: unreachable\n", LWI_DEATH_PANIC },
    { CODE(1), false, NO_KILL, "excessive memory consumption detected at 'interpreter'\n", LWI_DEATH_OUT_OF_MEMORY },
    { SIGNALLED(SIGABRT), false, NO_KILL, "libc++abi: terminating due to uncaught exception of type std::bad_alloc: std::bad_alloc\n", LWI_DEATH_OUT_OF_MEMORY },
    { SIGNALLED(SIGABRT), false, NO_KILL, "libc++abi: terminating due to uncaught exception of type lean::exception: failed to create thread\n", LWI_DEATH_UNCAUGHT },
    { SIGNALLED(SIGABRT), false, NO_KILL, "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n", LWI_DEATH_OUT_OF_MEMORY },
    { CODE(134), false, NO_KILL, "JavaScript heap out of memory\n", LWI_DEATH_OUT_OF_MEMORY },
    { CODE(1), false, NO_KILL, "RangeError: Maximum call stack size exceeded\n    at x\n", LWI_DEATH_DEEP_RECURSION },
    { CODE(7), false, NO_KILL, "RangeError: Maximum call stack size exceeded\n", LWI_DEATH_DEEP_RECURSION },
    { CODE(1), false, NO_KILL, "deep recursion was detected at 'interpreter'\n#1 f\n", LWI_DEATH_DEEP_RECURSION },
    { SIGNALLED(SIGABRT), false, NO_KILL, "libc++abi: terminating due to uncaught exception of type lean::throwable: deep recursion was detected at 'interpreter'\n", LWI_DEATH_DEEP_RECURSION },
    { SIGNALLED(SIGABRT), false, NO_KILL, "libc++abi: terminating due to uncaught exception of type lean::memory_exception: excessive memory consumption detected at 'interpreter'\n", LWI_DEATH_OUT_OF_MEMORY },
    { SIGNALLED(SIGSEGV), false, NO_KILL, LWI_STACK_USED_UP "\n", LWI_DEATH_DEEP_RECURSION },
    { SIGNALLED(SIGBUS), false, NO_KILL, LWI_STACK_USED_UP "\n", LWI_DEATH_DEEP_RECURSION },
    { CODE(1), false, NO_KILL, LWI_STACK_USED_UP "\n", LWI_DEATH_ENDED_ITSELF },
    { SIGNALLED(SIGSEGV), false, NO_KILL, "deep recursion was detected\n", LWI_DEATH_SIGNAL },
    { SIGNALLED(SIGABRT), false, NO_KILL, "\nStack overflow detected. Aborting.\n", LWI_DEATH_DEEP_RECURSION },
    { CODE(1), false, NO_KILL, "RuntimeError: memory access out of bounds\n", LWI_DEATH_TRAP },
    { SIGNALLED(SIGABRT), false, NO_KILL, "PANIC at f M:1:2: no\nbacktrace:\n", LWI_DEATH_PANIC },
    { CODE(1), false, NO_KILL, "uncaught exception: boom\n", LWI_DEATH_UNCAUGHT },

    /* the last fault counts, not the first */
    { CODE(1), false, NO_KILL, "PANIC at f M:1:2: no\nuncaught exception: boom\n", LWI_DEATH_UNCAUGHT },

    /* printed text against the facts */
    { CODE(0), false, NO_KILL, "INTERNAL PANIC: out of memory\n", LWI_DEATH_ENDED_ITSELF },
    { CODE(3), false, NO_KILL, "deep recursion was detected\n", LWI_DEATH_ENDED_ITSELF },
    { CODE(0), true, NO_KILL, "Stack overflow detected\n", LWI_DEATH_ORDERLY },
    { SIGNALLED(SIGSEGV), false, NO_KILL, "INTERNAL PANIC: out of memory\n", LWI_DEATH_SIGNAL },
    { SIGNALLED(SIGKILL), false, NO_KILL, "INTERNAL PANIC: out of memory\n", LWI_DEATH_KILLED },
    { SIGNALLED(SIGKILL), false, LWI_KILL_TIMEOUT, "deep recursion was detected\n", LWI_DEATH_TIMEOUT },
    { CODE(1), false, NO_KILL, "Stack overflow detected\n", LWI_DEATH_ENDED_ITSELF },
    { UNKNOWN, false, NO_KILL, "INTERNAL PANIC: out of memory\n", LWI_DEATH_UNKNOWN },
};
/* clang-format on */

static enum lwi_death_cause
classify(const struct row *row, const struct lwi_markers *markers)
{
    struct lwi_death_facts facts = {
        .goodbye = row->goodbye,
        .kill_reason = row->reason,
        .exit_kind = row->kind,
        .markers = markers,
    };

    if (row->kind == LWI_EXIT_CODE)
        facts.exit_code = row->number;
    else
        facts.exit_signal = row->number;
    return lwi_classify_death(&facts);
}

static void
every_row_is_told(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < LWI_COUNT(rows); i++) {
        struct lwi_markers markers = { .total = 0 };

        lwi_markers_feed(&markers, rows[i].text, strlen(rows[i].text));
        if (classify(&rows[i], &markers) != rows[i].cause)
            fail_msg("row %zu (%s): %s, not %s", i, rows[i].text,
                     lwi_death_word(classify(&rows[i], &markers)),
                     lwi_death_word(rows[i].cause));
    }
}

/* Reads may cut a text anywhere. */
static void
pieces_of_any_size_tell_the_same(void **state)
{
    size_t i, piece;

    (void)state;
    for (i = 0; i < LWI_COUNT(rows); i++) {
        for (piece = 1; piece < 70; piece++) {
            struct lwi_markers markers = { .total = 0 };
            const char *text = rows[i].text;
            size_t left = strlen(text), size;

            for (; left > 0; text += size, left -= size) {
                size = left < piece ? left : piece;
                lwi_markers_feed(&markers, text, size);
            }
            assert_int_equal(markers.total, strlen(rows[i].text));
            assert_int_equal(classify(&rows[i], &markers), rows[i].cause);
        }
    }
}

static void
feed_noise(struct lwi_markers *markers, size_t size)
{
    static const char line[] = "#12 some line of a stack trace\n";
    size_t fed;

    for (fed = 0; fed < size; fed += sizeof(line) - 1)
        lwi_markers_feed(markers, line, sizeof(line) - 1);
}

static void
old_text_explains_nothing(void **state)
{
    static const struct row died = { CODE(1), false, NO_KILL, "",
                                     LWI_DEATH_ENDED_ITSELF };
    static const char old[] = "INTERNAL PANIC: out of memory\n";
    static const char deep[] = "deep recursion was detected\n";
    struct lwi_markers markers = { .total = 0 };

    (void)state;
    lwi_markers_feed(&markers, old, sizeof(old) - 1);
    feed_noise(&markers, 20000);
    assert_int_equal(classify(&died, &markers), LWI_DEATH_ENDED_ITSELF);
    /* But megabytes of its own trace follow deep recursion. */
    lwi_markers_feed(&markers, deep, sizeof(deep) - 1);
    feed_noise(&markers, 3000000);
    assert_int_equal(classify(&died, &markers), LWI_DEATH_DEEP_RECURSION);
}

static void
exec_failure_is_its_own_cause(void **state)
{
    struct lwi_death_facts facts = { .exec_failed = true };

    (void)state;
    assert_int_equal(lwi_classify_death(&facts), LWI_DEATH_EXEC_FAILED);
}

static void
words_and_sentences_are_there(void **state)
{
    int cause;

    (void)state;
    for (cause = 0; cause <= LWI_DEATH_EXEC_FAILED; cause++) {
        const char *text = lwi_death_sentence((enum lwi_death_cause)cause);

        assert_true(strlen(lwi_death_word((enum lwi_death_cause)cause)) > 3);
        assert_int_equal(text[strlen(text) - 1], '.');
        assert_true(lwi_death_status((enum lwi_death_cause)cause) < 0);
    }
    assert_string_equal(lwi_kill_reason_word(LWI_KILL_TIMEOUT), "timeout");
}

/* Head and tail against a plain copy of the stream. */
static void
tail_keeps_both_ends(void **state)
{
    enum { CAPACITY = 100, TOTAL = 3 * LWI_STDERR_HEAD_BYTES };
    static char stream[TOTAL];
    size_t total, piece, at, size, kept;
    struct lwi_tail tail;
    lw_span span;

    (void)state;
    for (at = 0; at < TOTAL; at++)
        stream[at] = (char)(at * 7 + at / 256);
    for (total = 0; total < TOTAL; total += 37) {
        piece = 1 + total % 211;
        assert_int_equal(lwi_tail_init(&tail, &lwi_system_allocator, CAPACITY),
                         LW_OK);
        for (at = 0; at < total; at += size) {
            size = total - at < piece ? total - at : piece;
            lwi_tail_push(&tail, stream + at, size);
        }
        span = lwi_tail_straighten(&tail);
        kept = total > sizeof(tail.head) ? total - sizeof(tail.head) : 0;
        if (kept > CAPACITY)
            kept = CAPACITY;
        assert_int_equal(tail.markers.total, total);
        assert_int_equal(span.size, kept);
        assert_memory_equal(tail.head, stream, tail.head_size);
        assert_memory_equal(span.data, stream + total - kept, kept);
        lwi_tail_fini(&tail, &lwi_system_allocator);
    }
}

static void
tail_may_keep_nothing(void **state)
{
    struct lwi_tail tail;

    (void)state;
    assert_int_equal(lwi_tail_init(&tail, &lwi_system_allocator, 0), LW_OK);
    lwi_tail_push(&tail, "abc", 3);
    assert_int_equal(lwi_tail_straighten(&tail).size, 0);
    lwi_tail_fini(&tail, &lwi_system_allocator);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_told),
        cmocka_unit_test(pieces_of_any_size_tell_the_same),
        cmocka_unit_test(old_text_explains_nothing),
        cmocka_unit_test(exec_failure_is_its_own_cause),
        cmocka_unit_test(words_and_sentences_are_there),
        cmocka_unit_test(tail_keeps_both_ends),
        cmocka_unit_test(tail_may_keep_nothing),
    };

    return LWT_RUN(tests);
}
