/*
 * writer.h - where a hook writes: bytes, and how far it is in a JSON value.
 */
#ifndef LWI_CAPABILITY_WRITER_H
#define LWI_CAPABILITY_WRITER_H

#include <lean_worker/json.h>

#include "base/buf.h"

/* What is open: an object or a list. */
struct lwi_writer_level {
    bool is_list;
    size_t count;       /* values in it so far */
    size_t path_length; /* of the pointer to it */
};

struct lw_writer {
    struct lwi_buf bytes;
    bool no_memory;
    size_t depth;
    size_t values; /* outside of everything: one at most */
    struct lwi_writer_level open[LW_JSON_DEPTH_MAX];
    char path[sizeof(((lw_fault *)NULL)->field)]; /* cut where it is longer */
    size_t path_length;
};

/* Closes what is open. 0, or negative: out of memory. */
int
lwi_writer_close(lw_writer *writer);

#endif
