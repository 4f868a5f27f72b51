/*
 * project_test.c - finding Lake projects and their search path, on folders
 * that look like projects and with scripts that play lake.
 */
#include <lean_worker/project.h>

#include <signal.h>
#include <time.h>

#include "support/sandbox.h"

static struct lwt_sandbox box;
static lw_toolchain *plain;     /* has no lake */
static lw_toolchain *with_lake; /* its lake is what lake() wrote */

static lw_toolchain *
find_toolchain(const char *name)
{
    lw_toolchain_request request = LW_TOOLCHAIN_REQUEST_INIT;
    lw_toolchain *found = NULL;
    lw_error err = LW_ERROR_INIT;

    request.toolchain = lwt_sandbox_path(&box, name);
    if (lw_toolchain_find(&found, &request, &err) != LW_OK)
        fail_msg("%s", err.message);
    return found;
}

static void
lake(const char *body)
{
    lwt_sandbox_script(&box, "with/bin/lake", body);
}

static int
set_up(void **state)
{
    (void)state;
    lwt_sandbox_open(&box);
    lwt_sandbox_toolchain(&box, "plain", 28);
    lwt_sandbox_toolchain(&box, "with", 28);
    lake("exit 1");
    plain = find_toolchain("plain");
    with_lake = find_toolchain("with");
    return chdir(box.folder);
}

static int
tear_down(void **state)
{
    (void)state;
    lw_toolchain_destroy(plain);
    lw_toolchain_destroy(with_lake);
    assert_int_equal(chdir("/"), 0);
    lwt_sandbox_close(&box);
    return 0;
}

/* ---- helpers ---- */

static lw_project *
must_find(const char *path)
{
    lw_project *project = NULL;
    lw_error err = LW_ERROR_INIT;

    if (lw_project_find(&project, path, &err) != LW_OK)
        fail_msg("%s", err.message);
    return project;
}

/* NULL: none. */
static void
expect_folder(const char *path, const char *folder)
{
    lw_project *project = must_find(path);

    if (folder == NULL)
        assert_null(project);
    else
        assert_string_equal(lw_project_get_folder(project),
                            lwt_sandbox_path(&box, folder));
    lw_project_destroy(project);
}

/* The search path must be these folders of the sandbox; NULL at the end. */
static void
expect_path(lw_project *project, ...)
{
    const char *const *at = lw_project_get_search_path(project);
    const char *name;
    va_list names;

    assert_non_null(at);
    va_start(names, project);
    while ((name = va_arg(names, const char *)) != NULL) {
        assert_non_null(*at);
        assert_string_equal(*at++, lwt_sandbox_path(&box, name));
    }
    va_end(names);
    assert_null(*at);
}

static void
must_load(lw_project *project, const lw_toolchain *toolchain)
{
    lw_error err = LW_ERROR_INIT;

    if (lw_project_load(project, toolchain, NULL, &err) != LW_OK)
        fail_msg("%s", err.message);
}

/* The error must have this status and all of these; NULL at the end. */
static void
must_fail(lw_project *project, const lw_toolchain *toolchain,
          const lw_project_options *options, int status, ...)
{
    lw_error err = LW_ERROR_INIT;
    const char *part;
    va_list parts;

    if (lw_project_load(project, toolchain, options, &err) != status)
        fail_msg("%s: %s", lw_status_name(err.status), err.message);
    assert_int_equal(err.status, status);
    va_start(parts, status);
    while ((part = va_arg(parts, const char *)) != NULL) {
        if (strstr(err.message, part) == NULL)
            fail_msg("no \"%s\" in: %s", part, err.message);
    }
    va_end(parts);
}

/* ---- finding ---- */

