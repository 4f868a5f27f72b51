/*
 * streams.h - the rows of a run: named streams, none of them with a gap.
 *
 *     STREAM 1 "a"   ROW 1/0   ROW 1/1   STREAM 2 "b"   ROW 2/0   ROW 1/2
 *     └ named once, in the order of the numbers, before its first row
 */
#ifndef LWI_STREAMS_H
#define LWI_STREAMS_H

#include <lean_worker/export.h>

#include "base/alloc.h"
#include "worker/call.h"

/* As many as the child library allows (LWI_CHILD_STREAMS). */
#define LWI_STREAMS_MAX 16

/* Names are kept while the request lasts, so a child may not make them large.
 * As long as the child library allows (LWI_CHILD_STREAM_NAME). */
#define LWI_STREAM_NAME_MAX 1024u

struct lwi_streams {
    const lw_allocator *allocator;
    lw_stream_facts named[LWI_STREAMS_MAX]; /* names are owned */
    size_t count;
    size_t order[LWI_STREAMS_MAX]; /* of their first rows */
    size_t started;                /* that have a row */
    uint64_t rows;
    uint64_t row_bytes;
    bool no_memory;

    /* What rows must be, and the first that was not. */
    lw_row_form form;
    bool malformed;
    lw_span malformed_name; /* of its stream; borrowed from `named` */
    uint64_t malformed_sequence;
};

/* NULL where there is no memory. */
struct lwi_streams *
lwi_streams_create(const lw_allocator *allocator);

void
lwi_streams_destroy(struct lwi_streams *streams); /* NULL is allowed */

/* LWI_TAKEN_ENOUGH where there is no memory; `no_memory` is then set. */
enum lwi_taken
lwi_streams_open(struct lwi_streams *streams, uint16_t number, lw_span name);

/*
 * A row, passed to the sink and then counted. LWI_TAKEN_ENOUGH where the sink
 * wants no more, or the row has not the form; `malformed` is then set.
 */
enum lwi_taken
lwi_streams_row(struct lwi_streams *streams, uint16_t number,
                const struct lwi_msg_row *from, const lw_sinks *sinks);

#endif
