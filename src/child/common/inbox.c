/* inbox.c - what a child has read of its requests and not looked at yet. */
#include "child/common/inbox.h"

enum lwi_wire_result
lwi_inbox_next(struct lwi_inbox *inbox, uint32_t limit, struct lwi_frame *frame)
{
    enum lwi_wire_result result = LWI_WIRE_MORE;
    size_t size = LWI_HEADER_SIZE;

    if (lwi_inbox_has_part(inbox))
        result =
            lwi_wire_parse(inbox->bytes + inbox->start,
                           inbox->size - inbox->start, limit, frame, &size);
    if (result == LWI_WIRE_FRAME)
        inbox->start += size;
    inbox->needed = result == LWI_WIRE_MORE ? size : 0;
    return result;
}

size_t
lwi_inbox_make_way(struct lwi_inbox *inbox)
{
    size_t left = inbox->size - inbox->start;

    if (inbox->start > 0 && left > 0)
        __builtin_memmove(inbox->bytes, inbox->bytes + inbox->start, left);
    inbox->start = 0;
    inbox->size = left;
    return inbox->needed > LWI_INBOX_LEAST ? inbox->needed : LWI_INBOX_LEAST;
}

bool
lwi_inbox_has_part(const struct lwi_inbox *inbox)
{
    return inbox->start < inbox->size;
}

size_t
lwi_inbox_take(struct lwi_inbox *inbox, uint8_t *to, size_t size)
{
    size_t there = inbox->size - inbox->start;

    if (size > there)
        size = there;
    if (size > 0)
        __builtin_memcpy(to, inbox->bytes + inbox->start, size);
    inbox->start += size;
    return size;
}