static void
the_nearest_lakefile_above_decides(void **state)
{
    (void)state;
    lwt_sandbox_file(&box, "p/lakefile.toml", "name = \"p\"\n");
    lwt_sandbox_file(&box, "p/src/deep/A.lean", "");
    lwt_sandbox_file(&box, "p/inner/lakefile.lean", "");
    lwt_sandbox_file(&box, "p/inner/B.lean", "");
    lwt_sandbox_file(&box, "outside/C.lean", "");
    expect_folder("p", "p");
    expect_folder("p/src/deep/A.lean", "p");
    expect_folder("p/inner/B.lean", "p/inner");
    expect_folder("outside/C.lean", NULL);
    expect_folder("/", NULL);
    assert_int_equal(chdir(lwt_sandbox_path(&box, "p/src")), 0);
    expect_folder(NULL, "p");
    expect_folder("deep", "p");
}

static void
links_are_followed_before_looking_up(void **state)
{
    (void)state;
    lwt_sandbox_file(&box, "p/lakefile.toml", "");
    lwt_sandbox_file(&box, "p/A.lean", "");
    lwt_sandbox_folder(&box, "q");
    lwt_sandbox_link(&box, "../p/A.lean", "q/link.lean");
    lwt_sandbox_link(&box, "p", "alias");
    expect_folder("q/link.lean", "p");
    expect_folder("alias/A.lean", "p");
}

static void
a_cloned_package_belongs_to_its_project(void **state)
{
    (void)state;
    lwt_sandbox_file(&box, "p/lakefile.toml", "");
    lwt_sandbox_file(&box, "p/.lake/packages/dep/lakefile.toml", "");
    lwt_sandbox_file(&box, "p/.lake/packages/dep/Dep.lean", "");
    lwt_sandbox_file(&box, "p/lake-packages/old/lakefile.lean", "");
    lwt_sandbox_file(&box, "q/packages/own/lakefile.lean", "");
    lwt_sandbox_file(&box, "r/.lake/packages/own/lakefile.lean", "");
    expect_folder("p/.lake/packages/dep/Dep.lean", "p");
    expect_folder("p/lake-packages/old", "p");
    expect_folder("q/packages/own", "q/packages/own");
    expect_folder("r/.lake/packages/own", "r/.lake/packages/own");
}

static void
what_is_not_there_is_an_error(void **state)
{
    lw_project *project = (lw_project *)&box;
    lw_error err = LW_ERROR_INIT;

    (void)state;
    assert_int_equal(lw_project_find(&project, "no such file", &err),
                     LW_EPROJECT);
    assert_null(project);
    assert_non_null(strstr(err.message, "no such file"));
    lwt_sandbox_folder(&box, "p");
    lwt_sandbox_link(&box, "nowhere", "p/lakefile.lean");
    assert_int_equal(lw_project_find(&project, "p", &err), LW_EPROJECT);
    assert_non_null(strstr(err.message, "lakefile.lean"));
    assert_int_equal(lw_project_find(NULL, "p", &err), LW_EINVAL);
    assert_int_equal(lw_project_find(&project, "p", NULL), LW_EPROJECT);
}

static void
a_folder_called_lakefile_is_none(void **state)
{
    (void)state;
    lwt_sandbox_folder(&box, "p/lakefile.toml");
    expect_folder("p", NULL);
}

static void
open_demands_a_project(void **state)
{
    lw_project *project;
    lw_error err = LW_ERROR_INIT;

    (void)state;
    lwt_sandbox_folder(&box, "empty");
    assert_int_equal(lw_project_open(&project, "empty", &err), LW_EPROJECT);
    assert_non_null(strstr(err.message, "not in a Lake project"));
    assert_int_equal(lw_project_open(&project, NULL, &err), LW_EINVAL);
    lwt_sandbox_file(&box, "p/lakefile.toml", "");
    lwt_sandbox_folder(&box, "p/sub");
    assert_int_equal(lw_project_open(&project, "p/sub", &err), LW_OK);
    assert_string_equal(lw_project_get_folder(project),
                        lwt_sandbox_path(&box, "p"));
    lw_project_destroy(project);
}

