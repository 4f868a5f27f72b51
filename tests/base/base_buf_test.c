/* base_buf_test.c - the growable run of bytes, and each way it can fail. */
#include "base/buf.h"

#include "support/memory.h"
#include "support/random.h"

static void
an_empty_buffer_costs_nothing(void **state)
{
    struct lwt_memory memory;
    lw_allocator allocator = lwt_memory_init(&memory, 0);
    struct lwi_buf buf;

    (void)state;
    lwi_buf_init(&buf, &allocator);
    assert_int_equal(lwi_buf_append(&buf, NULL, 0), LW_OK);
    assert_int_equal(lwi_buf_append_text(&buf, ""), LW_OK);
    assert_int_equal(lwi_buf_reserve(&buf, 0), LW_OK);
    lwi_buf_drop_front(&buf, 0);
    lwi_buf_fini(&buf);
    lwi_buf_fini(&buf);
    assert_int_equal(memory.calls, 0);
}

static void
what_was_put_in_is_there(void **state)
{
    struct lwi_buf buf;

    (void)state;
    lwi_buf_init(&buf, &lwi_system_allocator);
    assert_int_equal(lwi_buf_append_text(&buf, "one"), LW_OK);
    assert_int_equal(lwi_buf_append(&buf, "\0two", 4), LW_OK);
    assert_int_equal(lwi_buf_printf(&buf, "%d%s", 3, "three"), LW_OK);
    assert_int_equal(buf.size, 13);
    assert_memory_equal(lwi_buf_peek_text(&buf), "one\0two3three", 14);
    assert_int_equal(buf.size, 13);
    lwi_buf_drop_front(&buf, 4);
    assert_string_equal(lwi_buf_peek_text(&buf), "two3three");
    lwi_buf_drop_front(&buf, buf.size);
    assert_string_equal(lwi_buf_peek_text(&buf), "");
    lwi_buf_fini(&buf);
}

static void
sizes_that_overflow_are_refused(void **state)
{
    struct lwt_memory memory;
    lw_allocator allocator = lwt_memory_init(&memory, LWT_NO_FAILURE);
    struct lwi_buf buf;

    (void)state;
    lwi_buf_init(&buf, &allocator);
    assert_int_equal(lwi_buf_append_text(&buf, "x"), LW_OK);
    assert_int_equal(lwi_buf_reserve(&buf, SIZE_MAX), LW_ENOMEM);
    assert_int_equal(buf.size, 1);
    assert_int_equal(memory.calls, 1);
    lwi_buf_fini(&buf);
    lwt_memory_check_empty(&memory);
}

static void
growth_is_by_doubling(void **state)
{
    struct lwt_memory memory;
    lw_allocator allocator = lwt_memory_init(&memory, LWT_NO_FAILURE);
    struct lwi_buf buf;
    size_t i;

    (void)state;
    lwi_buf_init(&buf, &allocator);
    for (i = 0; i < 1000000; i++)
        assert_int_equal(lwi_buf_append(&buf, "x", 1), LW_OK);
    assert_int_equal(buf.size, 1000000);
    assert_in_range(memory.calls, 1, 20);
    lwi_buf_fini(&buf);
    lwt_memory_check_empty(&memory);
}

static void
a_text_longer_than_the_room_is_printed_whole(void **state)
{
    char text[2000];
    struct lwi_buf buf;

    (void)state;
    memset(text, 'a', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    lwi_buf_init(&buf, &lwi_system_allocator);
    assert_int_equal(lwi_buf_printf(&buf, "[%s]", text), LW_OK);
    assert_int_equal(buf.size, sizeof(text) + 1);
    assert_int_equal(buf.data[buf.size - 1], ']');
    lwi_buf_fini(&buf);
}

/* A buffer and a plain array go through the same steps. */
static void
random_steps_agree_with_a_plain_array(void **state)
{
    struct lwt_random random = lwt_random_init(0x5eed0001);
    struct lwi_buf buf;
    char model[8192], piece[64];
    size_t size = 0, step, n, i;

    (void)state;
    lwi_buf_init(&buf, &lwi_system_allocator);
    for (step = 0; step < 20000; step++) {
        n = lwt_random_below(&random, sizeof(piece));
        if (lwt_random_below(&random, 2) == 0 && size + n < sizeof(model)) {
            for (i = 0; i < n; i++)
                piece[i] = (char)lwt_random_below(&random, 256);
            assert_int_equal(lwi_buf_append(&buf, piece, n), LW_OK);
            memcpy(model + size, piece, n);
            size += n;
        } else {
            n = n < size ? n : size;
            lwi_buf_drop_front(&buf, n);
            size -= n;
            memmove(model, model + n, size);
        }
        assert_int_equal(buf.size, size);
        assert_true(size == 0 || memcmp(buf.data, model, size) == 0);
    }
    lwi_buf_fini(&buf);
}

/* One path through everything that allocates. */
static int
all_steps(struct lwi_buf *buf)
{
    char big[600];
    int rc = lwi_buf_append_text(buf, "first");

    memset(big, 'b', sizeof(big));
    if (rc == LW_OK)
        rc = lwi_buf_append(buf, big, sizeof(big));
    if (rc == LW_OK)
        rc = lwi_buf_printf(buf, "%2000d", 7);
    return rc;
}

static void
a_failing_allocation_leaves_the_bytes(void **state)
{
    struct lwt_memory memory;
    size_t n;

    (void)state;
    for (n = 0;; n++) {
        lw_allocator allocator = lwt_memory_init(&memory, n);
        struct lwi_buf buf;
        size_t size;
        int rc;

        lwi_buf_init(&buf, &allocator);
        rc = all_steps(&buf);
        if (memory.failures == 0)
            assert_int_equal(rc, LW_OK);
        else
            assert_int_equal(rc, LW_ENOMEM);
        size = buf.size;
        assert_true(size == 0 || memcmp(buf.data, "first", 5) == 0);
        assert_true(buf.size <= buf.capacity);
        lwi_buf_fini(&buf);
        lwt_memory_check_empty(&memory);
        if (memory.failures == 0)
            break;
    }
    assert_int_equal(n, 3);
}

static void
peek_without_memory_is_an_empty_text(void **state)
{
    struct lwt_memory memory;
    lw_allocator allocator = lwt_memory_init(&memory, 0);
    struct lwi_buf buf;

    (void)state;
    lwi_buf_init(&buf, &allocator);
    assert_string_equal(lwi_buf_peek_text(&buf), "");
    lwi_buf_fini(&buf);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_buffer_costs_nothing),
        cmocka_unit_test(what_was_put_in_is_there),
        cmocka_unit_test(sizes_that_overflow_are_refused),
        cmocka_unit_test(growth_is_by_doubling),
        cmocka_unit_test(a_text_longer_than_the_room_is_printed_whole),
        cmocka_unit_test(random_steps_agree_with_a_plain_array),
        cmocka_unit_test(a_failing_allocation_leaves_the_bytes),
        cmocka_unit_test(peek_without_memory_is_an_empty_text),
    };

    return LWT_RUN(tests);
}
