/* build_support.c - a sandbox with a toolchain whose lean is a script. */
#include "build/build_support.h"

#include <lean_worker/project.h>

#include "base/file.h"
#include "support/olean.h"

struct lwt_sandbox box;
lw_build_options options;
lw_build *build;

static lw_runtime *runtime;
static lw_toolchain *toolchain;

/*
 * Does what the source says: lines with error, hang, die, quiet, spill and
 * edit. What it compiles it copies, with the arguments behind it.
 */
static const char lean[] =
    "for file; do [ \"$before\" = -o ] && out=$file; before=$file; done\n"
    "echo \"$file\" >>BOX/log\n"
    "echo \"$*\" >>BOX/arguments\n"
    "echo \"$LEAN_PATH\" >BOX/lean_path\n"
    "echo '[DEBUG: not for people'\n"
    "grep -q warn \"$file\" && echo '{\"severity\": \"warning\", \"pos\": "
    "{\"line\": 1, \"column\": 0}, \"data\": \"careful\"}'\n"
    "if grep -q error \"$file\"; then\n"
    "  echo '{\"severity\": \"error\", \"pos\": {\"line\": 3, \"column\": "
    "7}, \"endPos\": null, \"kind\": \"k\", \"data\": \"it is wrong\"}'\n"
    "  exit 1\n"
    "fi\n"
    "if grep -q hang \"$file\"; then\n"
    "  echo half >\"$out\"; : >BOX/hangs; sleep 600 & wait\n"
    "fi\n"
    "grep -q die \"$file\" && { echo 'last words' >&2; kill -SEGV $$; }\n"
    "grep -q quiet \"$file\" && exit 0\n"
    "grep -q spill \"$file\" && { head -c 3000000 /dev/zero | tr '\\0' '{'; "
    "echo; }\n"
    "grep -q edit \"$file\" && echo '-- more' >>\"$file\"\n"
    "{ cat \"$file\"; echo \"$*\"; } >\"$out\"\n"
    "echo ir >\"${out%olean}ir\"\n"
    "exit 0";

/* BOX stands for the sandbox's folder. */
static void
write_lean(void)
{
    char text[8192];
    const char *at = lean;
    size_t used = 0, i;

    while (*at != '\0') {
        if (strncmp(at, "BOX", 3) == 0) {
            for (i = 0; box.folder[i] != '\0'; i++)
                text[used++] = box.folder[i];
            at += 3;
        } else {
            text[used++] = *at++;
        }
        assert_true(used < sizeof(text) - PATH_MAX);
    }
    text[used] = '\0';
    lwt_sandbox_script(&box, "tc/bin/lean", text);
}

static void
make_toolchain(void)
{
    static struct lwt_olean olean;
    const struct lwt_olean empty = LWT_OLEAN_INIT;
    lw_toolchain_request request = LW_TOOLCHAIN_REQUEST_INIT;
    lw_error err = LW_ERROR_INIT;

    lwt_sandbox_toolchain(&box, "tc", 28);
    olean = empty;
    lwt_olean_finish(&olean, false);
    lwt_sandbox_bytes(&box, "tc/lib/lean/Init.olean", olean.bytes, olean.size,
                      0644);
    write_lean();
    request.toolchain = lwt_sandbox_path(&box, "tc");
    if (lw_toolchain_find(&toolchain, &request, &err) != LW_OK)
        fail_msg("%s", err.message);
}

