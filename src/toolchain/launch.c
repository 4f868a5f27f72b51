/* launch.c - how our child is started on a toolchain. */
#include "toolchain/launch.h"

#include "base/error.h"
#include "base/path.h"
#include "base/strings.h"
#include "toolchain/share.h"

/*
 * Variables that would make Lean take its library from elsewhere: a session
 * says its search path itself.
 */
static const char *const taken_away[] = { "LEAN_PATH", "LEAN_SRC_PATH",
                                          "LEAN_SYSROOT" };

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

static int
make_environment(struct lwi_strings *environment)
{
    int rc = LW_OK;
    size_t i;

    for (i = 0; rc == LW_OK && i < LWI_COUNT(taken_away); i++)
        rc = lwi_strings_add(environment, taken_away[i]);
    return rc;
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
        rc = make_environment(&environment);
    if (rc != LW_OK) {
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
    *command = (struct lwi_command){ 0 };
}
