/* base_spares_test.c - small blocks wait for the next who needs one. */
#include "base/spares.h"

#include <pthread.h>

#include "support/memory.h"

static void
a_block_is_used_again(void **state)
{
    struct lwt_memory memory;
    lw_allocator below = lwt_memory_init(&memory, LWT_NO_FAILURE);
    struct lwi_spares *spares = lwi_spares_create(&below);
    const lw_allocator *allocator = lwi_spares_allocator(spares);
    size_t calls, i;
    char *block;

    (void)state;
    lwi_free(allocator, lwi_alloc(allocator, 100));
    calls = memory.calls;
    for (i = 1; i < 500; i++) {
        block = lwi_alloc(allocator, i);
        assert_int_equal(block[i - 1], 0); /* zeroed anew */
        memset(block, 0x55, i);
        lwi_free(allocator, block);
    }
    assert_int_equal(memory.calls, calls);
    lwi_spares_release(spares);
    lwt_memory_check_empty(&memory);
}

static void
blocks_that_are_out_at_once_are_different(void **state)
{
    struct lwt_memory memory;
    lw_allocator below = lwt_memory_init(&memory, LWT_NO_FAILURE);
    struct lwi_spares *spares = lwi_spares_create(&below);
    const lw_allocator *allocator = lwi_spares_allocator(spares);
    char *blocks[40];
    size_t i, round;

    (void)state;
    for (round = 0; round < 3; round++) {
        for (i = 0; i < 40; i++) {
            blocks[i] = lwi_alloc(allocator, 64);
            memset(blocks[i], (int)i, 64);
        }
        for (i = 0; i < 40; i++) {
            assert_int_equal(blocks[i][0], i);
            assert_int_equal(blocks[i][63], i);
            lwi_free(allocator, blocks[i]);
        }
    }
    lwi_spares_release(spares);
    lwt_memory_check_empty(&memory);
}

static void
a_block_outlives_its_maker(void **state)
{
    struct lwt_memory memory;
    lw_allocator below = lwt_memory_init(&memory, LWT_NO_FAILURE);
    struct lwi_spares *spares = lwi_spares_create(&below);
    lw_allocator allocator = *lwi_spares_allocator(spares);
    char *block = lwi_alloc(&allocator, 10);

    (void)state;
    lwi_spares_release(spares);
    memset(block, 1, 10);
    block = lwi_resize(&allocator, block, 5000);
    assert_int_equal(block[9], 1);
    lwi_free(&allocator, block);
    lwt_memory_check_empty(&memory);
}

static void
a_large_block_is_given_back_at_once(void **state)
{
    struct lwt_memory memory;
    lw_allocator below = lwt_memory_init(&memory, LWT_NO_FAILURE);
    struct lwi_spares *spares = lwi_spares_create(&below);
    const lw_allocator *allocator = lwi_spares_allocator(spares);
    size_t before = memory.live_bytes, large = (size_t)10 << 20;
    char *block = lwi_alloc(allocator, large);

    (void)state;
    block[large - 1] = 1;
    block = lwi_resize(allocator, block, 2 * large);
    assert_non_null(block);
    assert_int_equal(block[large - 1], 1);
    assert_true(memory.peak_bytes < before + 2 * large + 4096);
    lwi_free(allocator, block);
    assert_int_equal(memory.live_bytes, before);
    assert_null(lwi_alloc(allocator, SIZE_MAX - 8));
    lwi_spares_release(spares);
    lwt_memory_check_empty(&memory);
}

/* Each allocation fails once; the block that was there stays. */
static void
memory_that_runs_out_is_told(void **state)
{
    struct lwt_memory memory;
    size_t fail_at;

    (void)state;
    for (fail_at = 0; fail_at < 4; fail_at++) {
        lw_allocator below = lwt_memory_init(&memory, fail_at);
        struct lwi_spares *spares = lwi_spares_create(&below);
        const lw_allocator *allocator;
        char *block, *moved;

        if (spares == NULL)
            continue;
        allocator = lwi_spares_allocator(spares);
        block = lwi_alloc(allocator, 10);
        if (block != NULL) {
            block[0] = 7;
            moved = lwi_resize(allocator, block, 100000);
            if (moved != NULL)
                block = moved;
            moved = lwi_resize(allocator, block, 200000);
            if (moved != NULL)
                block = moved;
            assert_int_equal(block[0], 7);
            lwi_free(allocator, block);
        }
        assert_int_equal(memory.failures, 1);
        lwi_spares_release(spares);
        lwt_memory_check_empty(&memory);
    }
}

static void *
take_and_give(void *user)
{
    const lw_allocator *allocator = user;
    unsigned char *block;
    int i;

    for (i = 0; i < 20000; i++) {
        block = lwi_alloc(allocator, 300);
        if (block == NULL || block[299] != 0)
            return NULL; /* somebody else has it, too */
        memset(block, 0xff, 300);
        lwi_free(allocator, block);
    }
    return user;
}

static void
threads_never_share_a_block(void **state)
{
    struct lwi_spares *spares = lwi_spares_create(&lwi_system_allocator);
    lw_allocator allocator = *lwi_spares_allocator(spares);
    pthread_t threads[4];
    void *good;
    size_t i;

    (void)state;
    for (i = 0; i < 4; i++)
        assert_int_equal(
            pthread_create(&threads[i], NULL, take_and_give, &allocator), 0);
    for (i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], &good), 0);
        assert_ptr_equal(good, &allocator);
    }
    lwi_spares_release(spares);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_is_used_again),
        cmocka_unit_test(blocks_that_are_out_at_once_are_different),
        cmocka_unit_test(a_block_outlives_its_maker),
        cmocka_unit_test(a_large_block_is_given_back_at_once),
        cmocka_unit_test(memory_that_runs_out_is_told),
        cmocka_unit_test(threads_never_share_a_block),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