static void
hostile_names_are_only_names(void **state)
{
    static const char name[] = "a b\n\x1b[2J\xff';$(x)";
    char lakefile[256], folder[256];

    (void)state;
    snprintf(lakefile, sizeof(lakefile), "%s/lakefile.toml", name);
    snprintf(folder, sizeof(folder), "%s/.lake/build/lib/lean", name);
    lwt_sandbox_file(&box, lakefile, "");
    lwt_sandbox_folder(&box, folder);
    expect_folder(name, name);
    lake("[ \"$(pwd -P)\" = \"$PWD\" ] && printf '.lake/build/lib/lean'");
    {
        lw_project *project = must_find(name);

        must_load(project, with_lake);
        expect_path(project, folder, "with/lib/lean", NULL);
        lw_project_destroy(project);
    }
}

static void
handles_are_checked(void **state)
{
    lw_error err = LW_ERROR_INIT;
    lw_project_options options = LW_PROJECT_OPTIONS_INIT;
    lw_project *project;

    (void)state;
    assert_int_equal(lw_project_load(NULL, plain, NULL, &err), LW_EBADHANDLE);
    assert_null(lw_project_get_folder(NULL));
    assert_null(lw_project_get_search_path(NULL));
    assert_string_equal(lw_project_get_reason(NULL), "");
    assert_string_equal(lw_project_get_warning(NULL), "");
    lw_project_destroy(NULL);
    lwt_sandbox_file(&box, "p/lakefile.toml", "");
    project = must_find("p");
    assert_null(lw_project_get_search_path(project));
    must_fail(project, NULL, NULL, LW_EINVAL, NULL);
    options.struct_size = 3;
    must_fail(project, plain, &options, LW_EINVAL, NULL);
    lw_project_destroy(project);
}

/* ---- the search path by folders ---- */

/* A project with two packages and a manifest of today's form. */
static lw_project *
make_project(void)
{
    lwt_sandbox_file(&box, "p/lakefile.toml", "name = \"p\"\n");
    lwt_sandbox_file(
        &box, "p/lake-manifest.json",
        "{\"version\": \"1.1.0\", \"packagesDir\": \".lake/packages\",\n"
        " \"packages\": [\n"
        "  {\"url\": \"https://example.org/z\", \"type\": \"git\",\n"
        "   \"subDir\": null, \"name\": \"zeta\", \"rev\": \"0\"},\n"
        "  {\"type\": \"git\", \"name\": \"\xc2\xab"
        "doc-gen4\xc2\xbb\",\n"
        "   \"subDir\": \"sub/dir\"},\n"
        "  {\"type\": \"path\", \"name\": \"local\",\n"
        "   \"dir\": \"../local\"}],\n"
        " \"name\": \"p\", \"lakeDir\": \".lake\"}\n");
    lwt_sandbox_folder(&box, "p/.lake/build/lib/lean");
    lwt_sandbox_folder(&box, "p/.lake/packages/zeta/.lake/build/lib/lean");
    lwt_sandbox_folder(
        &box, "p/.lake/packages/doc-gen4/sub/dir/.lake/build/lib/lean");
    lwt_sandbox_folder(&box, "local/build/lib");
    return must_find("p");
}

static void
a_manifest_gives_the_packages_in_its_order(void **state)
{
    lw_project *project = make_project();

    (void)state;
    must_load(project, plain);
    expect_path(project, "p/.lake/build/lib/lean",
                "p/.lake/packages/zeta/.lake/build/lib/lean",
                "p/.lake/packages/doc-gen4/sub/dir/.lake/build/lib/lean",
                "local/build/lib", "plain/lib/lean", NULL);
    assert_string_equal(lw_project_get_warning(project), "");
    assert_non_null(strstr(lw_project_get_reason(project), "3 packages"));
    must_load(project, plain);
    lw_project_destroy(project);
}

