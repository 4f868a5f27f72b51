/* base_process_test.c - which process this is, in a copy as well. */
#include "base/process.h"

#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "support/test.h"

static void
it_is_what_the_system_says(void **state)
{
    (void)state;
    assert_int_equal(lwi_process_id(), getpid());
    assert_int_equal(lwi_process_id(), getpid());
}

static void
check_copy(pid_t copy)
{
    int status = -1;

    assert_true(copy > 0);
    assert_int_equal(waitpid(copy, &status, 0), copy);
    assert_int_equal(status, 0);
}

static void
a_copy_knows_that_it_is_one(void **state)
{
    pid_t host = lwi_process_id(), copy = (fork)();

    (void)state;
    if (copy == 0)
        _exit(lwi_process_id() == getpid() && lwi_process_id() != host ? 0 : 1);
    check_copy(copy);
    assert_int_equal(lwi_process_id(), host);
}

/* Made behind the back of the C library. */
static void
a_raw_copy_knows_it_as_well(void **state)
{
    pid_t host = lwi_process_id();
    pid_t copy = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

    (void)state;
    if (copy == 0)
        _exit(lwi_process_id() != host ? 0 : 1);
    check_copy(copy);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_what_the_system_says),
        cmocka_unit_test(a_copy_knows_that_it_is_one),
        cmocka_unit_test(a_raw_copy_knows_it_as_well),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
