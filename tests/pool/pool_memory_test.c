/*
 * pool_memory_test.c - what a request takes of the parent's memory: nothing
 * new once it is warm, and a large message once, not twice.
 *
 * The allocator counts. It is called from the housekeeping thread as well, so
 * it counts with atomics.
 */
#include <lean_worker/lean_worker.h>

#include <stdatomic.h>

#include "support/test.h"

enum { WARM_UP = 20, COUNTED = 1000 };

static struct {
    atomic_size_t calls; /* that gave memory */
    atomic_size_t bytes, peak;
    lw_runtime *runtime;
    lw_capability *key;
    lw_pool *pool;
    lw_lease *lease;
} here;

/* ---- memory ---- */

#define FRONT 16u /* the block's size is kept before it */

static void *
count(void *block, size_t size, void *user)
{
    char *old = block == NULL ? NULL : (char *)block - FRONT;
    size_t old_size = old == NULL ? 0 : *(size_t *)(void *)old, sum, peak;
    char *moved;

    (void)user;
    if (size == 0) {
        atomic_fetch_sub(&here.bytes, old_size);
        free(old);
        return NULL;
    }
    atomic_fetch_add(&here.calls, 1);
    moved = realloc(old, FRONT + size);
    if (moved == NULL)
        return NULL;
    *(size_t *)(void *)moved = size;
    sum = atomic_fetch_add(&here.bytes, size - old_size) + size - old_size;
    peak = atomic_load(&here.peak);
    while (peak < sum && !atomic_compare_exchange_weak(&here.peak, &peak, sum))
        ;
    return moved + FRONT;
}

static int
setup(void **state)
{
    static const lw_allocator allocator = { count, NULL };
    static const char *const command[] = { LW_BUILD_DIR "/tests/run_helper",
                                           NULL };
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;
    lw_capability_spec spec = LW_CAPABILITY_SPEC_INIT;
    lw_error err = LW_ERROR_INIT;

    (void)state;
    options.allocator = &allocator;
    options.launcher_path = LW_BUILD_DIR "/lean-worker-child";
    spec.worker.command = command;
    if (lw_runtime_create(&here.runtime, &options, &err) != LW_OK ||
        lw_capability_create(&here.key, &spec, &err) != LW_OK ||
        lw_pool_create(&here.pool, here.runtime, NULL, &err) != LW_OK ||
        lw_pool_acquire(&here.lease, here.pool, here.key, NULL, &err) !=
            LW_OK) {
        print_error("%s\n", err.message);
        return -1;
    }
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    lw_lease_release(here.lease);
    lw_pool_destroy(here.pool);
    lw_capability_destroy(here.key);
    lw_runtime_destroy(here.runtime);
    return atomic_load(&here.bytes) == 0 ? 0 : -1;
}

/* ---- requests ---- */

static void
echo(void)
{
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_error err = LW_ERROR_INIT;
    lw_reply *reply;

    spec.name = "echo";
    spec.request = (lw_span){ "a request", 9 };
    assert_int_equal(lw_lease_run(here.lease, &reply, &spec, NULL, NULL, &err),
                     LW_OK);
    assert_int_equal(lw_reply_get_facts(reply)->response.size, 9);
    lw_reply_destroy(reply);
}

static int
take_row(const lw_row *row, void *user)
{
    *(size_t *)user += row->payload.size > 0;
    return 0;
}

static void
two_streams(void)
{
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_sinks sinks = LW_SINKS_INIT;
    lw_error err = LW_ERROR_INIT;
    lw_reply *reply;
    size_t rows = 0;

    spec.name = "rows";
    sinks.row = take_row;
    sinks.user = &rows;
    assert_int_equal(
        lw_lease_run(here.lease, &reply, &spec, &sinks, NULL, &err), LW_OK);
    assert_int_equal(rows, 200);
    lw_reply_destroy(reply);
}

static int
encode(const void *request, lw_writer *to, lw_fault *fault, void *user)
{
    (void)fault;
    (void)user;
    return lw_writer_put(to, request, strlen(request));
}

static int
decode(lw_span bytes, void *answer, lw_fault *fault, void *user)
{
    (void)fault;
    (void)user;
    *(size_t *)answer = bytes.size;
    return 0;
}

static void
typed(void)
{
    lw_command command = LW_COMMAND_INIT;
    lw_command_spec spec = LW_COMMAND_SPEC_INIT;
    lw_error err = LW_ERROR_INIT;
    size_t answer = 0;

    command.name = "echo";
    command.encode = encode;
    command.decode = decode;
    spec.request = "{\"number\": 1}";
    spec.answer = &answer;
    assert_int_equal(
        lw_lease_run_command(here.lease, NULL, &command, &spec, NULL, &err),
        LW_OK);
    assert_int_equal(answer, 13);
}

