/* launch.c - how our child is started on a toolchain. */
#include "toolchain/launch.h"

#include "base/error.h"
#include "base/path.h"
#include "base/strings.h"
#include "toolchain/share.h"
#include "toolchain/shim.h"

/* Of a native toolchain, as elan and conda install it. */
#define SHARED_LIBRARY "lib/lean/libleanshared.so"

/*
 * Variables that would make Lean take its library from elsewhere: a session
 * says its search path itself.
 */
static const char *const taken_away[] = { "LEAN_SRC_PATH", "LEAN_SYSROOT" };

/* What Lean loads and reads, in this order. */
struct files {
    char *plugin;
    char *library; /* the compiled shim; NULL: none */
    char *run;
};

#define LOAD "--load-dynlib="
#define RUN "--run"

/* PREFIX/bin/lean --load-dynlib=PLUGIN [--load-dynlib=SHIM] --run FILE */
static int
make_argv(struct lwi_strings *argv, const lw_toolchain *toolchain,
          const struct files *files)
{
    const char *prefix = lw_toolchain_get_prefix(toolchain);
    int rc = lwi_strings_take(argv, lwi_path_join(prefix, "bin/lean"));

    if (rc == LW_OK)
        rc = lwi_strings_take(argv, lwi_path_printf(LOAD "%s", files->plugin));
    if (rc == LW_OK && files->library != NULL)
        rc = lwi_strings_take(argv, lwi_path_printf(LOAD "%s", files->library));
    if (rc == LW_OK)
        rc = lwi_strings_add(argv, RUN);
    if (rc == LW_OK)
        rc = lwi_strings_add(argv, files->run);
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

/*
 * The plugin for the embedded Lean has the shim compiled in, and start.lean
 * only calls it; on a native one that is so where its leanc has compiled it.
 */
static int
find_files(struct files *files, struct lwi_command *out,
           const lw_toolchain *toolchain, lw_error *err)
{
    bool embedded = lw_toolchain_get_kind(toolchain) == LW_TOOLCHAIN_EMBEDDED;
    struct lwi_shim shim = { .state = LW_SHIM_BUILT_IN };
    int rc = lwi_share_file(
        &files->plugin,
        embedded ? "lean-worker-plugin.wasm" : "lean-worker-plugin.so", err);

    if (rc == LW_OK && embedded)
        rc = lwi_share_file(&files->run, "start.lean", err);
    if (rc == LW_OK && !embedded)
        rc = lwi_shim_look(&shim, toolchain, err);
    if (rc != LW_OK)
        goto done;
    out->shim = shim.state;
    if (shim.state == LW_SHIM_COMPILED) {
        files->run = shim.start;
        files->library = shim.library;
        out->shim_text = shim.text;
        shim.start = shim.library = shim.text = NULL;
    } else if (!embedded) {
        files->run = shim.text;
        shim.text = NULL;
    }
    out->shim_detail =
        lwi_copy_text(&lwi_system_allocator,
                      files->library != NULL ? files->library : shim.reason);
    if (out->shim_detail == NULL)
        rc = lwi_fail(err, LW_ENOMEM, "toolchain command", "out of memory");
done:
    lwi_shim_fini(&shim);
    return rc;
}

int
lwi_toolchain_command(const lw_toolchain *toolchain, struct lwi_command *out,
                      lw_error *err)
{
    struct lwi_strings argv = { 0 }, environment = { 0 };
    struct files files = { NULL, NULL, NULL };
    int rc;

    *out = (struct lwi_command){ 0 };
    rc = find_files(&files, out, toolchain, err);
    if (rc != LW_OK)
        goto done;
    rc = make_argv(&argv, toolchain, &files);
    if (rc == LW_OK)
        rc = find_host(&out->host, toolchain);
    if (rc == LW_OK)
        rc = make_environment(&environment, toolchain, out->host);
    if (rc != LW_OK)
        lwi_fail(err, rc, "toolchain command", "out of memory");
done:
    out->argv = argv.items;
    out->environment = environment.items;
    if (rc != LW_OK)
        lwi_command_fini(out);
    lwi_free(&lwi_system_allocator, files.plugin);
    lwi_free(&lwi_system_allocator, files.library);
    lwi_free(&lwi_system_allocator, files.run);
    return rc;
}

void
lwi_command_fini(struct lwi_command *command)
{
    lwi_strings_free(command->argv);
    lwi_strings_free(command->environment);
    lwi_free(&lwi_system_allocator, command->host);
    lwi_free(&lwi_system_allocator, command->shim_detail);
    lwi_free(&lwi_system_allocator, command->shim_text);
    *command = (struct lwi_command){ 0 };
}
