/*
 * shim.c - compiling the shim: `lean -c`, leanc, and a child to prove it.
 *
 * All of it under the lock of the cache folder and within one deadline, in a
 * folder that is cleared before and after. What is finished is moved, and its
 * record counts for this process alone until a child has started with it.
 */
#include "toolchain/shim.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include <lean_worker/worker.h>

#include "base/cache_folder.h"
#include "base/cancel.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "base/strings.h"
#include "base/text.h"
#include "proc/runtime.h"
#include "proc/tool.h"
#include "toolchain/environment.h"
#include "toolchain/program.h"

#define DOING "compile the shim"
#define TEXT_LIMIT ((size_t)16 * 1024 * 1024)
#define OUTPUT_LIMIT ((size_t)1024 * 1024)
#define SHIM_SOURCE LWI_SHIM_MODULE ".lean"
#define SHIM_C LWI_SHIM_MODULE ".c"
#define NAMES "names"

/* What the plugin looks for; all else stays inside. */
static const char names[] =
    "{ global: initialize_" LWI_SHIM_MODULE "; lw_serve; local: *; };\n";

struct compiling {
    struct lwi_shim shim;
    lw_runtime *runtime;
    const lw_toolchain *toolchain;
    lw_shim_options options;
    const struct lwi_clock *clock;
    int64_t deadline;
    char *bin;  /* of the toolchain */
    char *room; /* of what is being compiled */
    lw_error *err;
};

static int
no_memory(const struct compiling *c)
{
    return lwi_fail(c->err, LW_ENOMEM, DOING, "out of memory");
}

/* LW_OK, LW_ECANCELLED or LW_ETIMEOUT. */
static int
go_on(const struct compiling *c)
{
    if (lw_cancel_is_set(c->options.cancel))
        return lwi_fail(c->err, LW_ECANCELLED, DOING, "cancelled");
    if (lwi_now(c->clock) >= c->deadline)
        return lwi_fail(c->err, LW_ETIMEOUT, DOING,
                        "the shim is not compiled within %.1f s",
                        (double)c->options.timeout_ms / 1000);
    return LW_OK;
}

/* ---- its tools ---- */

/* Lean says what is wrong on stdout, leanc on stderr. */
static int
blame(const struct compiling *c, const char *program,
      const struct lwi_tool *tool, const struct lwi_obituary *how)
{
    bool by_signal = how->exit_signal != 0;
    lw_span words = lwi_tool_last_words(how);

    if (words.size == 0)
        words =
            lwi_tool_end_of((lw_span){ tool->output.data, tool->output.size });
    return lwi_fail(c->err, LW_EBUILD, DOING, "%s failed (%s %d)%s%.*s",
                    program, by_signal ? "signal" : "exit code",
                    by_signal ? how->exit_signal : how->exit_code,
                    words.size > 0 ? ": " : "", (int)words.size,
                    words.size > 0 ? words.data : "");
}

static int
attend(const struct compiling *c, const char *program, struct lwi_tool *tool)
{
    struct lwi_obituary how;
    int rc = LW_OK;

    for (;;) {
        rc = go_on(c);
        if (rc == LW_OK)
            rc = lwi_tools_wait(tool, 1, lwi_cancel_fd(c->options.cancel),
                                c->clock, c->deadline, DOING, c->err);
        if (rc != LW_OK)
            return rc;
        if (lwi_tool_ended(tool, c->clock, &how))
            break;
        if (lwi_tool_drain(tool) != LW_OK)
            return no_memory(c);
    }
    return how.exit_signal != 0 || how.exit_code != 0
               ? blame(c, program, tool, &how)
               : LW_OK;
}

/* argv[0] is a name in the toolchain's bin; NULL at the end. */
static int
run(const struct compiling *c, const char *const *argv)
{
    struct lwi_strings words = { 0 }, environment = { 0 };
    struct lwi_tool tool = { .child = NULL };
    int rc = lwi_strings_take(&words, lwi_path_join(c->bin, argv[0]));
    size_t i;

    for (i = 1; rc == LW_OK && argv[i] != NULL; i++)
        rc = lwi_strings_add(&words, argv[i]);
    if (rc == LW_OK)
        rc = lwi_toolchain_environment(&environment, words.items[0]);
    if (rc == LW_OK) {
        const struct lwi_tool_words all = {
            (const char *const *)words.items,
            (const char *const *)environment.items, c->room
        };

        rc = lwi_tool_start(&tool, c->runtime, OUTPUT_LIMIT, &all, c->err);
        if (rc == LW_OK)
            rc = attend(c, argv[0], &tool);
        lwi_tool_fini(&tool, c->clock, LWI_KILL_POLICY);
    } else {
        rc = no_memory(c);
    }
    lwi_strings_fini(&words);
    lwi_strings_fini(&environment);
    return rc;
}

