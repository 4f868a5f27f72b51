/* base_path_test.c - names of files and folders. */
#include "base/path.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "support/test.h"

static void
check_joined(const char *folder, const char *name, const char *wanted)
{
    char *path = lwi_path_join(folder, name);

    assert_string_equal(path, wanted);
    lwi_free(&lwi_system_allocator, path);
}

static void
joining(void **state)
{
    (void)state;
    check_joined("a", "b", "a/b");
    check_joined("a/", "b", "a/b");
    check_joined("/", "b", "/b");
    check_joined("a", "/b", "/b");
    check_joined("", "/b", "/b");
    check_joined("", "b", "b");
    check_joined(".", "b", "./b");
}

static void
check_parent(const char *path, bool is_child, const char *wanted)
{
    char text[64];

    snprintf(text, sizeof(text), "%s", path);
    assert_int_equal(lwi_path_to_parent(text), is_child);
    assert_string_equal(text, wanted);
}

static void
going_up(void **state)
{
    (void)state;
    check_parent("/a/b/c", true, "/a/b");
    check_parent("/a", true, "/");
    check_parent("/", false, "/");
    check_parent("a", false, "a");
    check_parent("", false, "");
}

static void
the_name_is_behind_the_last_slash(void **state)
{
    (void)state;
    assert_string_equal(lwi_path_name("/a/b"), "b");
    assert_string_equal(lwi_path_name("b"), "b");
    assert_string_equal(lwi_path_name("/a/"), "");
    assert_string_equal(lwi_path_name(""), "");
}

static void
long_names_are_printed_whole(void **state)
{
    char *path = lwi_path_printf("%s/%5000d", "a", 1);

    (void)state;
    assert_non_null(path);
    assert_int_equal(strlen(path), 5002);
    lwi_free(&lwi_system_allocator, path);
}

static void
kinds_of_files(void **state)
{
    char folder[] = "/tmp/lw-path-test-XXXXXX", file[64], link[64];
    char *found;

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(file, sizeof(file), "%s/file", folder);
    snprintf(link, sizeof(link), "%s/link", folder);
    fclose(fopen(file, "w"));
    assert_int_equal(symlink("absent", link), 0);
    assert_true(lwi_path_is_folder(folder));
    assert_false(lwi_path_is_file(folder));
    assert_int_equal(errno, EISDIR);
    assert_true(lwi_path_is_file(file));
    assert_false(lwi_path_is_folder(file));
    assert_int_equal(errno, ENOTDIR);
    assert_true(lwi_path_is_there(link));
    assert_false(lwi_path_is_file(link));
    assert_int_equal(errno, ENOENT);
    assert_null(lwi_path_resolve(link));
    unlink(link);
    assert_int_equal(symlink("file", link), 0);
    assert_true(lwi_path_is_file(link));
    found = lwi_path_resolve(link);
    assert_non_null(found);
    assert_string_equal(lwi_path_name(found), "file");
    lwi_free(&lwi_system_allocator, found);
    unlink(link);
    unlink(file);
    rmdir(folder);
    assert_false(lwi_path_is_there(folder));
}

static void
an_empty_variable_is_not_set(void **state)
{
    (void)state;
    setenv("LWT_VARIABLE", "", 1);
    assert_null(lwi_environment("LWT_VARIABLE"));
    setenv("LWT_VARIABLE", "x", 1);
    assert_string_equal(lwi_environment("LWT_VARIABLE"), "x");
    unsetenv("LWT_VARIABLE");
    assert_null(lwi_environment("LWT_VARIABLE"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joining),
        cmocka_unit_test(going_up),
        cmocka_unit_test(the_name_is_behind_the_last_slash),
        cmocka_unit_test(long_names_are_printed_whole),
        cmocka_unit_test(kinds_of_files),
        cmocka_unit_test(an_empty_variable_is_not_set),
    };

    return LWT_RUN(tests);
}