static void
old_manifests_are_understood(void **state)
{
    lw_project *project;

    (void)state;
    lwt_sandbox_file(&box, "p/lakefile.lean", "");
    lwt_sandbox_file(&box, "p/lake-manifest.json",
                     "{\"version\": 4, \"packagesDir\": \"./lake-packages\","
                     "\"packages\": [{\"git\": {\"name\": \"std\","
                     "\"subDir?\": null, \"url\": \"u\"}},"
                     "{\"path\": {\"name\": \"l\", \"dir\": \"../l\"}}]}");
    lwt_sandbox_folder(&box, "p/build/lib");
    lwt_sandbox_folder(&box, "p/lake-packages/std/build/lib");
    lwt_sandbox_folder(&box, "l/.lake/build/lib");
    project = must_find("p");
    must_load(project, plain);
    expect_path(project, "p/build/lib", "p/lake-packages/std/build/lib",
                "l/.lake/build/lib", "plain/lib/lean", NULL);
    lw_project_destroy(project);
}

static void
without_a_manifest_the_folders_are_listed(void **state)
{
    lw_project *project;

    (void)state;
    lwt_sandbox_file(&box, "p/lakefile.lean", "");
    lwt_sandbox_folder(&box, "p/.lake/build/lib/lean");
    lwt_sandbox_folder(&box, "p/.lake/packages/b/.lake/build/lib/lean");
    lwt_sandbox_folder(&box, "p/.lake/packages/a/.lake/build/lib/lean");
    project = must_find("p");
    must_load(project, plain);
    expect_path(project, "p/.lake/build/lib/lean",
                "p/.lake/packages/a/.lake/build/lib/lean",
                "p/.lake/packages/b/.lake/build/lib/lean", "plain/lib/lean",
                NULL);
    lw_project_destroy(project);
}

static void
build_folders_of_the_lakefile_count(void **state)
{
    lw_project *project;

    (void)state;
    lwt_sandbox_file(&box, "p/lakefile.toml",
                     "name = \"p\"\nbuildDir = \"out\"\n");
    lwt_sandbox_folder(&box, "p/out/lib/lean");
    lwt_sandbox_folder(&box, "p/.lake/build/lib/lean");
    project = must_find("p");
    must_load(project, plain);
    expect_path(project, "p/out/lib/lean", "plain/lib/lean", NULL);
    lw_project_destroy(project);
}

static void
links_in_build_folders_are_followed(void **state)
{
    lw_project *project;

    (void)state;
    lwt_sandbox_file(&box, "p/lakefile.toml", "");
    lwt_sandbox_folder(&box, "cache/lib/lean");
    lwt_sandbox_folder(&box, "p/.lake");
    lwt_sandbox_link(&box, "../../cache", "p/.lake/build");
    project = must_find("p");
    must_load(project, plain);
    expect_path(project, "cache/lib/lean", "plain/lib/lean", NULL);
    lw_project_destroy(project);
}

static void
a_project_that_is_not_built_says_so(void **state)
{
    lw_project *project;

    (void)state;
    lwt_sandbox_file(&box, "p/lakefile.toml", "");
    project = must_find("p");
    must_fail(project, plain, NULL, LW_EPROJECT, "not built",
              "Run `lake build`", NULL);
    assert_null(lw_project_get_search_path(project));
    lwt_sandbox_file(&box, "p/.lake/build", "a file");
    must_fail(project, plain, NULL, LW_EPROJECT, "not built", NULL);
    lw_project_destroy(project);
}

static void
packages_that_are_missing_are_named(void **state)
{
    lw_project *project = make_project();

    (void)state;
    assert_int_equal(
        rename(lwt_sandbox_path(&box, "local"), lwt_sandbox_path(&box, "away")),
        0);
    must_fail(project, plain, NULL, LW_EPROJECT, "not built", "(local)",
              "lake exe cache get", NULL);
    lake("touch ran");
    must_fail(project, with_lake, NULL, LW_EPROJECT, "(local)", NULL);
    assert_int_equal(access(lwt_sandbox_path(&box, "p/ran"), F_OK), -1);
    lw_project_destroy(project);
}

