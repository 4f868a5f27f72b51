/* session_libraries.h - shared libraries that --library names. */
#ifndef CLI_SESSION_LIBRARIES_H
#define CLI_SESSION_LIBRARIES_H

#include "opt.h"

struct session_libraries {
    char **paths; /* absolute, NULL at the end; NULL: there are none */
};

/* Makes each path absolute; a worker's start looks at the files. Gives 0, or 2
 * with a message on stderr. */
int
session_libraries_load(struct session_libraries *libraries,
                       const struct opt_page *page,
                       const struct opt_list *list);

void
session_libraries_fini(struct session_libraries *libraries);

#endif
