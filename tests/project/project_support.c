/* project_support.c - projects and toolchains that are only folders. */
#include "project/project_support.h"

struct lwt_sandbox box;
lw_toolchain *plain;     /* has no lake */
lw_toolchain *with_lake; /* its lake is what lake() wrote */

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

void
lake(const char *body)
{
    lwt_sandbox_script(&box, "with/bin/lake", body);
}

int
set_up(void **state)
{
    (void)state;
    setenv("LEAN_WORKER_CHILD", LW_BUILD_DIR "/lean-worker-child", 0);
    lwt_sandbox_open(&box);
    lwt_sandbox_toolchain(&box, "plain", 28);
    lwt_sandbox_toolchain(&box, "with", 28);
    lake("exit 1");
    plain = find_toolchain("plain");
    with_lake = find_toolchain("with");
    return chdir(box.folder);
}

int
tear_down(void **state)
{
    (void)state;
    lw_toolchain_destroy(plain);
    lw_toolchain_destroy(with_lake);
    assert_int_equal(chdir("/"), 0);
    lwt_sandbox_close(&box);
    return 0;
}

lw_project *
must_find(const char *path)
{
    lw_project *project = NULL;
    lw_error err = LW_ERROR_INIT;

    if (lw_project_find(&project, path, &err) != LW_OK)
        fail_msg("%s", err.message);
    return project;
}

/* The search path must be these folders of the sandbox; NULL at the end. */
void
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

void
must_load(lw_project *project, const lw_toolchain *toolchain)
{
    lw_error err = LW_ERROR_INIT;

    if (lw_project_load(project, toolchain, NULL, &err) != LW_OK)
        fail_msg("%s", err.message);
}

/* The error must have this status and all of these; NULL at the end. */
void
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

/* A project with two packages and a manifest of today's form. */
lw_project *
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
