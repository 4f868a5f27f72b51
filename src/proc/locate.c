/* locate.c - where lean-worker-child is. */
#include <stdio.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/home.h"
#include "base/path.h"
#include "proc/runtime_impl.h"

#define PROGRAM "lean-worker-child"
#define VARIABLE "LEAN_WORKER_CHILD"

#ifndef LW_LIBEXEC_DIR
#define LW_LIBEXEC_DIR "/usr/local/libexec"
#endif
/* The same as seen from the folders of programs and of the library. */
#ifndef LW_LIBEXEC_FROM_BIN
#define LW_LIBEXEC_FROM_BIN "../libexec"
#endif
#ifndef LW_LIBEXEC_FROM_LIB
#define LW_LIBEXEC_FROM_LIB "../libexec"
#endif

static const char operation[] = "find the launcher";

/* Looks at one place: found (and *out set), or noted in `tried`. */
static bool
is_at(char **out, const lw_allocator *allocator, char *path,
      struct lwi_buf *tried)
{
    bool found = path != NULL && lwi_path_is_file(path) &&
                 access(path, X_OK) == 0;

    /* Absolute, since the child may start in another folder. */
    if (found) {
        char *resolved = lwi_path_resolve(path);
        *out = lwi_copy_text(allocator, resolved);
        lwi_free(&lwi_system_allocator, resolved);
    } else if (path != NULL) {
        lwi_buf_printf(tried, "%s%s (%s)", tried->size > 0 ? ", " : "", path,
                       lwi_path_is_there(path) ? "not executable"
                                               : "not there");
    }
    lwi_free(&lwi_system_allocator, path);
    return found;
}

/* Next to the running program, and where the two are installed. */
static bool
is_near_program(char **out, const lw_allocator *allocator,
                struct lwi_buf *tried)
{
    char *folder = lwi_path_resolve("/proc/self/exe");
    bool found = false;

    if (folder != NULL && lwi_path_to_parent(folder))
        found =
            is_at(out, allocator, lwi_path_join(folder, PROGRAM), tried) ||
            is_at(out, allocator,
                  lwi_path_printf("%s/" LW_LIBEXEC_FROM_BIN "/" PROGRAM, folder),
                  tried);
    lwi_free(&lwi_system_allocator, folder);
    return found;
}

/* Where it was installed with the library, wherever that is now. */
static bool
is_near_library(char **out, const lw_allocator *allocator,
                struct lwi_buf *tried)
{
    char *folder = lwi_home_folder();
    bool found =
        folder != NULL &&
        is_at(out, allocator,
              lwi_path_printf("%s/" LW_LIBEXEC_FROM_LIB "/" PROGRAM, folder),
              tried);

    lwi_free(&lwi_system_allocator, folder);
    return found || is_at(out, allocator,
                          lwi_path_join(LW_LIBEXEC_DIR, PROGRAM), tried);
}

int
lwi_locate_launcher(char **out, const lw_allocator *allocator,
                    const char *given, lw_error *err)
{
    const char *variable = lwi_environment(VARIABLE);
    struct lwi_buf tried;
    bool found;
    int rc = LW_OK;

    *out = NULL;
    lwi_buf_init(&tried, allocator);
    if (given != NULL)
        found = is_at(out, allocator, lwi_path_join("", given), &tried);
    else if (variable != NULL)
        found = is_at(out, allocator, lwi_path_join("", variable), &tried);
    else
        found = is_near_program(out, allocator, &tried) ||
                is_near_library(out, allocator, &tried);
    if (!found)
        rc = lwi_fail(err, LW_ECHILDPATH, operation,
                      "the launcher " PROGRAM " was not found; tried%s: %s",
                      given != NULL      ? " the path given"
                      : variable != NULL ? " $" VARIABLE
                                         : "",
                      lwi_buf_peek_text(&tried));
    else if (*out == NULL)
        rc = lwi_fail(err, LW_ENOMEM, operation, "out of memory");
    lwi_buf_fini(&tried);
    return rc;
}
