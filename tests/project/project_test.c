/*
 * project_test.c - finding Lake projects, and their search path by folders.
 */
#include "project/project_support.h"

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

/* Runs as somebody who may not read everything; root becomes nobody. */
static void
folders_that_cannot_be_read_are_errors(void **state)
{
    const bool is_root = geteuid() == 0;
    const uid_t nobody = 65534;
    lw_project *project = make_project(), *other = (lw_project *)&box;
    lw_error err = LW_ERROR_INIT;

    (void)state;
    lwt_sandbox_file(&box, "q/lakefile.toml", "");
    lwt_sandbox_file(&box, "r/lakefile.toml", "");
    lwt_sandbox_file(&box, "r/lake-manifest.json", "{}");
    assert_int_equal(chmod(box.folder, 0755), 0);
    assert_int_equal(chmod(lwt_sandbox_path(&box, "q/lakefile.toml"), 0), 0);
    assert_int_equal(chmod(lwt_sandbox_path(&box, "r/lake-manifest.json"), 0),
                     0);
    if (is_root)
        assert_int_equal(seteuid(nobody), 0);
    /* access() asks for the real user: then only the reading fails. */
    if (!is_root) {
        assert_int_equal(lw_project_find(&other, "q", &err), LW_EPROJECT);
        assert_non_null(strstr(err.message, "lakefile.toml"));
    }
    assert_int_equal(lw_project_find(&other, "r", &err), LW_OK);
    must_fail(other, plain, NULL, LW_EPROJECT, "lake-manifest.json",
              "Permission denied", NULL);
    lw_project_destroy(other);
    if (is_root)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(
        chmod(lwt_sandbox_path(&box, "p/.lake/packages/zeta/.lake"), 0), 0);
    if (is_root)
        assert_int_equal(seteuid(nobody), 0);
    must_fail(project, plain, NULL, LW_EPROJECT, "zeta", "Permission denied",
              NULL);
    if (is_root)
        assert_int_equal(seteuid(0), 0);
    chmod(lwt_sandbox_path(&box, "p/.lake/packages/zeta/.lake"), 0755);
    lw_project_destroy(project);
}

#define T(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
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
        T(folders_that_cannot_be_read_are_errors),
    };

    return LWT_RUN(tests);
}
