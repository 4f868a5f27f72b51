/* launch.c - how our child is started on a toolchain. */
#include "toolchain/launch.h"

#include "base/error.h"
#include "base/path.h"
#include "base/strings.h"
#include "toolchain/share.h"

/* Of a native toolchain, as elan and conda install it. */
#define SHARED_LIBRARY "lib/lean/libleanshared.so"

/*
 * Variables that would make Lean take its library from elsewhere: a session
 * says its search path itself.
 */
static const char *const taken_away[] = { "LEAN_SRC_PATH", "LEAN_SYSROOT" };

/*
 * The plugin for the embedded Lean has the shim compiled in, and start.lean
 * only calls it. On a native one the shim is elaborated at each start.
 */
static const struct host {
    const char *plugin;
    const char *run;
} hosts[] = {
    [LW_TOOLCHAIN_NATIVE] = { "lean-worker-plugin.so", "shim.lean" },
    [LW_TOOLCHAIN_EMBEDDED] = { "lean-worker-plugin.wasm", "start.lean" },
};

/* PREFIX/bin/lean --load-dynlib=PLUGIN --run FILE */
static int
make_argv(struct lwi_strings *argv, const lw_toolchain *toolchain,
          const char *plugin, const char *shim)
{
    const char *prefix = lw_toolchain_get_prefix(toolchain);
    int rc = lwi_strings_take(argv, lwi_path_join(prefix, "bin/lean"));

    if (rc == LW_OK)
        rc =
            lwi_strings_take(argv, lwi_path_printf("--load-dynlib=%s", plugin));
    if (rc == LW_OK)
        rc = lwi_strings_add(argv, "--run");
    if (rc == LW_OK)
        rc = lwi_strings_add(argv, shim);
    return rc;
}

/*
 * Lean finds its library from the path of its program, which is the launcher's
 * where that hosts it: LEAN_PATH says it then.
 */
static int
make_environment(struct lwi_strings *environment, const lw_toolchain *toolchain,
                 const char *host)
{
    int rc = host != NULL
                 ? lwi_strings_take(
                       environment,
                       lwi_path_printf("LEAN_PATH=%s/lib/lean",
                                       lw_toolchain_get_prefix(toolchain)))
                 : lwi_strings_add(environment, "LEAN_PATH");
    size_t i;

    for (i = 0; rc == LW_OK && i < LWI_COUNT(taken_away); i++)
        rc = lwi_strings_add(environment, taken_away[i]);
    return rc;
}

/* NULL in *host where argv is to be executed. */
static int
find_host(char **host, const lw_toolchain *toolchain)
{
    *host = NULL;
    if (lw_toolchain_get_kind(toolchain) != LW_TOOLCHAIN_NATIVE)
        return LW_OK;
    *host = lwi_path_join(lw_toolchain_get_prefix(toolchain), SHARED_LIBRARY);
    if (*host == NULL)
        return LW_ENOMEM;
    if (!lwi_path_is_file(*host)) {
        lwi_free(&lwi_system_allocator, *host);
        *host = NULL;
    }
    return LW_OK;
}

int
lwi_toolchain_command(const lw_toolchain *toolchain, struct lwi_command *out,
                      lw_error *err)
{
    const struct host *host = &hosts[lw_toolchain_get_kind(toolchain)];
    struct lwi_strings argv = { 0 }, environment = { 0 };
    char *plugin = NULL, *shim = NULL;
    int rc;

    *out = (struct lwi_command){ 0 };
    rc = lwi_share_file(&plugin, host->plugin, err);
    if (rc == LW_OK)
        rc = lwi_share_file(&shim, host->run, err);
    if (rc != LW_OK)
        goto done;
    rc = make_argv(&argv, toolchain, plugin, shim);
    if (rc == LW_OK)
        rc = find_host(&out->host, toolchain);
    if (rc == LW_OK)
        rc = make_environment(&environment, toolchain, out->host);
    if (rc != LW_OK) {
        lwi_command_fini(out);
        lwi_fail(err, rc, "toolchain command", "out of memory");
        goto done;
    }
    out->argv = argv.items;
    out->environment = environment.items;
    argv = environment = (struct lwi_strings){ 0 };
done:
    lwi_strings_fini(&argv);
    lwi_strings_fini(&environment);
    lwi_free(&lwi_system_allocator, plugin);
    lwi_free(&lwi_system_allocator, shim);
    return rc;
}

void
lwi_command_fini(struct lwi_command *command)
{
    lwi_strings_free(command->argv);
    lwi_strings_free(command->environment);
    lwi_free(&lwi_system_allocator, command->host);
    *command = (struct lwi_command){ 0 };
}