static void
another_lease(void)
{
    lw_error err = LW_ERROR_INIT;

    lw_lease_release(here.lease);
    assert_int_equal(
        lw_pool_acquire(&here.lease, here.pool, here.key, NULL, &err), LW_OK);
    echo();
}

/* The same work again and again takes the memory that it took before. */
static void
assert_takes_nothing_new(void (*work)(void))
{
    size_t before;
    int i;

    for (i = 0; i < WARM_UP; i++)
        work();
    before = atomic_load(&here.calls);
    for (i = 0; i < COUNTED; i++)
        work();
    assert_int_equal(atomic_load(&here.calls), before);
}

static void
a_warm_request_allocates_nothing(void **state)
{
    (void)state;
    assert_takes_nothing_new(echo);
}

static void
a_warm_request_with_rows_allocates_nothing(void **state)
{
    (void)state;
    assert_takes_nothing_new(two_streams);
}

static void
a_warm_typed_command_allocates_nothing(void **state)
{
    (void)state;
    assert_takes_nothing_new(typed);
}

static void
a_warm_lease_allocates_nothing(void **state)
{
    (void)state;
    assert_takes_nothing_new(another_lease);
}

/* An answer may outlive all that it came from. */
static void
an_answer_outlives_its_worker(void **state)
{
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_error err = LW_ERROR_INIT;
    lw_reply *reply;

    spec.name = "echo";
    spec.request = (lw_span){ "kept", 4 };
    assert_int_equal(lw_lease_run(here.lease, &reply, &spec, NULL, NULL, &err),
                     LW_OK);
    teardown(state);
    assert_memory_equal(lw_reply_get_facts(reply)->response.data, "kept", 5);
    lw_reply_destroy(reply);
    assert_int_equal(atomic_load(&here.bytes), 0);
    assert_int_equal(setup(state), 0);
}

/* ---- large messages ---- */

#define LARGE ((size_t)64 << 20)
#define BESIDE ((size_t)1 << 20) /* whatever else there is */

static lw_reply *
ask_large(lw_span request)
{
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;
    lw_error err = LW_ERROR_INIT;
    lw_reply *reply = NULL;

    spec.name = "large";
    spec.request = request;
    options.timeout_ms = LW_NO_LIMIT;
    atomic_store(&here.peak, atomic_load(&here.bytes));
    assert_int_equal(
        lw_lease_run(here.lease, &reply, &spec, NULL, &options, &err), LW_OK);
    return reply;
}

static void
a_large_answer_is_there_once(void **state)
{
    size_t before = atomic_load(&here.bytes);
    lw_reply *reply = ask_large((lw_span){ "67108864", 8 });
    lw_span response = lw_reply_get_facts(reply)->response;

    (void)state;
    assert_int_equal(response.size, LARGE);
    assert_int_equal(response.data[0], 'x');
    assert_int_equal(response.data[LARGE - 1], 'x');
    assert_int_equal(response.data[LARGE], '\0');
    assert_in_range(atomic_load(&here.peak), LARGE, before + LARGE + BESIDE);
    lw_reply_destroy(reply);
    assert_in_range(atomic_load(&here.bytes), 0, before + BESIDE);
    echo(); /* the worker goes on with a buffer of its own */
}

/* The library's copy: what is not written yet may have to be when the caller
 * has control, and its own bytes, back. */
static void
a_large_request_is_copied_once(void **state)
{
    size_t before = atomic_load(&here.bytes);
    char *bytes = calloc(1, LARGE);
    lw_reply *reply;

    (void)state;
    assert_non_null(bytes);
    reply = ask_large((lw_span){ bytes, LARGE });
    free(bytes);
    assert_string_equal(lw_reply_get_facts(reply)->response.data, "67108864");
    assert_in_range(atomic_load(&here.peak), LARGE, before + LARGE + BESIDE);
    lw_reply_destroy(reply);
    assert_in_range(atomic_load(&here.bytes), 0, before + BESIDE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_warm_request_allocates_nothing),
        cmocka_unit_test(a_warm_request_with_rows_allocates_nothing),
        cmocka_unit_test(a_warm_typed_command_allocates_nothing),
        cmocka_unit_test(a_warm_lease_allocates_nothing),
        cmocka_unit_test(an_answer_outlives_its_worker),
        cmocka_unit_test(a_large_answer_is_there_once),
        cmocka_unit_test(a_large_request_is_copied_once),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
