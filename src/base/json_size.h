/*
 * json_size.h - how deep and how many the values of a JSON text are, before it
 * is read: reading recurses, and takes about 50 bytes for each value. Needs no
 * memory, and is right up to where the text stops being JSON.
 */
#ifndef LWI_BASE_JSON_SIZE_H
#define LWI_BASE_JSON_SIZE_H

#include <stddef.h>

#include <lean_worker/span.h>

struct lwi_json_size {
    size_t depth;  /* lists and objects in each other */
    size_t values; /* at least as many as there are; names count as well */
};

struct lwi_json_size
lwi_json_size(lw_span text);

#endif
