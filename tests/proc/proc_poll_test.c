/* proc_poll_test.c - a wait with a time, which is slept in parts. */
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "proc/sys.h"
#include "support/test.h"

static int64_t
poll_none(int64_t ns)
{
    struct timespec left = { .tv_sec = (time_t)(ns / 1000000000),
                             .tv_nsec = (long)(ns % 1000000000) };
    int64_t before = lwi_now(&lwi_system_clock);

    assert_int_equal(lwi_real_sys.poll(NULL, 0, &left), 0);
    return lwi_now(&lwi_system_clock) - before;
}

/* Of any length, below and above what is slept in parts. */
static void
no_time_is_cut_short(void **state)
{
    static const int64_t times[] = { 0, 1, 100000, 4999999, 5000000, 40000000 };
    size_t i;

    (void)state;
    for (i = 0; i < LWI_COUNT(times); i++)
        assert_true(poll_none(times[i]) >= times[i]);
}

/* Also where there is no end to what is waited for. */
static void
what_is_there_ends_every_wait(void **state)
{
    static const struct timespec hour = { 3600, 0 }, moment = { 0, 1 };
    const struct timespec *const bounds[] = { NULL, &hour, &moment };
    struct pollfd polled = { .events = POLLIN };
    int fds[2];
    size_t i;

    (void)state;
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(write(fds[1], "x", 1), 1);
    polled.fd = fds[0];
    for (i = 0; i < LWI_COUNT(bounds); i++) {
        polled.revents = 0;
        assert_int_equal(lwi_real_sys.poll(&polled, 1, bounds[i]), 1);
        assert_int_equal(polled.revents, POLLIN);
    }
    close(fds[0]);
    close(fds[1]);
}

static void
note(int signal)
{
    (void)signal;
}

/* The caller looks what came, and how much time is left. */
static void
a_signal_ends_a_wait(void **state)
{
    static const struct timespec hour = { 3600, 0 };
    struct sigaction action = { .sa_handler = note };
    timer_t timer;
    struct itimerspec again = { { 0, 10000000 }, { 0, 10000000 } };
    struct sigevent event = { .sigev_notify = SIGEV_SIGNAL,
                              .sigev_signo = SIGUSR1 };

    (void)state;
    assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
    assert_int_equal(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
    assert_int_equal(timer_settime(timer, 0, &again, NULL), 0);
    assert_int_equal(lwi_real_sys.poll(NULL, 0, &hour), -1);
    assert_int_equal(errno, EINTR);
    timer_delete(timer);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_time_is_cut_short),
        cmocka_unit_test(what_is_there_ends_every_wait),
        cmocka_unit_test(a_signal_ends_a_wait),
    };

    return LWT_RUN(tests);
}
