/* utf8.c - is this text? */
#include "proto/utf8.h"

#include "base/utf8.h"

size_t
lwi_utf8_valid_prefix(const char *data, size_t size)
{
    const unsigned char *p = (const unsigned char *)data;
    size_t at = 0, length;

    while (at < size) {
        length = lwi_utf8_sequence(p + at, size - at);
        if (length == 0)
            break;
        at += length;
    }
    return at;
}
