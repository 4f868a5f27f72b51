/* check_source_test.c - files as they come: what is read, and what is said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "check/source.h"

static char folder[] = "/tmp/lw-source-test-XXXXXX";
static char path[256];

static const char *
put(const char *name, const void *data, size_t size)
{
    int fd;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, size), (ssize_t)size);
    close(fd);
    return path;
}

static int
setup(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
    (void)state;
    return rmdir(folder);
}

static void
expect_refused(const char *name, const char *words, uint32_t line,
               uint32_t column)
{
    struct lwi_source source;
    struct lwi_source_place place;
    lw_error err = LW_ERROR_INIT;

    assert_int_equal(
        lwi_source_read(&source, &lwi_system_allocator, name, &place, &err),
        LW_EFILE);
    assert_int_equal(err.status, LW_EFILE);
    if (strstr(err.message, words) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", words, err.message);
    assert_non_null(strstr(err.message, name));
    assert_int_equal(place.line, line);
    assert_int_equal(place.column, column);
}

static void
expect_read(const char *name, const char *data, size_t size)
{
    struct lwi_source source;
    struct lwi_source_place place;
    lw_error err = LW_ERROR_INIT;

    assert_int_equal(
        lwi_source_read(&source, &lwi_system_allocator, name, &place, &err),
        LW_OK);
    assert_int_equal(source.size, size);
    assert_memory_equal(source.data, data, size);
    lwi_source_fini(&source);
}

static void
test_text_is_read(void **state)
{
    static const char text[] = "theorem t : ∀ n, n = n := fun _ => rfl\n";

    (void)state;
    expect_read(put("a.lean", text, sizeof(text) - 1), text, sizeof(text) - 1);
    expect_read(put("a.lean", "", 0), "", 0);
    expect_read(put("a.lean", "\xef\xbb\xbf", 3), "\xef\xbb\xbf", 3);
    unlink(path);
}

static void
test_what_is_no_text(void **state)
{
    (void)state;
    expect_refused(put("b.lean", "ab\nc\0d", 6), "a NUL byte at offset 4", 2,
                   1);
    expect_refused(put("b.lean", "ab\n\xe2\x88\x80\xff", 7),
                   "is not UTF-8: byte 0xff at offset 6", 2, 1);
    expect_refused(put("b.lean", "\xed\xa0\x80", 3), "byte 0xed at offset 0", 1,
                   0);
    /* The first of the two is told. */
    expect_refused(put("b.lean", "\xff\0", 2), "is not UTF-8", 1, 0);
    expect_refused(put("b.lean", "\0\xff", 2), "NUL byte at offset 0", 1, 0);
    /* Cut in the middle of a code point. */
    expect_refused(put("b.lean", "x\xe2\x88", 3), "byte 0xe2 at offset 1", 1,
                   1);
    unlink(path);
}

static void
test_what_is_no_file(void **state)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)state;
    expect_refused("/nowhere/at-all.lean", "No such file or directory", 0, 0);
    expect_refused(folder, "a directory", 0, 0);
    expect_refused("/dev/null", "a device", 0, 0);
    snprintf(path, sizeof(path), "%s/pipe.lean", folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    expect_refused(path, "a pipe", 0, 0); /* and does not wait for a writer */
    unlink(path);
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/s.lean", folder);
    assert_int_equal(bind(fd, (void *)&address, sizeof(address)), 0);
    expect_refused(address.sun_path, "a socket", 0, 0);
    unlink(address.sun_path);
    close(fd);
    snprintf(path, sizeof(path), "%s/loop.lean", folder);
    assert_int_equal(symlink("loop.lean", path), 0);
    expect_refused(path, "Too many levels of symbolic links", 0, 0);
    unlink(path);
}

static void
test_unreadable(void **state)
{
    (void)state;
    put("c.lean", "x", 1);
    assert_int_equal(chmod(path, 0), 0);
    if (geteuid() != 0)
        expect_refused(path, "Permission denied", 0, 0);
    unlink(path);
}

static void
test_large(void **state)
{
    struct lwi_source source;
    struct lwi_source_place place;
    lw_error err = LW_ERROR_INIT;

    (void)state;
    put("d.lean", "", 0);
    assert_int_equal(truncate(path, (off_t)LWI_SOURCE_LIMIT + 1), 0);
    expect_refused(path, "more than 64 MiB", 0, 0);
    /* 50 MB of zeros are read, and refused for the first of them. */
    assert_int_equal(truncate(path, 50 * 1000 * 1000), 0);
    expect_refused(path, "a NUL byte at offset 0", 1, 0);
    assert_int_equal(truncate(path, 0), 0);
    {
        char *text = malloc(50000000);

        assert_non_null(text);
        memset(text, ' ', 50000000);
        put("d.lean", text, 50000000);
        free(text);
    }
    assert_int_equal(
        lwi_source_read(&source, &lwi_system_allocator, path, &place, &err),
        LW_OK);
    assert_int_equal(source.size, 50000000);
    lwi_source_fini(&source);
    unlink(path);
}

/* An allocator's call is the moment between the two looks at the file. */
static void *
meddling_resize(void *block, size_t size, void *user)
{
    if (size == 0) {
        free(block);
        return NULL;
    }
    if (*(bool *)user)
        assert_int_equal(truncate(path, 3), 0);
    return realloc(block, size);
}

static void
test_a_file_that_changes(void **state)
{
    bool meddle = true;
    const lw_allocator allocator = { meddling_resize, &meddle };
    struct lwi_source source;
    struct lwi_source_place place;
    lw_error err = LW_ERROR_INIT;

    (void)state;
    put("e.lean", "theorem", 7);
    assert_int_equal(lwi_source_read(&source, &allocator, path, &place, &err),
                     LW_EFILE);
    assert_non_null(strstr(err.message, "changed while it was read"));
    unlink(path);
}

static void
test_places(void **state)
{
    lw_span text = { "a∀\nb", 6 };
    struct lwi_source_place place = lwi_source_place_of(text, 4);

    (void)state;
    assert_int_equal(place.line, 1);
    assert_int_equal(place.column, 2);
    place = lwi_source_place_of(text, 6);
    assert_int_equal(place.line, 2);
    assert_int_equal(place.column, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_is_read),
        cmocka_unit_test(test_what_is_no_text),
        cmocka_unit_test(test_what_is_no_file),
        cmocka_unit_test(test_unreadable),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_a_file_that_changes),
        cmocka_unit_test(test_places),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
