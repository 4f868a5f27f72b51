/* launch.c - how our child is started on a toolchain. */
#include "toolchain/launch.h"

#include "base/error.h"
#include "base/path.h"
#include "base/strings.h"
#include "toolchain/share.h"

#define SHIM "shim.lean"

/*
 * Variables that would make Lean take its library from elsewhere: a session
 * says its search path itself.
 */
static const char *const taken_away[] = { "LEAN_PATH", "LEAN_SRC_PATH",
                                          "LEAN_SYSROOT" };

static const char *
plugin_name(const lw_toolchain *toolchain)
{
    switch (lw_toolchain_get_kind(toolchain)) {
    case LW_TOOLCHAIN_NATIVE:
        return "lean-worker-plugin.so";
    case LW_TOOLCHAIN_EMBEDDED:
        return "lean-worker-plugin.wasm";
    }
    LW_WRONG("a toolchain of no kind");
}

/* PREFIX/bin/lean --load-dynlib=PLUGIN --run SHIM */
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
    struct lwi_strings argv = { 0 }, environment = { 0 };
    char *plugin = NULL, *shim = NULL;
    int rc;

    *out = (struct lwi_command){ 0 };
    rc = lwi_share_file(&plugin, plugin_name(toolchain), err);
    if (rc == LW_OK)
        rc = lwi_share_file(&shim, SHIM, err);
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
