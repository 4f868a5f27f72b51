/*
 * fnv.h - FNV-1a of 64 bits: is it the same as then? Not made to withstand
 * someone who wants two things to be equal.
 */
#ifndef LWI_FNV_H
#define LWI_FNV_H

#include "base/base.h"

#define LWI_FNV_INIT UINT64_C(14695981039346656037)

static inline uint64_t
lwi_fnv_bytes(uint64_t hash, const void *data, size_t size)
{
    const unsigned char *bytes = data;
    size_t i;

    for (i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(1099511628211);
    return hash;
}

/* With its NUL: "a" and "bc" differ from "ab" and "c". */
static inline uint64_t
lwi_fnv_text(uint64_t hash, const char *text)
{
    return lwi_fnv_bytes(hash, text, strlen(text) + 1);
}

static inline uint64_t
lwi_fnv_number(uint64_t hash, uint64_t number)
{
    return lwi_fnv_bytes(hash, &number, sizeof(number));
}

#endif