/* ---- what they work on ---- */

static int
put_file(const struct compiling *c, const char *name, const char *text,
         size_t size)
{
    char *path = lwi_path_join(c->room, name);
    int fd, rc = LW_OK;

    if (path == NULL)
        return no_memory(c);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, text, size) != (ssize_t)size)
        rc = lwi_fail_errno(c->err, LW_EFILE, DOING, "cannot write %s", path);
    if (fd >= 0)
        close(fd);
    lwi_free(&lwi_system_allocator, path);
    return rc;
}

/* Lean names the module after its file. */
static int
fill_room(const struct compiling *c)
{
    struct lwi_buf text;
    int rc;

    lwi_cache_clear(c->room);
    rc = lwi_cache_make(c->room, c->err);
    if (rc != LW_OK)
        return rc;
    lwi_buf_init(&text, &lwi_system_allocator);
    rc = lwi_file_read(&text, c->shim.text, TEXT_LIMIT);
    if (rc == LW_ENOMEM)
        rc = no_memory(c);
    else if (rc != LW_OK)
        rc = lwi_fail_errno(c->err, LW_EFILE, DOING, "cannot read %s",
                            c->shim.text);
    if (rc == LW_OK)
        rc = put_file(c, SHIM_SOURCE, lwi_buf_peek_text(&text), text.size);
    if (rc == LW_OK)
        rc = put_file(c, NAMES, names, strlen(names));
    lwi_buf_fini(&text);
    return rc;
}

static int
make_library(const struct compiling *c)
{
    static const char *const lean[] = { "lean", "-c", SHIM_C, SHIM_SOURCE,
                                        NULL };
    static const char *const leanc[] = { "leanc", "-shared",
                                         "-fPIC", "-O3",
                                         "-o",    LWI_SHIM_LIBRARY,
                                         SHIM_C,  "-Wl,--version-script=" NAMES,
                                         NULL };
    int rc = fill_room(c);

    if (rc == LW_OK)
        rc = run(c, lean);
    return rc == LW_OK ? run(c, leanc) : rc;
}

/* ---- where it goes ---- */

/* Its record goes first, and a new one comes last. */
static int
keep(const struct compiling *c)
{
    char *made = lwi_path_join(c->room, LWI_SHIM_LIBRARY);
    int rc = made == NULL ? no_memory(c) : LW_OK;

    if (rc == LW_OK)
        lwi_cache_clear(c->shim.folder);
    if (rc == LW_OK)
        rc = lwi_cache_make(c->shim.folder, c->err);
    if (rc == LW_OK && chmod(made, 0600) != 0)
        rc = lwi_fail_errno(c->err, LW_EBUILD, DOING,
                            "leanc ended well and wrote no %s", made);
    if (rc == LW_OK && rename(made, c->shim.library) != 0)
        rc = lwi_fail_errno(c->err, LW_EFILE, DOING, "cannot make %s",
                            c->shim.library);
    if (rc == LW_OK)
        rc = lwi_shim_write_record(&c->shim, false, c->err);
    lwi_free(&lwi_system_allocator, made);
    return rc;
}

/* A child that serves with it: loaded, of the right version, initialized. */
static int
prove(const struct compiling *c)
{
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_worker_metadata metadata = { .struct_size = sizeof(metadata) };
    lw_worker *worker = NULL;
    int64_t left = c->deadline - lwi_now(c->clock);
    int rc = go_on(c);

    if (rc != LW_OK)
        return rc;
    config.toolchain = c->toolchain;
    config.startup_timeout_ms = (uint64_t)(left / LWI_NS_PER_MS) + 1;
    rc = lw_worker_start(&worker, c->runtime, &config, c->options.cancel,
                         c->err);
    if (rc == LW_OK)
        rc = lw_worker_get_metadata(worker, &metadata, c->err);
    if (rc == LW_OK && metadata.shim != LW_SHIM_COMPILED)
        rc = lwi_fail(c->err, LW_EFILE, DOING,
                      "what was compiled cannot be used: %s",
                      metadata.shim_detail);
    lw_worker_destroy(worker);
    return rc == LW_OK ? lwi_shim_write_record(&c->shim, true, c->err) : rc;
}

/* ---- the whole ---- */

