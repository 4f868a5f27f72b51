/* home.c - where this library itself lies. */
#include "base/home.h"

#include <dlfcn.h>

#include "base/path.h"

/* Any object of ours will do: the loader knows which file it came from. */
static const char anchor = 0;

/* A relative name is argv[0] or from LD_LIBRARY_PATH, and would be looked
 * for below whatever folder is the present one: it does not count. */
static const char *
name_of_file(void)
{
    Dl_info file;

    if (dladdr(&anchor, &file) == 0 || file.dli_fname == NULL)
        return NULL;
    return file.dli_fname[0] == '/' ? file.dli_fname : NULL;
}

char *
lwi_home_folder(void)
{
    const char *name = name_of_file();
    char *program = lwi_path_resolve("/proc/self/exe");
    char *library = name == NULL ? NULL : lwi_path_resolve(name);
    bool is_own = library != NULL &&
                  (program == NULL || strcmp(program, library) != 0) &&
                  lwi_path_to_parent(library);

    lwi_free(&lwi_system_allocator, program);
    if (is_own)
        return library;
    lwi_free(&lwi_system_allocator, library);
    return NULL;
}
