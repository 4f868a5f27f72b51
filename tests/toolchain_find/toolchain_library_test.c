/* Shared libraries of the user's: what is found out before a child starts. */
#include "support/sandbox.h"
#include "toolchain/launch.h"
#include "toolchain/program.h"

static struct lwt_sandbox box;

static int
set_up(void **state)
{
    (void)state;
    lwt_sandbox_open(&box);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    lwt_sandbox_close(&box);
    return 0;
}

/* A toolchain that looks like the embedded one. */
static lw_toolchain *
find_embedded(void)
{
    lw_toolchain_request request = LW_TOOLCHAIN_REQUEST_INIT;
    lw_toolchain *found = NULL;
    lw_error err = LW_ERROR_INIT;

    lwt_sandbox_toolchain(&box, "tc", -1);
    lwt_sandbox_script(&box, "tc/bin/node", "exit 97");
    lwt_sandbox_file(&box, "tc/toolchain.json",
                     "{\"kind\": \"embedded\", \"lean_version\": \"4.28.0\"}");
    lwt_sandbox_file(&box, "tc/lib/embedded/lean.wasm", "");
    assert_int_equal(
        truncate(lwt_sandbox_path(&box, "tc/lib/embedded/lean.wasm"), 3000000),
        0);
    lwt_sandbox_file(&box, "tc/MANIFEST",
                     "700 0a bin/lean\n3000000 0b lib/embedded/lean.wasm\n"
                     "5 0c lib/lean/Init.olean\n");
    request.toolchain = lwt_sandbox_path(&box, "tc");
    if (lw_toolchain_find(&found, &request, &err) != LW_OK)
        fail_msg("%s", err.message);
    return found;
}

static void
the_embedded_lean_loads_none(void **state)
{
    static const char *const libraries[] = { "/lib/User.so", NULL };
    lw_toolchain *found = find_embedded();
    struct lwi_command command;
    lw_error err = LW_ERROR_INIT;

    (void)state;
    assert_int_equal(
        lwi_toolchain_command_with(found, libraries, &command, &err),
        LW_EUNSUPPORTED);
    assert_non_null(strstr(err.message, libraries[0]));
    lw_toolchain_destroy(found);
}

static void
expect_problem(const char *path, const char *wanted)
{
    char *problem = NULL;

    assert_int_equal(lwi_library_examine(path, &problem), LW_OK);
    assert_non_null(problem);
    assert_non_null(strstr(problem, wanted));
    lwi_free(&lwi_system_allocator, problem);
}

static void
what_is_no_library_is_named(void **state)
{
    (void)state;
    lwt_sandbox_file(&box, "empty.so", "");
    lwt_sandbox_file(&box, "text.so", "no library, but longer than a header");
    lwt_sandbox_file(&box, "windows.so", "MZ, and longer than a header is");
    expect_problem(lwt_sandbox_path(&box, "nowhere.so"), "not there");
    expect_problem(lwt_sandbox_path(&box, "empty.so"), "is no shared library");
    expect_problem(lwt_sandbox_path(&box, "text.so"), "is no shared library");
    expect_problem(lwt_sandbox_path(&box, "windows.so"), "Windows");
    expect_problem(box.folder, "not there");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_embedded_lean_loads_none, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_library_is_named, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
