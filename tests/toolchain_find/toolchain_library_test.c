/* Shared libraries of the user's: what is found out before a child starts. */
#include <sys/stat.h>

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

/* Nothing waits for a writer, and no device is read. */
static void
what_is_no_file_is_not_opened(void **state)
{
    (void)state;
    assert_int_equal(mkfifo(lwt_sandbox_path(&box, "fifo.so"), 0600), 0);
    expect_problem(lwt_sandbox_path(&box, "fifo.so"), "not there as a file");
    expect_problem("/dev/zero", "not there as a file");
}

/* Writes a file of `size` bytes that begins as an ELF file does. */
static const char *
put_header(const char *name, unsigned char order, unsigned char type_low,
           unsigned char type_high, size_t size)
{
    unsigned char bytes[64] = { 0x7f, 'E', 'L', 'F', 2, 0, 1 };
    const char *path = lwt_sandbox_path(&box, name);
    FILE *file = fopen(path, "we");

    bytes[5] = order;
    bytes[16] = type_low;
    bytes[17] = type_high;
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
    return path;
}

/* The type is two bytes in the order that the file says. */
static void
the_type_of_an_elf_file_counts(void **state)
{
    enum { LITTLE = 1, BIG };

    (void)state;
    expect_problem(put_header("cut.so", LITTLE, 3, 0, 19), "is no shared");
    expect_problem(put_header("object.o", LITTLE, 1, 0, 64), "is no shared");
    expect_problem(put_header("high.so", LITTLE, 0, 3, 64), "is no shared");
    expect_problem(put_header("own.so", LITTLE, 3, 3, 64), "is no shared");
    expect_problem(put_header("swapped.so", BIG, 3, 0, 64), "is no shared");
    /* A library; its machine is 0. */
    expect_problem(put_header("none.so", LITTLE, 3, 0, 64), "another");
    expect_problem(put_header("big.so", BIG, 0, 3, 64), "another");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_embedded_lean_loads_none, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_library_is_named, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_file_is_not_opened, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_type_of_an_elf_file_counts, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