static void
packages_that_are_not_built_are_a_warning(void **state)
{
    lw_project *project = make_project();

    (void)state;
    assert_int_equal(
        rename(lwt_sandbox_path(&box, "p/.lake/packages/zeta/.lake"),
               lwt_sandbox_path(&box, "away")),
        0);
    assert_int_equal(rename(lwt_sandbox_path(&box, "p/.lake/build"),
                            lwt_sandbox_path(&box, "away2")),
                     0);
    must_load(project, plain);
    assert_non_null(strstr(lw_project_get_warning(project), "zeta"));
    assert_non_null(
        strstr(lw_project_get_warning(project), "the project itself"));
    expect_path(project,
                "p/.lake/packages/doc-gen4/sub/dir/.lake/build/lib/lean",
                "local/build/lib", "plain/lib/lean", NULL);
    lw_project_destroy(project);
}

static void
manifests_that_lead_astray_are_refused(void **state)
{
    static const struct {
        const char *text, *part;
    } cases[] = {
        { "", "not JSON" },
        { "{", "not JSON" },
        { "[]", "not a manifest" },
        { "{\"packages\": 3}", "not a manifest" },
        { "{\"packages\": [{}]}", "without a name" },
        { "{\"packages\": [7]}", "without a name" },
        { "{\"packages\": [{\"name\": \"../../etc\"}]}", "outside" },
        { "{\"packages\": [{\"name\": \"..\"}]}", "outside" },
        { "{\"packages\": [{\"name\": \"\"}]}", "outside" },
        { "{\"packages\": [{\"name\": \"a\", \"subDir\": \"../x\"}]}",
          "outside" },
        { "{\"packages\": [{\"name\": \"a\", \"subDir\": \"/etc\"}]}",
          "outside" },
        { "{\"packages\": [{\"name\": \"a\", \"type\": \"path\"}]}",
          "where the package a lies" },
        { "{\"packages\": [{\"name\": \"a\\u001b[2J\"}]}", "not there" },
    };
    lw_project *project;
    size_t i;

    (void)state;
    lwt_sandbox_file(&box, "p/lakefile.toml", "");
    project = must_find("p");
    for (i = 0; i < LWI_COUNT(cases); i++) {
        lwt_sandbox_file(&box, "p/lake-manifest.json", cases[i].text);
        must_fail(project, plain, NULL, LW_EPROJECT, cases[i].part, NULL);
    }
    unlink(lwt_sandbox_path(&box, "p/lake-manifest.json"));
    lwt_sandbox_folder(&box, "p/lake-manifest.json");
    must_fail(project, plain, NULL, LW_EPROJECT, "cannot read", NULL);
    lw_project_destroy(project);
}

static void
a_manifest_may_not_name_too_many(void **state)
{
    const size_t count = 5000;
    char *text = malloc(count * 16 + 64), *at = text;
    lw_project *project;
    size_t i;

    (void)state;
    at += snprintf(at, 64, "{\"packages\": [");
    for (i = 0; i < count; i++)
        at += snprintf(at, 16, "%s{\"name\":\"a\"}", i == 0 ? "" : ",");
    snprintf(at, 64, "]}");
    lwt_sandbox_file(&box, "p/lakefile.toml", "");
    lwt_sandbox_file(&box, "p/lake-manifest.json", text);
    free(text);
    project = must_find("p");
    must_fail(project, plain, NULL, LW_EPROJECT, "more than 4096", NULL);
    lw_project_destroy(project);
}

/* ---- the search path by lake ---- */

static void
lake_decides_where_it_is_there(void **state)
{
    lw_project *project = make_project();

    (void)state;
    setenv("LEAN_PATH", "/of/the/caller", 1);
    setenv("ELAN_TOOLCHAIN", "other", 1);
    lwt_sandbox_folder(&box, "abs");
    lake("[ \"$*\" = 'env printenv LEAN_PATH' ] || exit 9\n"
         "[ -f lakefile.toml ] || exit 8\n"
         "[ -z \"$LEAN_PATH$ELAN_TOOLCHAIN\" ] || exit 7\n"
         "case $PATH in */with/bin:*) ;; *) exit 6 ;; esac\n"
         "echo 'info: something' >&2\n"
         "echo 'also on stdout'\n"
         "echo \"$PWD/../abs:./.lake/build/lib/lean::../gone\"");
    must_load(project, with_lake);
    unsetenv("LEAN_PATH");
    unsetenv("ELAN_TOOLCHAIN");
    expect_path(project, "abs", "p/.lake/build/lib/lean", "with/lib/lean",
                NULL);
    assert_non_null(strstr(lw_project_get_warning(project), "../gone"));
    assert_non_null(strstr(lw_project_get_reason(project), "lake env"));
    lw_project_destroy(project);
}

