/* base_alloc_test.c - memory: zeroing, overflow, copies, failure. */
#include "base/alloc.h"

#include "support/memory.h"

static void
allocated_memory_is_zero(void **state)
{
    size_t i, size = 4096;
    char *block = lwi_alloc(&lwi_system_allocator, size);

    (void)state;
    assert_non_null(block);
    for (i = 0; i < size; i++)
        assert_int_equal(block[i], 0);
    lwi_free(&lwi_system_allocator, block);
}

static void
an_array_that_overflows_is_refused(void **state)
{
    struct lwt_memory memory;
    lw_allocator allocator = lwt_memory_init(&memory, LWT_NO_FAILURE);

    (void)state;
    assert_null(lwi_alloc_array(&allocator, SIZE_MAX, 2));
    assert_null(lwi_alloc_array(&allocator, SIZE_MAX / 8 + 1, 8));
    assert_int_equal(memory.calls, 0);
}

static void
an_empty_array_is_a_block(void **state)
{
    struct lwt_memory memory;
    lw_allocator allocator = lwt_memory_init(&memory, LWT_NO_FAILURE);
    void *block = lwi_alloc_array(&allocator, 0, 8);

    (void)state;
    assert_non_null(block);
    lwi_free(&allocator, block);
    lwt_memory_check_empty(&memory);
}

static void
free_takes_null(void **state)
{
    (void)state;
    lwi_free(&lwi_system_allocator, NULL);
}

static void
resize_keeps_the_bytes(void **state)
{
    struct lwt_memory memory;
    lw_allocator allocator = lwt_memory_init(&memory, LWT_NO_FAILURE);
    char *block = lwi_resize(&allocator, NULL, 4);

    (void)state;
    assert_non_null(block);
    memcpy(block, "abc", 4);
    block = lwi_resize(&allocator, block, 4000);
    assert_string_equal(block, "abc");
    block = lwi_resize(&allocator, block, 2);
    assert_memory_equal(block, "ab", 2);
    lwi_free(&allocator, block);
    lwt_memory_check_empty(&memory);
}

static void
copies_end_in_nul(void **state)
{
    struct lwt_memory memory;
    lw_allocator allocator = lwt_memory_init(&memory, LWT_NO_FAILURE);
    char *copy = lwi_copy_bytes(&allocator, "a\0bc", 3);

    (void)state;
    assert_memory_equal(copy, "a\0b", 4);
    lwi_free(&allocator, copy);
    copy = lwi_copy_bytes(&allocator, NULL, 0);
    assert_string_equal(copy, "");
    lwi_free(&allocator, copy);
    copy = lwi_copy_text(&allocator, "text");
    assert_string_equal(copy, "text");
    lwi_free(&allocator, copy);
    assert_null(lwi_copy_text(&allocator, NULL));
    assert_null(lwi_copy_bytes(&allocator, "", SIZE_MAX));
    lwt_memory_check_empty(&memory);
}

static void
each_function_passes_failure_on(void **state)
{
    struct lwt_memory memory;
    lw_allocator allocator = lwt_memory_init(&memory, 0);

    (void)state;
    memory.fail_onwards = true;
    assert_null(lwi_alloc(&allocator, 1));
    assert_null(lwi_alloc_array(&allocator, 2, 8));
    assert_null(lwi_resize(&allocator, NULL, 1));
    assert_null(lwi_copy_bytes(&allocator, "x", 1));
    assert_null(lwi_copy_text(&allocator, "x"));
    assert_int_equal(memory.failures, 5);
    lwt_memory_check_empty(&memory);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(allocated_memory_is_zero),
        cmocka_unit_test(an_array_that_overflows_is_refused),
        cmocka_unit_test(an_empty_array_is_a_block),
        cmocka_unit_test(free_takes_null),
        cmocka_unit_test(resize_keeps_the_bytes),
        cmocka_unit_test(copies_end_in_nul),
        cmocka_unit_test(each_function_passes_failure_on),
    };

    return LWT_RUN(tests);
}
