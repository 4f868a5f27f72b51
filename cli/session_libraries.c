/*
 * session_libraries.c - shared libraries that --library names.
 *
 * A child is started in a folder of its own, so that a path is absolute before
 * it is handed on. Links stay as they are: Lake and package managers link.
 */
#include "session_libraries.h"

#include "base/path.h"
#include "cmd.h"

/* NULL with errno. */
static char *
make_absolute(const char *path)
{
    char *here, *absolute;

    if (path[0] == '/')
        return lwi_path_printf("%s", path);
    here = getcwd(NULL, 0);
    if (here == NULL)
        return NULL;
    absolute = lwi_path_join(here, path);
    free(here);
    return absolute;
}

int
session_libraries_load(struct session_libraries *libraries,
                       const struct opt_page *page, const struct opt_list *list)
{
    size_t i;

    if (list->count == 0)
        return EXIT_FINE;
    libraries->paths = calloc(list->count + 1, sizeof(*libraries->paths));
    for (i = 0; i < list->count; i++) {
        if (libraries->paths != NULL)
            libraries->paths[i] = make_absolute(list->values[i]);
        if (libraries->paths == NULL || libraries->paths[i] == NULL) {
            fprintf(stderr,
                    "%s: the path of --library cannot be made "
                    "absolute: %s\n",
                    page->name, strerror(errno));
            return EXIT_CANNOT_RUN;
        }
    }
    return EXIT_FINE;
}

void
session_libraries_fini(struct session_libraries *libraries)
{
    char **path = libraries->paths;

    for (; path != NULL && *path != NULL; path++)
        lwi_free(&lwi_system_allocator, *path);
    free(libraries->paths);
    libraries->paths = NULL;
}
