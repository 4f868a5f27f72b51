/* fingerprint_test.c - what makes a toolchain another one, and what does not.
 */
#include "toolchain/fingerprint.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "support/sandbox.h"

static struct lwt_sandbox box;

static int
set_up(void **state)
{
    (void)state;
    lwt_sandbox_open(&box);
    lwt_sandbox_toolchain(&box, "one", 28);
    lwt_sandbox_file(&box, "one/lib/lean/Init.olean", "first");
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    lwt_sandbox_close(&box);
    return 0;
}

static void
take(const char *folder, char to[LWI_FINGERPRINT_SIZE])
{
    lw_toolchain_request request = LW_TOOLCHAIN_REQUEST_INIT;
    lw_toolchain *found = NULL;
    lw_error err = LW_ERROR_INIT;

    request.toolchain = lwt_sandbox_path(&box, folder);
    if (lw_toolchain_find(&found, &request, &err) != LW_OK)
        fail_msg("not found: %s", err.message);
    lwi_toolchain_fingerprint(found, to);
    lw_toolchain_destroy(found);
    assert_int_equal(strlen(to), LWI_FINGERPRINT_SIZE - 1);
    assert_int_equal(strspn(to, "0123456789abcdef"), LWI_FINGERPRINT_SIZE - 1);
}

static void
the_same_toolchain_has_the_same(void **state)
{
    char first[LWI_FINGERPRINT_SIZE], second[LWI_FINGERPRINT_SIZE];

    (void)state;
    take("one", first);
    take("one", second);
    assert_string_equal(first, second);
    lwt_sandbox_link(&box, "one", "link");
    take("link", second);
    assert_string_equal(first, second);
}

static void
none_has_none(void **state)
{
    char none[LWI_FINGERPRINT_SIZE] = "x";

    (void)state;
    lwi_toolchain_fingerprint(NULL, none);
    assert_string_equal(none, "");
}

static void
another_folder_is_another(void **state)
{
    char first[LWI_FINGERPRINT_SIZE], second[LWI_FINGERPRINT_SIZE];

    (void)state;
    lwt_sandbox_toolchain(&box, "two", 28);
    take("one", first);
    take("two", second);
    assert_string_not_equal(first, second);
}

/* Each of these alone: the size, the time, the file itself, its absence. */
static void
a_rebuilt_library_is_another(void **state)
{
    const struct timespec times[2] = { { 0, UTIME_OMIT }, { 1000, 5 } };
    char prints[5][LWI_FINGERPRINT_SIZE];
    char library[PATH_MAX], other[PATH_MAX];
    int i, k;

    (void)state;
    snprintf(library, sizeof(library), "%s",
             lwt_sandbox_path(&box, "one/lib/lean/Init.olean"));
    lwt_sandbox_file(&box, "one/other", "second");
    snprintf(other, sizeof(other), "%s", lwt_sandbox_path(&box, "one/other"));
    assert_int_equal(utimensat(AT_FDCWD, library, times, 0), 0);
    take("one", prints[0]);
    assert_int_equal(truncate(library, 6), 0);
    assert_int_equal(utimensat(AT_FDCWD, library, times, 0), 0);
    take("one", prints[1]);
    assert_int_equal(utimensat(AT_FDCWD, library, NULL, 0), 0);
    take("one", prints[2]);
    assert_int_equal(utimensat(AT_FDCWD, library, times, 0), 0);
    assert_int_equal(utimensat(AT_FDCWD, other, times, 0), 0);
    assert_int_equal(rename(other, library), 0);
    take("one", prints[3]);
    assert_int_equal(unlink(library), 0);
    take("one", prints[4]);
    for (i = 0; i < 5; i++) {
        for (k = 0; k < i; k++)
            assert_string_not_equal(prints[i], prints[k]);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(the_same_toolchain_has_the_same),
        TEST(none_has_none),
        TEST(another_folder_is_another),
        TEST(a_rebuilt_library_is_another),
    };

    return LWT_RUN(tests);
}