static void
lake_that_names_nothing_built_says_so(void **state)
{
    lw_project *project = make_project();

    (void)state;
    lake("echo ./nowhere:./else");
    must_fail(project, with_lake, NULL, LW_EPROJECT, "not built",
              "Run `lake build`", NULL);
    lake("true");
    must_fail(project, with_lake, NULL, LW_EPROJECT, "not built", NULL);
    lw_project_destroy(project);
}

static void
lake_can_be_left_out(void **state)
{
    lw_project_options options = LW_PROJECT_OPTIONS_INIT;
    lw_project *project = make_project();

    (void)state;
    lake("exit 1");
    options.lake_timeout_ms = 0;
    assert_int_equal(lw_project_load(project, with_lake, &options, NULL),
                     LW_OK);
    assert_non_null(strstr(lw_project_get_reason(project), "build folders"));
    lw_project_destroy(project);
}

static void
lake_that_fails_is_quoted(void **state)
{
    lw_project *project = make_project();
    lw_error err = LW_ERROR_INIT;

    (void)state;
    lake("echo 'error: \x1b[31mno such target' >&2; exit 3");
    must_fail(project, with_lake, NULL, LW_EPROJECT, "exit code 3",
              "no such target", NULL);
    assert_int_equal(lw_project_load(project, with_lake, NULL, &err),
                     LW_EPROJECT);
    assert_int_equal(err.exit_code, 3);
    assert_null(strchr(err.message, '\x1b'));
    lake("kill -SEGV $$");
    must_fail(project, with_lake, NULL, LW_EPROJECT, "signal 11", NULL);
    lwt_sandbox_bytes(&box, "with/bin/lake", "#!/no/such/shell\n", 17, 0755);
    must_fail(project, with_lake, NULL, LW_ESPAWN, NULL);
    lw_project_destroy(project);
}

static void
lake_that_floods_is_ended(void **state)
{
    lw_project *project = make_project();

    (void)state;
    lake("while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done");
    must_fail(project, with_lake, NULL, LW_EPROJECT, "more than", NULL);
    lw_project_destroy(project);
}

static int64_t
now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Dead, though its new parent may not have collected it yet. */
static bool
is_dead(long pid)
{
    char name[64], text[256] = "";
    const char *state;
    FILE *file;

    snprintf(name, sizeof(name), "/proc/%ld/stat", pid);
    file = fopen(name, "re");
    if (file == NULL)
        return true;
    state = fgets(text, sizeof(text), file) == NULL ? NULL : strrchr(text, ')');
    fclose(file);
    return state == NULL || strchr("ZX", state[2]) != NULL;
}

/* The process whose id the file holds is gone, or on its way. */
static bool
is_gone(const char *name)
{
    const struct timespec moment = { .tv_nsec = 10 * 1000 * 1000 };
    char text[32] = "";
    FILE *file = fopen(lwt_sandbox_path(&box, name), "re");
    int tries = 200;
    long pid;

    assert_non_null(file);
    assert_non_null(fgets(text, sizeof(text), file));
    fclose(file);
    pid = strtol(text, NULL, 10);
    assert_true(pid > 1);
    while (!is_dead(pid) && tries-- > 0)
        nanosleep(&moment, NULL);
    return is_dead(pid);
}

static void
lake_that_hangs_is_ended_with_its_children(void **state)
{
    lw_project_options options = LW_PROJECT_OPTIONS_INIT;
    lw_project *project = make_project();
    int64_t start = now_ms();

    (void)state;
    lake("sleep 1000 & echo $! > child; trap '' TERM; sleep 1000");
    options.lake_timeout_ms = 400;
    must_fail(project, with_lake, &options, LW_ETIMEOUT, "0.4 s", NULL);
    assert_in_range(now_ms() - start, 400, 5000);
    assert_true(is_gone("p/child"));
    lw_project_destroy(project);
}

