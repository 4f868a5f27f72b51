/* base_cancel_test.c - the sticky token. */
#include "base/cancel.h"

#include <poll.h>
#include <sys/resource.h>

#include "support/test.h"

static bool
is_readable(const lw_cancel *cancel)
{
    struct pollfd polled = { .fd = lwi_cancel_fd(cancel), .events = POLLIN };

    return poll(&polled, 1, 0) == 1;
}

static void
once_set_it_stays_set(void **state)
{
    lw_cancel *cancel;
    lw_error err;
    int i;

    (void)state;
    assert_int_equal(lw_cancel_create(&cancel, &err), LW_OK);
    assert_false(lw_cancel_is_set(cancel));
    assert_false(is_readable(cancel));
    for (i = 0; i < 3; i++) {
        lw_cancel_set(cancel);
        assert_true(lw_cancel_is_set(cancel));
        assert_true(is_readable(cancel));
    }
    lw_cancel_destroy(cancel);
}

static void
null_is_no_token(void **state)
{
    (void)state;
    lw_cancel_set(NULL);
    lw_cancel_destroy(NULL);
    assert_false(lw_cancel_is_set(NULL));
    assert_int_equal(lwi_cancel_fd(NULL), -1);
}

/* A signal handler sets it between a call of ours and its look at errno. */
static void
setting_keeps_errno(void **state)
{
    lw_cancel *cancel;

    (void)state;
    assert_int_equal(lw_cancel_create(&cancel, NULL), LW_OK);
    errno = 4711;
    lw_cancel_set(cancel);
    lw_cancel_set(cancel);
    assert_int_equal(errno, 4711);
    lw_cancel_destroy(cancel);
}

static void
no_descriptor_is_left(void **state)
{
    lw_cancel *cancel;
    int before = dup(0), after;

    (void)state;
    close(before);
    assert_int_equal(lw_cancel_create(&cancel, NULL), LW_OK);
    lw_cancel_destroy(cancel);
    after = dup(0);
    close(after);
    assert_int_equal(before, after);
}

static void
without_descriptors_there_is_no_token(void **state)
{
    struct rlimit was, none;
    lw_cancel *cancel = NULL;
    lw_error err;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
    none = was;
    none.rlim_cur = 3;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    assert_int_equal(lw_cancel_create(&cancel, &err), LW_ELIMIT);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
    assert_null(cancel);
    assert_int_equal(err.status, LW_ELIMIT);
    assert_int_equal(err.system_errno, EMFILE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(once_set_it_stays_set),
        cmocka_unit_test(null_is_no_token),
        cmocka_unit_test(setting_keeps_errno),
        cmocka_unit_test(no_descriptor_is_left),
        cmocka_unit_test(without_descriptors_there_is_no_token),
    };

    return LWT_RUN(tests);
}
