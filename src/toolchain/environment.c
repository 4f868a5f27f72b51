/* environment.c - what a toolchain's own programs are started with. */
#include "toolchain/environment.h"

#include "base/path.h"

int
lwi_toolchain_environment(struct lwi_strings *environment, const char *program)
{
    static const char *const taken_away[] = {
        "LEAN_PATH",      "LEAN_SRC_PATH",
        "LEAN_SYSROOT",   "LEAN",
        "LEAN_CC",        "LEAN_AR",
        "LEAN_GITHASH",   "LAKE",
        "LAKE_HOME",      "LAKE_OVERRIDE_LEAN",
        "ELAN_TOOLCHAIN",
    };
    const char *path = lwi_environment("PATH");
    char *bin = lwi_copy_text(&lwi_system_allocator, program);
    int rc = LW_ENOMEM;
    size_t i;

    if (bin != NULL && lwi_path_to_parent(bin))
        rc = lwi_strings_take(
            environment,
            lwi_path_printf("PATH=%s:%s", bin,
                            path == NULL ? "/usr/bin:/bin" : path));
    for (i = 0; rc == LW_OK && i < LWI_COUNT(taken_away); i++)
        rc = lwi_strings_add(environment, taken_away[i]);
    lwi_free(&lwi_system_allocator, bin);
    return rc;
}
