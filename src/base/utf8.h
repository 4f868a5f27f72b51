/*
 * utf8.h - one character of UTF-8. Free of any library: the plugin's wasm
 * build includes it through proto/utf8.c.
 */
#ifndef LWI_BASE_UTF8_H
#define LWI_BASE_UTF8_H

#include <stddef.h>

/*
 * Bytes of the well-formed sequence at p, 0 where there is none: overlong
 * forms, surrogates and code points over U+10FFFF are not. left must not be 0.
 */
static inline size_t
lwi_utf8_sequence(const unsigned char *p, size_t left)
{
    unsigned char low = 0x80, high = 0xbf; /* bounds of the second byte */
    size_t length, i;

    if (p[0] < 0x80)
        return 1;
    if (p[0] < 0xc2 || p[0] > 0xf4)
        return 0;
    length = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    if (p[0] == 0xe0)
        low = 0xa0; /* no overlong form */
    else if (p[0] == 0xed)
        high = 0x9f; /* no surrogate */
    else if (p[0] == 0xf0)
        low = 0x90;
    else if (p[0] == 0xf4)
        high = 0x8f; /* nothing over U+10FFFF */
    if (left < length || p[1] < low || p[1] > high)
        return 0;
    for (i = 2; i < length; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    }
    return length;
}

#endif
