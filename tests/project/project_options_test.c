/* project_options_test.c - the options that a project's build gives a file. */
#include "project/project_support.h"

static void
write_project(const char *lakefile)
{
    lwt_sandbox_file(&box, "p/lakefile.toml", lakefile);
    lwt_sandbox_file(&box, "p/lake-manifest.json",
                     "{\"packages\": [{\"type\": \"git\", \"name\": \"d\"}]}");
    lwt_sandbox_file(&box, "p/.lake/packages/d/lakefile.toml",
                     "name = 'd'\nleanOptions = {d = 1}\n"
                     "[[lean_lib]]\nname = 'D'\n");
}

/* The items, each with a blank behind it. */
static void
expect(lw_project *project, const char *path, const char *wanted)
{
    const char *const *option;
    lw_error err = LW_ERROR_INIT;
    char got[1024] = "";
    size_t at = 0;

    if (lw_project_find_options(&option, project, plain,
                                lwt_sandbox_path(&box, path), NULL,
                                &err) != LW_OK)
        fail_msg("%s", err.message);
    for (; *option != NULL; option++)
        at += (size_t)snprintf(got + at, sizeof(got) - at, "%s ", *option);
    assert_string_equal(got, wanted);
}

static void
each_file_has_those_of_its_library(void **state)
{
    lw_project *project;

    (void)state;
    write_project("name = 'p'\nleanOptions = {p = true}\n"
                  "[[lean_lib]]\nname = 'A'\nsrcDir = 's'\n"
                  "moreLeanArgs = ['-Da=1', '-D', 'b=2']\n"
                  "[[lean_lib]]\nname = '\xc2\xabodd name\xc2\xbb'\n"
                  "[[lean_lib]]\nname = 'G'\nglobs = ['G.H.+']\nroots = "
                  "['R']\nbuildType = 'debug'\n"
                  "[[lean_exe]]\nname = 'tool'\nroot = 'Main'\n"
                  "weakLeanArgs = ['-Dtool=1']\n");
    lwt_sandbox_file(&box, "p/s/A/B.lean", "");
    lwt_sandbox_file(&box, "p/A.lean", "");
    lwt_sandbox_file(&box, "p/odd name.lean", "");
    lwt_sandbox_file(&box, "p/G/H/I.lean", "");
    lwt_sandbox_file(&box, "p/G/H.lean", "");
    lwt_sandbox_file(&box, "p/Main.lean", "");
    lwt_sandbox_file(&box, "p/Main/More.lean", "");
    lwt_sandbox_file(&box, "p/.lake/packages/d/D.lean", "");
    project = must_find("p");
    expect(project, "p/s/A/B.lean", "p=true a=1 b=2 ");
    expect(project, "p/A.lean", "p=true ");
    expect(project, "p/odd name.lean", "p=true ");
    expect(project, "p/G/H/I.lean", "weak.debugAssertions=true p=true ");
    expect(project, "p/G/H.lean", "p=true ");
    expect(project, "p/Main.lean", "p=true tool=1 ");
    expect(project, "p/Main/More.lean", "p=true ");
    expect(project, "p/.lake/packages/d/D.lean", "d=1 ");
    expect(project, "p", "p=true ");
    expect(project, "elsewhere.lean", "");
    lw_project_destroy(project);
}

static void
must_refuse(const char *lakefile, int status, const char *words)
{
    const char *const *option;
    lw_error err = LW_ERROR_INIT;
    lw_project *project;

    write_project(lakefile);
    project = must_find("p");
    assert_int_equal(
        lw_project_find_options(&option, project, plain, "p", NULL, &err),
        status);
    if (strstr(err.message, words) == NULL)
        fail_msg("no \"%s\" in: %s", words, err.message);
    lw_project_destroy(project);
}

static void
what_no_session_can_do_is_named_with_its_line(void **state)
{
    (void)state;
    must_refuse("name = 'p'\nx = \n", LW_EPROJECT, "line 2");
    must_refuse("name = 'p'\n\nmoreLeanArgs = ['-E', 'k']\n", LW_EPROJECT,
                "lakefile.toml, line 3: moreLeanArgs has -E");
    must_refuse("name = 'p'\nplugins = ['x']\n", LW_EPROJECT, "line 2");
    must_refuse("name = 'p'\nweakLeanArgs = ['--what']\n", LW_EPROJECT,
                "line 2");
    must_refuse("name = 'p'\nleanOptions = [{name = 'x'}]\n", LW_EPROJECT,
                "leanOptions must be");
    lwt_sandbox_file(&box, "p/lakefile.lean", "");
    must_refuse("name = 'p'\n", LW_EUNSUPPORTED, "lakefile.lean");
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        T(each_file_has_those_of_its_library),
        T(what_no_session_can_do_is_named_with_its_line),
    };

    return LWT_RUN(tests);
}
