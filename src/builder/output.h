/*
 * output.h - the end of what a tool wrote, bounded, and a worker's last words.
 */
#ifndef LWI_BUILDER_OUTPUT_H
#define LWI_BUILDER_OUTPUT_H

#include <pthread.h>

#include <lean_worker/sinks.h>

#include "base/buf.h"
#include "worker/observer.h"

/*
 *     all that was put ──────────────────────────────►
 *                     [ left out ][ at most 2 limits ]
 */
struct lwi_output {
    struct lwi_buf buf;
    size_t limit;
    uint64_t total; /* bytes that were put */
    bool no_memory;
};

void
lwi_output_init(struct lwi_output *output, size_t limit);
void
lwi_output_fini(struct lwi_output *output);

void
lwi_output_put(struct lwi_output *output, const void *data, size_t size);
void
lwi_output_printf(struct lwi_output *output, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "file: severity: message" on lines of its own. */
void
lwi_output_diagnostic(struct lwi_output *output, const lw_diagnostic *d);

/* The last bytes, at most `limit`, from the begin of a character on. Borrowed
 * until the next call. */
lw_span
lwi_output_end(struct lwi_output *output);

/* What a child wrote on stderr, kept at its death on whichever thread. */
struct lwi_last_words {
    pthread_mutex_t lock;
    struct lwi_buf text;
    uint64_t total;
};

void
lwi_last_words_init(struct lwi_last_words *words);
void
lwi_last_words_fini(struct lwi_last_words *words);

/* For lwi_worker_start; user: the last words, or NULL for nobody's. */
void
lwi_last_words_note(const struct lwi_note *note, void *user);

#endif
