/* launch.c - how our child is started on a toolchain. */
#include "toolchain/launch.h"

#include "base/error.h"
#include "base/path.h"
#include "base/strings.h"
#include "toolchain/program.h"
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

#define LIBRARIES "load shared libraries"
#define LOAD "--load-dynlib="
#define RUN "--run"

/* What is found out before a child is lost with it. */
static int
check_library(const lw_toolchain *toolchain, const char *path, lw_error *err)
{
    char *problem = NULL;
    int rc;

    if (lw_toolchain_get_kind(toolchain) == LW_TOOLCHAIN_EMBEDDED)
        return lwi_fail(err, LW_EUNSUPPORTED, LIBRARIES,
                        "the embedded Lean cannot load a shared library: %s",
                        path);
    if (path[0] != '/')
        return lwi_fail(err, LW_EINVAL, LIBRARIES,
                        "the path of a library must be absolute: %s", path);
    rc = lwi_library_examine(path, &problem);
    if (rc == LW_OK && problem != NULL)
        rc = lwi_fail(err, LW_EFILE, LIBRARIES, "%s %s", path, problem);
    else if (rc != LW_OK)
        lwi_fail(err, rc, LIBRARIES, "out of memory");
    lwi_free(&lwi_system_allocator, problem);
    return rc;
}

/* PREFIX/bin/lean --load-dynlib=PLUGIN [--load-dynlib=SHIM]
 * [--load-dynlib=LIBRARY]... --run FILE */
static int
make_argv(struct lwi_strings *argv, const lw_toolchain *toolchain,
          const struct files *files, const char *const *libraries)
{
    const char *prefix = lw_toolchain_get_prefix(toolchain);
    int rc = lwi_strings_take(argv, lwi_path_join(prefix, "bin/lean"));

    if (rc == LW_OK)
        rc = lwi_strings_take(argv, lwi_path_printf(LOAD "%s", files->plugin));
    if (rc == LW_OK && files->library != NULL)
        rc = lwi_strings_take(argv, lwi_path_printf(LOAD "%s", files->library));
    for (; rc == LW_OK && libraries != NULL && *libraries != NULL; libraries++)
        rc = lwi_strings_take(argv, lwi_path_printf(LOAD "%s", *libraries));
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
    return lwi_toolchain_command_with(toolchain, NULL, out, err);
}

int
lwi_toolchain_command_with(const lw_toolchain *toolchain,
                           const char *const *libraries,
                           struct lwi_command *out, lw_error *err)
{
    struct lwi_strings argv = { 0 }, environment = { 0 };
    struct files files = { NULL, NULL, NULL };
    int rc = LW_OK;
    size_t i;

    *out = (struct lwi_command){ 0 };
    for (i = 0; rc == LW_OK && libraries != NULL && libraries[i] != NULL; i++)
        rc = check_library(toolchain, libraries[i], err);
    if (rc == LW_OK)
        rc = find_files(&files, out, toolchain, err);
    if (rc != LW_OK)
        goto done;
    rc = make_argv(&argv, toolchain, &files, libraries);
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
