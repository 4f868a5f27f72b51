/*
 * word.h - what a measurement and its other side say to each other: a word
 * that they share, or so many bytes by pipe.
 */
#ifndef CLI_BENCH_WORD_H
#define CLI_BENCH_WORD_H

#include <limits.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Where the child finds the memory. */
#define BENCH_WORD_FD 3

/* Of a round trip by pipe. */
enum { BENCH_PING_BYTES = 100 };

static inline void
bench_word_set(atomic_int *word, int value, bool spin)
{
    atomic_store_explicit(word, value, memory_order_release);
    if (!spin)
        syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static inline void
bench_word_await(atomic_int *word, int value, bool spin)
{
    int seen;

    while ((seen = atomic_load_explicit(word, memory_order_acquire)) != value) {
        if (!spin)
            syscall(SYS_futex, word, FUTEX_WAIT, seen, NULL, NULL, 0);
    }
}

#endif
