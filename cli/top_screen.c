/*
 * top_screen.c - the whole screen of a terminal, and giving it back.
 *
 * Signals are let in only while we wait for a key, so a handler has only to
 * note its number, and nothing is drawn half.
 */
#include "top_screen.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define ENTER "\033[?1049h\033[?25l\033[H\033[2J"
#define LEAVE "\033[?25h\033[?1049l"
#define ROWS_DEFAULT 24

static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP };
#define NUMBERS (sizeof(numbers) / sizeof(numbers[0]))

static struct {
    bool keys; /* stdin is a terminal, too */
    struct termios before;
    sigset_t mask_before;
    struct sigaction actions_before[NUMBERS];
} at;

static volatile sig_atomic_t ending, resized, suspended;

static void
take_signal(int number)
{
    if (number == SIGWINCH)
        resized = 1;
    else if (number == SIGTSTP)
        suspended = 1;
    else
        ending = number;
}

/* ---- the terminal ---- */

static void
write_all(const char *text, size_t size)
{
    ssize_t n;

    while (size > 0) {
        n = write(STDOUT_FILENO, text, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return; /* it is gone: the next read of a key says so */
        text += n;
        size -= (size_t)n;
    }
}

static void
enter(void)
{
    struct termios raw = at.before;

    raw.c_lflag &= (tcflag_t) ~(ICANON | ECHO);
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    if (at.keys)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
    write_all(ENTER, strlen(ENTER));
}

static void
leave(void)
{
    write_all(LEAVE, strlen(LEAVE));
    if (at.keys)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &at.before);
}

/* ---- signals ---- */

/* What the caller of the program had set to be ignored stays so. */
static void
catch_signals(void)
{
    struct sigaction action = { .sa_handler = take_signal };
    sigset_t blocked;
    size_t i;

    sigemptyset(&action.sa_mask);
    sigemptyset(&blocked);
    for (i = 0; i < NUMBERS; i++)
        sigaddset(&blocked, numbers[i]);
    sigprocmask(SIG_BLOCK, &blocked, &at.mask_before);
    for (i = 0; i < NUMBERS; i++) {
        sigaction(numbers[i], NULL, &at.actions_before[i]);
        if (at.actions_before[i].sa_handler != SIG_IGN)
            sigaction(numbers[i], &action, NULL);
    }
}

static void
restore_signals(void)
{
    size_t i;

    for (i = 0; i < NUMBERS; i++)
        sigaction(numbers[i], &at.actions_before[i], NULL);
    sigprocmask(SIG_SETMASK, &at.mask_before, NULL);
}

/* Ctrl-Z: the shell gets its screen, and we ours when we go on. */
static void
suspend(void)
{
    suspended = 0;
    leave();
    raise(SIGSTOP);
    enter();
}

/* ---- life ---- */

bool
top_screen_open(void)
{
    ending = resized = suspended = 0;
    at.keys = tcgetattr(STDIN_FILENO, &at.before) == 0;
    if (isatty(STDOUT_FILENO) == 0)
        return false;
    catch_signals();
    enter();
    return true;
}

void
top_screen_close(void)
{
    leave();
    restore_signals();
}

int
top_screen_signal(void)
{
    return ending;
}

int
top_screen_rows(void)
{
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0)
        return size.ws_row;
    return ROWS_DEFAULT;
}

/* No clearing before it: that would flicker. */
void
top_screen_show(const char *frame, size_t size)
{
    const char *end;
    size_t length;

    write_all("\033[H", 3);
    for (; size > 0; frame += length, size -= length) {
        end = memchr(frame, '\n', size);
        length = end != NULL ? (size_t)(end - frame) + 1 : size;
        write_all(frame, end != NULL ? length - 1 : length);
        write_all("\033[K", 3);
        if (end != NULL)
            write_all("\n", 1);
    }
    write_all("\033[J", 3);
}

/* ---- waiting ---- */

/* True: it means to leave. */
static bool
read_keys(void)
{
    char keys[64];
    ssize_t n = read(STDIN_FILENO, keys, sizeof(keys));

    if (n <= 0) /* the terminal is gone; a signal may say so, too */
        return n == 0 || (errno != EINTR && errno != EAGAIN);
    return memchr(keys, 'q', (size_t)n) != NULL ||
           memchr(keys, 'Q', (size_t)n) != NULL;
}

enum top_wake
top_screen_wait(uint64_t ms)
{
    struct timespec left = { (time_t)(ms / 1000), (long)(ms % 1000) * 1000000 };
    struct pollfd polled = { .fd = at.keys ? STDIN_FILENO : -1,
                             .events = POLLIN };
    int ready = ppoll(&polled, 1, &left, &at.mask_before);

    if (ending != 0)
        return TOP_WAKE_QUIT;
    if (suspended != 0)
        suspend();
    else if (resized == 0 && ready <= 0)
        return ready == 0 ? TOP_WAKE_TIME : TOP_WAKE_REDRAW;
    if (ready > 0 && read_keys())
        return TOP_WAKE_QUIT;
    resized = 0;
    return TOP_WAKE_REDRAW;
}
