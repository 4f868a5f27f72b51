/*
 * top_table.h - a pool as lines on a screen.
 */
#ifndef CLI_TOP_TABLE_H
#define CLI_TOP_TABLE_H

#include <jansson.h>

#include "term.h"

/* What is known of a pool. The JSON is owned by whoever made it. */
struct top_pool {
    const char *path;
    const json_t *about;
    const json_t *now;    /* the answer to `all` */
    const json_t *before; /* an earlier one; NULL: none */
    double seconds;       /* between the two */
};

/*
 * Prints it, each line cut to the term's columns (0: not at all), at most
 * `lines` of them (0: all). Gives how many it printed.
 */
int
top_table_print(const struct term *term, const struct top_pool *pool,
                int lines);

#endif
