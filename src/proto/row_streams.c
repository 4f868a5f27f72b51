/* row_streams.c - the streams of a request. */
#include "proto/row_streams.h"

static bool
is_named(const struct lwi_row_stream *stream, lw_span name)
{
    return stream->name_size == name.size &&
           __builtin_memcmp(stream->name, name.data, name.size) == 0;
}

uint16_t
lwi_row_streams_find(struct lwi_row_streams *streams, lw_span name,
                     bool *is_new)
{
    struct lwi_row_stream *stream;
    size_t i;

    *is_new = false;
    for (i = 0; i < streams->count; i++) {
        if (is_named(&streams->list[i], name))
            return (uint16_t)(i + 1);
    }
    if (i == LWI_ROW_STREAMS_MAX || name.size > LWI_ROW_STREAM_NAME_MAX)
        return 0;
    stream = &streams->list[i];
    stream->name_size = name.size;
    stream->next = 0;
    if (name.size > 0)
        (void)__builtin_memcpy(stream->name, name.data, name.size);
    streams->count++;
    *is_new = true;
    return (uint16_t)(i + 1);
}