int
set_up(void **state)
{
    static const char *const command[] = { LW_BUILD_DIR "/tests/fake_session",
                                           NULL };
    static char project[PATH_MAX];
    const lw_build_options defaults = LW_BUILD_OPTIONS_INIT;
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_error err = LW_ERROR_INIT;

    (void)state;
    setenv("LEAN_WORKER_CHILD", LW_BUILD_DIR "/lean-worker-child", 0);
    lwt_sandbox_open(&box);
    make_toolchain();
    setenv("XDG_CACHE_HOME", lwt_sandbox_path(&box, "cache"), 1);
    config.command = command;
    options = defaults;
    if (lw_runtime_create(&runtime, NULL, &err) != LW_OK ||
        lw_worker_start(&options.worker, runtime, &config, NULL, &err) != LW_OK)
        fail_msg("%s", err.message);
    snprintf(project, sizeof(project), "%s", lwt_sandbox_path(&box, "p"));
    options.project = project;
    options.toolchain = toolchain;
    options.runtime = runtime;
    options.jobs = 2;
    write_lakefile("");
    return 0;
}

int
tear_down(void **state)
{
    (void)state;
    lw_build_destroy(build);
    build = NULL;
    lw_worker_destroy(options.worker);
    lw_toolchain_destroy(toolchain);
    lw_runtime_destroy(runtime);
    lwt_sandbox_close(&box);
    return 0;
}

void
lake(const char *body)
{
    lwt_sandbox_script(&box, "tc/bin/lake", body);
}

void
write_lakefile(const char *more)
{
    char text[4096];

    snprintf(text, sizeof(text), "name = 'p'\n[[lean_lib]]\nname = 'A'\n%s",
             more);
    lwt_sandbox_file(&box, "p/lakefile.toml", text);
}

void
write_modules(void)
{
    lwt_sandbox_file(&box, "p/A.lean", "import A.One\nimport A.Two\n");
    lwt_sandbox_file(&box, "p/A/One.lean", "import Init\n");
    lwt_sandbox_file(&box, "p/A/Two.lean", "import Init\n");
}

/* ---- questions ---- */

void
must_build(void)
{
    lw_error err = LW_ERROR_INIT;

    lw_build_destroy(build);
    build = NULL;
    if (lw_build_project(&build, &options, &err) != LW_OK)
        fail_msg("%s", err.message);
    assert_non_null(build);
}

void
must_fail(int status, ...)
{
    lw_error err = LW_ERROR_INIT;
    const char *word;
    va_list words;

    lw_build_destroy(build);
    build = NULL;
    assert_int_equal(lw_build_project(&build, &options, &err), status);
    assert_null(build);
    va_start(words, status);
    while ((word = va_arg(words, const char *)) != NULL) {
        if (strstr(err.message, word) == NULL)
            fail_msg("no \"%s\" in: %s", word, err.message);
    }
    va_end(words);
}

void
expect_failure(const char *module, lw_build_failure_code code, uint32_t line,
               const char *words)
{
    size_t i;

    for (i = 0; i < build->failure_count; i++) {
        const lw_build_failure *failure = &build->failures[i];

        if (strcmp(failure->module, module) != 0)
            continue;
        assert_int_equal(failure->code, code);
        assert_int_equal(failure->line, line);
        if (strstr(failure->message, words) == NULL)
            fail_msg("no \"%s\" in: %s", words, failure->message);
        return;
    }
    fail_msg("%s has not failed", module);
}

/* "/tmp/…/p/A/One.lean\n" is "A.One ". */
static void
shorten(char *text)
{
    size_t start = strlen(box.folder) + strlen("/p/");
    char *from = text, *to = text;

    while (*from != '\0') {
        for (from += start; *from != '\n'; from++)
            *to++ = *from == '/' ? '.' : *from;
        from++;
        to -= strlen(".lean");
        *to++ = ' ';
    }
    *to = '\0';
}

void
expect_compiled(const char *names)
{
    const char *path = lwt_sandbox_path(&box, "log");
    char got[4096] = "";
    struct lwi_buf text;

    lwi_buf_init(&text, &lwi_system_allocator);
    if (lwi_file_read(&text, path, sizeof(got) - 1) == LW_OK)
        memcpy(got, lwi_buf_peek_text(&text), text.size + 1);
    lwi_buf_fini(&text);
    unlink(path);
    shorten(got);
    assert_string_equal(got, names);
}
