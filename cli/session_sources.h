/*
 * session_sources.h - files that --source names, as modules of a session.
 */
#ifndef CLI_SESSION_SOURCES_H
#define CLI_SESSION_SOURCES_H

#include <lean_worker/session.h>

#include "input.h"
#include "opt.h"

struct session_sources {
    lw_source *items; /* NULL: none */
    struct input *inputs;
    char **modules;
    size_t count;
};

/* Reads them all. 0, or 2 with a message on stderr. */
int
session_sources_load(struct session_sources *sources,
                     const struct opt_page *page, const struct opt_list *list);

void
session_sources_fini(struct session_sources *sources);

/*
 * The module's name of "My/Exports.lean": "My.Exports"; of a path that is
 * absolute or leads up, the last part's. The caller frees it; NULL: out of
 * memory.
 */
char *
session_sources_module(const char *path);

#endif
