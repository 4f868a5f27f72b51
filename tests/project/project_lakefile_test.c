/* project_lakefile_test.c - what lakefiles say, and what they get wrong. */
#include "project/lakefile.h"

#include "project/project_support.h"

static struct lwi_lakefile lakefile;

static void
must_parse(const char *text)
{
    lw_error err = LW_ERROR_INIT;

    if (lwi_lakefile_parse(&lakefile, text, strlen(text), "L", &err) != LW_OK)
        fail_msg("%s", err.message);
}

/* The items, each with a blank behind it. */
static void
expect_texts(const struct lwi_strings *strings, const char *wanted)
{
    char got[1024] = "";
    size_t i, at = 0;

    for (i = 0; i < strings->count; i++)
        at += (size_t)snprintf(got + at, sizeof(got) - at, "%s ",
                               strings->items[i]);
    assert_string_equal(got, wanted);
}

static void
libraries_have_lakes_defaults(void **state)
{
    (void)state;
    must_parse("name = 'p'\n[[lean_lib]]\nname = \"A\"\n"
               "[[lean_exe]]\nname = 'tool'\nroot = 'Main'\n"
               "[[require]]\nname = 'other'\n");
    assert_string_equal(lakefile.package, "p");
    assert_int_equal(lakefile.count, 2);
    assert_string_equal(lakefile.libraries[0].name, "A");
    assert_string_equal(lakefile.libraries[0].folder, "./.");
    assert_false(lakefile.libraries[0].is_program);
    expect_texts(&lakefile.libraries[0].roots, "A ");
    expect_texts(&lakefile.libraries[0].globs, "A ");
    assert_true(lakefile.libraries[1].is_program);
    expect_texts(&lakefile.libraries[1].globs, "Main ");
    lwi_lakefile_fini(&lakefile);
}

static void
everything_can_be_said(void **state)
{
    (void)state;
    must_parse("name = \"p\"\nsrcDir = \"src\"\ndefaultTargets = [\"B\"]\n"
               "[leanOptions]\npp.unicode.fun = true\nweak.linter.x = false\n"
               "[[lean_lib]]\nname = \"B\"\nsrcDir = \"b\"\n"
               "roots = [\"B\", \"«b-2»\"]\nglobs = \"B.+\"\n"
               "leanOptions = { maxRecDepth = 10, s = \"t\" }\n");
    assert_string_equal(lakefile.libraries[0].folder, "src/b");
    expect_texts(&lakefile.libraries[0].roots, "B «b-2» ");
    expect_texts(&lakefile.libraries[0].globs, "B.+ ");
    expect_texts(&lakefile.libraries[0].flags.options,
                 "pp.unicode.fun=true weak.linter.x=false maxRecDepth=10 "
                 "s=t ");
    lwi_lakefile_fini(&lakefile);
}

static void
what_is_wrong_is_named_with_its_line(void **state)
{
    static const struct {
        const char *text, *line, *what;
    } cases[] = {
        { "name = \"p\"\nversion = \n", "line 2", "" },
        { "name = \"p", "line 1", "" },
        { "name = \"p\"\nname = \"q\"\n", "line 2", "" },
        { "name = 3\n", "line 1", "name must be" },
        { "name = \"\"\n", "line 1", "name must be" },
        { "name = \"a\\u0000b\"\n", "line 1", "name must be" },
        { "\nversion = \"1\"\n", "line 1", "there is no name" },
        { "name = 'p'\nlean_lib = 'A'\n", "line 2", "lean_lib must be" },
        { "name = 'p'\nlean_lib = ['A']\n", "line 2", "lean_lib must be" },
        { "name = 'p'\n[[lean_lib]]\n", "line 2", "there is no name" },
        { "name = 'p'\n[[lean_lib]]\nname = 'A'\nroots = [1]\n", "line 4",
          "roots must be" },
        { "name = 'p'\n[[lean_lib]]\nname = 'A'\n\nglobs = {}\n", "line 5",
          "globs must be" },
        { "name = 'p'\n[[lean_lib]]\nname = 'A'\nsrcDir = 1\n", "line 4",
          "srcDir must be" },
        { "name = 'p'\nleanOptions = 1\n[[lean_lib]]\nname = 'A'\n", "line 2",
          "leanOptions must be" },
        { "name = 'p'\n[leanOptions]\na = 1.5\n[[lean_lib]]\nname = 'A'\n",
          "line 3", "a must be" },
        { "name = 'p'\n\"a\\u0001b\" = 1\n", "line 2", "control character" },
        { "name = '\xff'\n", "line 1", "" },
        { "name = 'p'\nα = 1\n", "line 2", "" },
        { "name = 'p'\nx\u00bb = 1\n", "line 2", "" },
    };
    lw_error err;
    size_t i;

    (void)state;
    for (i = 0; i < LWI_COUNT(cases); i++) {
        err = (lw_error)LW_ERROR_INIT;
        if (lwi_lakefile_parse(&lakefile, cases[i].text, strlen(cases[i].text),
                               "L", &err) != LW_EPROJECT)
            fail_msg("not refused: %s", cases[i].text);
        if (strstr(err.message, cases[i].line) == NULL ||
            strstr(err.message, cases[i].what) == NULL)
            fail_msg("%s: %s", cases[i].text, err.message);
        assert_int_equal(lakefile.count, 0);
    }
}

