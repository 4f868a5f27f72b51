/*
 * text.h - strings and numbers from outside.
 */
#ifndef LWI_TEXT_H
#define LWI_TEXT_H

#include "base/base.h"

/* Copies with a bound and always a NUL; false where it was cut. */
bool
lwi_text_copy(char *to, size_t size, const char *from);

/* A whole decimal number in [min, max], nothing before or behind it. */
bool
lwi_parse_u64(const char *text, uint64_t min, uint64_t max, uint64_t *out);

/* How many before the NULL at the end; a list that is NULL has none. */
static inline size_t
lwi_count_texts(const char *const *texts)
{
    size_t count = 0;

    while (texts != NULL && texts[count] != NULL)
        count++;
    return count;
}

bool
lwi_text_starts(const char *text, const char *prefix);

bool
lwi_text_ends(const char *text, const char *suffix);

/* The bytes of a string, borrowed; NULL is an empty one. */
static inline lw_span
lwi_span_of(const char *string)
{
    return (lw_span){ string == NULL ? "" : string,
                      string == NULL ? 0 : strlen(string) };
}

#endif