static int
check_leanc(const struct compiling *c)
{
    char *problem = NULL;
    int rc = LW_OK;

    if (c->shim.leanc == NULL)
        return lwi_fail(c->err, LW_ETOOLCHAIN, DOING, "%s", c->shim.reason);
    if (c->shim.library == NULL)
        return lwi_fail(c->err, LW_EFILE, DOING, "%s", c->shim.reason);
    if (lwi_program_examine(c->shim.leanc, &problem) != LW_OK)
        return no_memory(c);
    if (problem != NULL)
        rc = lwi_fail(c->err, LW_ETOOLCHAIN, DOING, "%s %s", c->shim.leanc,
                      problem);
    lwi_free(&lwi_system_allocator, problem);
    return rc;
}

/* *found: it is compiled, and nothing has changed its bytes. */
static int
look(struct compiling *c, bool *found)
{
    int rc;

    lwi_shim_fini(&c->shim);
    *found = false;
    rc = lwi_shim_look(&c->shim, c->toolchain, c->err);
    if (rc == LW_OK && c->shim.state == LW_SHIM_COMPILED && !c->options.again &&
        lwi_shim_is_whole(&c->shim, found) != LW_OK)
        rc = no_memory(c);
    return rc;
}

static int
compile(struct compiling *c)
{
    int rc = make_library(c);

    if (rc == LW_OK)
        rc = keep(c);
    if (rc != LW_OK)
        return rc;
    rc = prove(c);
    if (rc != LW_OK)
        lwi_cache_clear(c->shim.folder);
    return rc;
}

static int
compile_locked(struct compiling *c)
{
    bool found;
    int lock = -1, rc = lwi_cache_make(c->shim.root, c->err);

    if (rc == LW_OK)
        rc = lwi_cache_lock(&lock, c->shim.root, c->options.cancel, c->clock,
                            c->deadline, c->err);
    if (rc != LW_OK)
        return rc;
    c->room = lwi_path_join(c->shim.root, "tmp");
    c->bin = lwi_path_join(lw_toolchain_get_prefix(c->toolchain), "bin");
    rc = c->room == NULL || c->bin == NULL ? no_memory(c) : look(c, &found);
    if (rc == LW_OK && !found) {
        rc = compile(c);
        lwi_cache_clear(c->room);
    }
    close(lock);
    lwi_free(&lwi_system_allocator, c->room);
    lwi_free(&lwi_system_allocator, c->bin);
    return rc;
}

static int
check_arguments(const lw_shim *shim, const lw_runtime *runtime,
                const lw_toolchain *toolchain, const lw_shim_options *options,
                lw_error *err)
{
    if (runtime == NULL || toolchain == NULL)
        return lwi_fail(err, LW_EINVAL, DOING, "runtime or toolchain is NULL");
    if ((shim != NULL && shim->struct_size != sizeof(*shim)) ||
        (options != NULL && options->struct_size != sizeof(*options)))
        return lwi_fail(err, LW_EINVAL, DOING,
                        "shim or options of another version; use LW_SHIM_INIT "
                        "and LW_SHIM_OPTIONS_INIT");
    if (options != NULL &&
        (options->timeout_ms == 0 || options->timeout_ms > LW_TIMEOUT_MAX_MS))
        return lwi_fail(err, LW_EINVAL, DOING,
                        "timeout_ms must be 1 ms to 30 days");
    if (lw_toolchain_get_kind(toolchain) == LW_TOOLCHAIN_EMBEDDED)
        return lwi_fail(err, LW_EUNSUPPORTED, DOING,
                        "the embedded toolchain has its shim compiled in");
    return LW_OK;
}

int
lw_toolchain_compile_shim(lw_shim *shim, lw_runtime *runtime,
                          const lw_toolchain *toolchain,
                          const lw_shim_options *options, lw_error *err)
{
    static const lw_shim_options defaults = LW_SHIM_OPTIONS_INIT;
    struct compiling c = { .runtime = runtime,
                           .toolchain = toolchain,
                           .options = options != NULL ? *options : defaults,
                           .err = err };
    bool found = false;
    int rc = check_arguments(shim, runtime, toolchain, options, err);

    if (rc == LW_OK)
        rc = lwi_runtime_check(runtime, DOING, err);
    if (rc != LW_OK)
        return rc;
    c.clock = lwi_runtime_clock(runtime);
    c.deadline = lwi_deadline_after(c.clock, c.options.timeout_ms);
    rc = look(&c, &found);
    if (rc == LW_OK)
        rc = check_leanc(&c);
    if (rc == LW_OK && !found)
        rc = compile_locked(&c);
    lwi_shim_fini(&c.shim);
    if (rc == LW_OK && shim != NULL)
        rc = lw_toolchain_get_shim(toolchain, shim, err);
    return rc;
}