static void
deep_nesting_is_refused(void **state)
{
    static char text[200000];
    lw_error err = LW_ERROR_INIT;
    size_t used = (size_t)snprintf(text, sizeof(text), "name = 'p'\nx = ");

    (void)state;
    memset(text + used, '[', sizeof(text) - used - 1);
    assert_int_equal(
        lwi_lakefile_parse(&lakefile, text, sizeof(text) - 1, "L", &err),
        LW_EPROJECT);
    assert_non_null(strstr(err.message, "line 2"));
}

/* No cut of it does more than fail. */
static void
every_cut_is_survived(void **state)
{
    static const char text[] =
        "name = \"p\"\n[leanOptions]\na.b = true\n[[lean_lib]]\n"
        "name = \"B\"\nroots = [\"B\", 'C']\nx = 1979-05-27T07:32:00Z\n"
        "y = 0x1f\nz = 1e9\nt = \"\"\"a\nb\"\"\"\n";
    size_t i;
    int rc;

    (void)state;
    for (i = 0; i < sizeof(text); i++) {
        char *exact = malloc(i > 0 ? i : 1);

        assert_non_null(exact);
        memcpy(exact, text, i);
        rc = lwi_lakefile_parse(&lakefile, exact, i, "L", NULL);
        assert_true(rc == LW_OK || rc == LW_EPROJECT);
        lwi_lakefile_fini(&lakefile);
        free(exact);
    }
}

/* ---- files ---- */

static int
read_lakefile(const char *lake_path, lw_error *err)
{
    static const lw_project_options options = LW_PROJECT_OPTIONS_INIT;

    *err = (lw_error)LW_ERROR_INIT;
    return lwi_lakefile_read(&lakefile, lwt_sandbox_path(&box, "p"), lake_path,
                             &options, err);
}

static void
lakefile_toml_is_read(void **state)
{
    lw_error err;

    (void)state;
    lwt_sandbox_file(&box, "p/lakefile.toml", "name = 'p'\n");
    assert_int_equal(read_lakefile(NULL, &err), LW_OK);
    assert_string_equal(lakefile.package, "p");
    lwi_lakefile_fini(&lakefile);
    lwt_sandbox_file(&box, "p/lakefile.toml", "name = \n");
    assert_int_equal(read_lakefile(NULL, &err), LW_EPROJECT);
    assert_non_null(strstr(err.message, "p/lakefile.toml, line 1"));
}

static void
lakefile_lean_needs_lake(void **state)
{
    lw_error err;

    (void)state;
    lwt_sandbox_file(&box, "p/lakefile.lean", "import Lake\n");
    assert_int_equal(read_lakefile(NULL, &err), LW_EPROJECT);
    assert_non_null(strstr(err.message, "lakefile.lean is a program"));
    assert_non_null(strstr(err.message, "translate-config"));
}

static void
lake_translates_lakefile_lean(void **state)
{
    lw_error err;

    (void)state;
    lwt_sandbox_file(&box, "p/lakefile.toml", "name = 'not this one'\n");
    lwt_sandbox_file(&box, "p/lakefile.lean", "import Lake\n");
    lake("[ \"$1 $2\" = 'translate-config toml' ] || exit 9\n"
         "[ -f lakefile.lean ] && [ ! -e \"$3\" ] || exit 8\n"
         "echo \"name = 'of lake'\" >\"$3\"; echo \"$3\" >seen");
    assert_int_equal(
        read_lakefile(lwt_sandbox_path(&box, "with/bin/lake"), &err), LW_OK);
    assert_string_equal(lakefile.package, "of lake");
    lwi_lakefile_fini(&lakefile);
    lake("echo 'error: bad lakefile' >&2; exit 1");
    assert_int_equal(
        read_lakefile(lwt_sandbox_path(&box, "with/bin/lake"), &err),
        LW_EPROJECT);
    assert_non_null(strstr(err.message, "lake translate-config"));
    assert_non_null(strstr(err.message, "bad lakefile"));
    lake("exit 0");
    assert_int_equal(
        read_lakefile(lwt_sandbox_path(&box, "with/bin/lake"), &err),
        LW_EPROJECT);
}

#define T(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(libraries_have_lakes_defaults),
        cmocka_unit_test(everything_can_be_said),
        cmocka_unit_test(what_is_wrong_is_named_with_its_line),
        cmocka_unit_test(deep_nesting_is_refused),
        cmocka_unit_test(every_cut_is_survived),
        T(lakefile_toml_is_read),
        T(lakefile_lean_needs_lake),
        T(lake_translates_lakefile_lean),
    };

    return LWT_RUN(tests);
}
