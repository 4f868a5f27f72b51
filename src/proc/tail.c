/* tail.c - the beginning and the end of a stream, in bounded memory. */
#include "proc/tail.h"

int
lwi_tail_init(struct lwi_tail *tail, const lw_allocator *allocator,
              size_t capacity)
{
    *tail = (struct lwi_tail){ .ring_capacity = capacity };
    if (capacity > 0) {
        tail->ring = lwi_alloc(allocator, capacity);
        if (tail->ring == NULL)
            return LW_ENOMEM;
    }
    return LW_OK;
}

void
lwi_tail_fini(struct lwi_tail *tail, const lw_allocator *allocator)
{
    lwi_free(allocator, tail->ring);
    *tail = (struct lwi_tail){ .ring = NULL };
}

static size_t
fill_head(struct lwi_tail *tail, const char *data, size_t size)
{
    size_t room = sizeof(tail->head) - tail->head_size;
    size_t taken = size < room ? size : room;

    memcpy(tail->head + tail->head_size, data, taken);
    tail->head_size += taken;
    return taken;
}

static void
fill_ring(struct lwi_tail *tail, const char *data, size_t size)
{
    size_t first;

    if (size > tail->ring_capacity) {
        data += size - tail->ring_capacity;
        size = tail->ring_capacity;
    }
    if (size == 0)
        return;
    first = tail->ring_capacity - tail->ring_next;
    if (first > size)
        first = size;
    memcpy(tail->ring + tail->ring_next, data, first);
    memcpy(tail->ring, data + first, size - first);
    tail->ring_next = (tail->ring_next + size) % tail->ring_capacity;
    tail->ring_size += size;
    if (tail->ring_size > tail->ring_capacity)
        tail->ring_size = tail->ring_capacity;
}

void
lwi_tail_push(struct lwi_tail *tail, const char *data, size_t size)
{
    size_t taken;

    lwi_markers_feed(&tail->markers, data, size);
    taken = fill_head(tail, data, size);
    fill_ring(tail, data + taken, size - taken);
}

static void
reverse(char *data, size_t from, size_t to)
{
    char byte;

    for (; from + 1 < to; from++, to--) {
        byte = data[from];
        data[from] = data[to - 1];
        data[to - 1] = byte;
    }
}

lw_span
lwi_tail_straighten(struct lwi_tail *tail)
{
    /* A ring that is not full has never wrapped. Else: three reversals. */
    if (tail->ring_size == tail->ring_capacity && tail->ring_next != 0) {
        reverse(tail->ring, 0, tail->ring_next);
        reverse(tail->ring, tail->ring_next, tail->ring_capacity);
        reverse(tail->ring, 0, tail->ring_capacity);
        tail->ring_next = 0;
    }
    return (lw_span){ tail->ring == NULL ? "" : tail->ring, tail->ring_size };
}