static void
lake_that_leaves_a_child_with_the_pipe_is_not_waited_for(void **state)
{
    lw_project *project = make_project();
    int64_t start = now_ms();

    (void)state;
    lake("sleep 1000 & echo $! > child; echo .lake/build/lib/lean");
    must_load(project, with_lake);
    expect_path(project, "p/.lake/build/lib/lean", "with/lib/lean", NULL);
    assert_true(now_ms() - start < 5000);
    assert_true(is_gone("p/child"));
    lw_project_destroy(project);
}

static void
cancel_ends_lake(void **state)
{
    lw_project_options options = LW_PROJECT_OPTIONS_INIT;
    lw_project *project = make_project();
    lw_error err = LW_ERROR_INIT;

    (void)state;
    lake("sleep 1000");
    assert_int_equal(lw_cancel_create(&options.cancel, &err), LW_OK);
    lw_cancel_set(options.cancel);
    must_fail(project, with_lake, &options, LW_ECANCELLED, NULL);
    lw_cancel_destroy(options.cancel);
    lw_project_destroy(project);
}

static void
a_runtime_of_the_caller_is_used(void **state)
{
    lw_project_options options = LW_PROJECT_OPTIONS_INIT;
    lw_project *project = make_project();
    lw_error err = LW_ERROR_INIT;
    int i;

    (void)state;
    lake("echo .lake/build/lib/lean");
    assert_int_equal(lw_runtime_create(&options.runtime, NULL, &err), LW_OK);
    options.lake_timeout_ms = LW_NO_LIMIT;
    for (i = 0; i < 3; i++)
        assert_int_equal(lw_project_load(project, with_lake, &options, &err),
                         LW_OK);
    lw_runtime_destroy(options.runtime);
    lw_project_destroy(project);
}

static void
no_descriptor_is_left_open(void **state)
{
    lw_project *project = make_project();
    int before, after;

    (void)state;
    lake("echo .lake/build/lib/lean");
    must_load(project, with_lake);
    before = dup(0);
    close(before);
    must_load(project, with_lake);
    must_load(project, plain);
    after = dup(0);
    close(after);
    assert_int_equal(before, after);
    lw_project_destroy(project);
}

#define T(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
#ifdef LW_BUILD_DIR
    setenv("LEAN_WORKER_CHILD", LW_BUILD_DIR "/lean-worker-child", 0);
#endif
    const struct CMUnitTest tests[] = {
        T(the_nearest_lakefile_above_decides),
        T(links_are_followed_before_looking_up),
        T(a_cloned_package_belongs_to_its_project),
        T(what_is_not_there_is_an_error),
        T(a_folder_called_lakefile_is_none),
        T(open_demands_a_project),
        T(hostile_names_are_only_names),
        T(handles_are_checked),
        T(a_manifest_gives_the_packages_in_its_order),
        T(old_manifests_are_understood),
        T(without_a_manifest_the_folders_are_listed),
        T(build_folders_of_the_lakefile_count),
        T(links_in_build_folders_are_followed),
        T(a_project_that_is_not_built_says_so),
        T(packages_that_are_missing_are_named),
        T(packages_that_are_not_built_are_a_warning),
        T(manifests_that_lead_astray_are_refused),
        T(a_manifest_may_not_name_too_many),
        T(lake_decides_where_it_is_there),
        T(lake_that_names_nothing_built_says_so),
        T(lake_can_be_left_out),
        T(lake_that_fails_is_quoted),
        T(lake_that_floods_is_ended),
        T(lake_that_hangs_is_ended_with_its_children),
        T(lake_that_leaves_a_child_with_the_pipe_is_not_waited_for),
        T(cancel_ends_lake),
        T(a_runtime_of_the_caller_is_used),
        T(no_descriptor_is_left_open),
    };

    return LWT_RUN(tests);
}
