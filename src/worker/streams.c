/* streams.c - the rows of a run: named streams, none of them with a gap. */
#include "worker/streams.h"

#include "worker/row_form.h"

struct lwi_streams *
lwi_streams_create(const lw_allocator *allocator)
{
    struct lwi_streams *streams = lwi_alloc(allocator, sizeof(*streams));

    if (streams != NULL)
        streams->allocator = allocator;
    return streams;
}

void
lwi_streams_destroy(struct lwi_streams *streams)
{
    if (streams == NULL)
        return;
    while (streams->count > 0)
        lwi_free(streams->allocator,
                 (char *)(uintptr_t)streams->named[--streams->count].name.data);
    lwi_free(streams->allocator, streams);
}

static bool
is_named(const struct lwi_streams *streams, lw_span name)
{
    size_t i;

    for (i = 0; i < streams->count; i++) {
        lw_span other = streams->named[i].name;

        if (other.size == name.size &&
            (name.size == 0 || memcmp(other.data, name.data, name.size) == 0))
            return true;
    }
    return false;
}

enum lwi_taken
lwi_streams_open(struct lwi_streams *streams, uint16_t number, lw_span name)
{
    const char *copy;

    if (streams->count == LWI_STREAMS_MAX || number != streams->count + 1 ||
        name.size > LWI_STREAM_NAME_MAX || is_named(streams, name))
        return LWI_TAKEN_BREACH;
    copy = lwi_copy_bytes(streams->allocator, name.data, name.size);
    if (copy == NULL) {
        streams->no_memory = true;
        return LWI_TAKEN_ENOUGH;
    }
    streams->named[streams->count++] =
        (lw_stream_facts){ .name = { copy, name.size } };
    return LWI_TAKEN;
}

enum lwi_taken
lwi_streams_row(struct lwi_streams *streams, uint16_t number,
                const struct lwi_msg_row *from, const lw_sinks *sinks)
{
    lw_stream_facts *stream;
    lw_row row;

    if (number == 0 || number > streams->count)
        return LWI_TAKEN_BREACH;
    stream = &streams->named[number - 1];
    if (from->sequence != stream->rows)
        return LWI_TAKEN_BREACH;
    if (!lwi_row_has_form(streams->form, from->payload)) {
        streams->malformed = true;
        streams->malformed_name = stream->name;
        streams->malformed_sequence = from->sequence;
        return LWI_TAKEN_ENOUGH;
    }
    row = (lw_row){ stream->name, from->sequence, from->payload };
    if (sinks->row != NULL && sinks->row(&row, sinks->user) < 0)
        return LWI_TAKEN_ENOUGH;
    if (stream->rows++ == 0)
        streams->order[streams->started++] = number - 1u;
    stream->bytes += from->payload.size;
    streams->rows++;
    streams->row_bytes += from->payload.size;
    return LWI_TAKEN;
}
