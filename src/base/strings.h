/*
 * strings.h - a list of strings, NULL at the end, as exec and search paths
 * want it. The strings are copies.
 */
#ifndef LWI_STRINGS_H
#define LWI_STRINGS_H

#include "base/alloc.h"

struct lwi_strings {
    char **items; /* NULL at the end; NULL while nothing was added */
    size_t count;
    size_t room;
};

/* LW_OK or LW_ENOMEM, which leaves the list as it was. */
int
lwi_strings_add(struct lwi_strings *strings, const char *text);

/* Takes over a string; frees it where it fails. NULL gives LW_ENOMEM. */
int
lwi_strings_take(struct lwi_strings *strings, char *text);

bool
lwi_strings_have(const struct lwi_strings *strings, const char *text);

/* In the order of strcmp. */
void
lwi_strings_sort(struct lwi_strings *strings);

void
lwi_strings_fini(struct lwi_strings *strings);

/* Frees what was `items`. NULL is allowed. */
void
lwi_strings_free(char **items);

#endif
