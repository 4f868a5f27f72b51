/*
 * row_streams.h - the streams of a request, as the child that sends rows has
 * them.
 *
 * A stream's name is sent once (STREAM); from then on its number, from 1,
 * stands for it. Rows count from 0 in each stream.
 */
#ifndef LWI_ROW_STREAMS_H
#define LWI_ROW_STREAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lean_worker/span.h>

#define LWI_ROW_STREAMS_MAX 16
#define LWI_ROW_STREAM_NAME_MAX 1024 /* bytes */

struct lwi_row_stream {
    size_t name_size;
    uint64_t next; /* sequence number of its next row */
    char name[LWI_ROW_STREAM_NAME_MAX];
};

struct lwi_row_streams {
    size_t count;
    struct lwi_row_stream list[LWI_ROW_STREAMS_MAX]; /* number n at n - 1 */
};

/*
 * The number of the stream of that name; 0 where there is no room for another,
 * or the name is longer than LWI_ROW_STREAM_NAME_MAX. *is_new where the name
 * has to be sent before the row.
 */
uint16_t
lwi_row_streams_find(struct lwi_row_streams *streams, lw_span name,
                     bool *is_new);

#endif
