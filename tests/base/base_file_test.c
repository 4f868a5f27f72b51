/* base_file_test.c - small files, and what is no file. */
#include "base/file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "support/memory.h"

/* A folder of its own for each test, which is the working directory. */
static int
enter_folder(void **state)
{
    static char folder[] = "/tmp/lw-file-test-XXXXXX";

    memcpy(folder + sizeof(folder) - 7, "XXXXXX", 6);
    *state = mkdtemp(folder);
    return *state == NULL || chdir(*state) != 0 ? -1 : 0;
}

static int
leave_folder(void **state)
{
    static const char *const names[] = { "file", "fifo", "link" };
    size_t i;

    for (i = 0; i < LWI_COUNT(names); i++)
        unlink(names[i]);
    return chdir("/") != 0 || rmdir(*state) != 0 ? -1 : 0;
}

static void
write_file(const char *name, size_t size)
{
    FILE *file = fopen(name, "w");
    size_t i;

    assert_non_null(file);
    for (i = 0; i < size; i++)
        fputc((int)(i % 251), file);
    assert_int_equal(fclose(file), 0);
}

static void
a_file_is_read_whole(void **state)
{
    static const size_t sizes[] = { 0, 1, 4095, 4096, 4097, 100000 };
    size_t i, at;

    (void)state;
    for (i = 0; i < LWI_COUNT(sizes); i++) {
        struct lwi_buf buf;

        write_file("file", sizes[i]);
        lwi_buf_init(&buf, &lwi_system_allocator);
        assert_int_equal(lwi_buf_append_text(&buf, "before"), LW_OK);
        assert_int_equal(lwi_file_read(&buf, "file", sizes[i]), LW_OK);
        assert_int_equal(buf.size, 6 + sizes[i]);
        for (at = 0; at < sizes[i]; at++)
            assert_int_equal((unsigned char)buf.data[6 + at], at % 251);
        lwi_buf_fini(&buf);
    }
}

static void
a_file_over_the_limit_is_refused(void **state)
{
    struct lwi_buf buf;

    (void)state;
    write_file("file", 5000);
    lwi_buf_init(&buf, &lwi_system_allocator);
    assert_int_equal(lwi_buf_append_text(&buf, "before"), LW_OK);
    assert_int_equal(lwi_file_read(&buf, "file", 4999), LW_EFILE);
    assert_int_equal(errno, EFBIG);
    assert_int_equal(buf.size, 6);
    lwi_buf_fini(&buf);
}

static void
an_endless_file_does_not_fill_memory(void **state)
{
    struct lwt_memory memory;
    lw_allocator allocator = lwt_memory_init(&memory, LWT_NO_FAILURE);
    struct lwi_buf buf;

    (void)state;
    write_file("file", 3000000);
    lwi_buf_init(&buf, &allocator);
    assert_int_equal(lwi_file_read(&buf, "file", 1000), LW_EFILE);
    assert_in_range(memory.peak_bytes, 1, 65536);
    lwi_buf_fini(&buf);
}

static void
check_refused(const char *path, int wanted_errno)
{
    struct lwi_buf buf;

    lwi_buf_init(&buf, &lwi_system_allocator);
    assert_int_equal(lwi_file_read(&buf, path, 4096), LW_EFILE);
    assert_int_equal(errno, wanted_errno);
    assert_int_equal(buf.size, 0);
    lwi_buf_fini(&buf);
}

/* The FIFO has no writer: a plain open would wait for ever. */
static void
what_is_no_file_is_refused_at_once(void **state)
{
    (void)state;
    assert_int_equal(mkfifo("fifo", 0600), 0);
    assert_int_equal(symlink("nowhere", "link"), 0);
    check_refused("fifo", EINVAL);
    check_refused("link", ENOENT);
    check_refused(".", EISDIR);
    check_refused("/dev/zero", EINVAL);
    check_refused("absent", ENOENT);
}

static void
no_descriptor_is_left_open(void **state)
{
    struct lwi_buf buf;
    int before, after;

    (void)state;
    write_file("file", 10);
    before = dup(0);
    close(before);
    lwi_buf_init(&buf, &lwi_system_allocator);
    lwi_file_read(&buf, "file", 100);
    lwi_file_read(&buf, "file", 1);
    lwi_file_read(&buf, ".", 1);
    lwi_buf_fini(&buf);
    after = dup(0);
    close(after);
    assert_int_equal(before, after);
}

static void
each_failing_allocation_is_clean(void **state)
{
    struct lwt_memory memory;
    size_t n = 0;

    (void)state;
    write_file("file", 20000);
    do {
        lw_allocator allocator = lwt_memory_init(&memory, n++);
        struct lwi_buf buf;
        int rc;

        lwi_buf_init(&buf, &allocator);
        rc = lwi_file_read(&buf, "file", 20000);
        assert_int_equal(rc, memory.failures == 0 ? LW_OK : LW_ENOMEM);
        assert_int_equal(buf.size, memory.failures == 0 ? 20000 : 0);
        lwi_buf_fini(&buf);
        lwt_memory_check_empty(&memory);
    } while (memory.failures > 0);
    assert_in_range(n, 2, 20);
}

#define IN_FOLDER(test)                                                        \
    cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_file_is_read_whole),
        IN_FOLDER(a_file_over_the_limit_is_refused),
        IN_FOLDER(an_endless_file_does_not_fill_memory),
        IN_FOLDER(what_is_no_file_is_refused_at_once),
        IN_FOLDER(no_descriptor_is_left_open),
        IN_FOLDER(each_failing_allocation_is_clean),
    };

    return LWT_RUN(tests);
}
