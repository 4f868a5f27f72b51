/* top_ask.c - one question to a control socket. */
#include "top_ask.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "pool/control_socket.h"

#define ANSWER_MAX ((size_t)16 * 1024 * 1024)
#define PIECE 65536

static bool
wait_for(int fd, int64_t deadline)
{
    struct pollfd polled = { .fd = fd, .events = POLLIN };
    struct timespec left;
    int ready;

    do
        ready = ppoll(&polled, 1,
                      lwi_time_left(&lwi_system_clock, deadline, &left), NULL);
    while (ready < 0 && errno == EINTR);
    if (ready == 0)
        errno = ETIMEDOUT;
    return ready > 0;
}

/* Until a newline. errno says why not. */
static bool
hear(int fd, struct lwi_buf *answer, int64_t deadline)
{
    ssize_t n;

    while (wait_for(fd, deadline)) {
        if (answer->size > ANSWER_MAX ||
            lwi_buf_reserve(answer, PIECE) != LW_OK) {
            errno = EMSGSIZE;
            return false;
        }
        n = recv(fd, answer->data + answer->size, PIECE, 0);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        if (n <= 0) {
            errno = n == 0 ? ECONNRESET : errno;
            return false;
        }
        answer->size += (size_t)n;
        if (answer->data[answer->size - 1] == '\n')
            return true;
    }
    return false;
}

static json_t *
parse(const struct lwi_buf *answer)
{
    json_t *root =
        json_loadb(answer->data, answer->size, JSON_REJECT_DUPLICATES, NULL);

    if (json_is_object(root))
        return root;
    json_decref(root);
    errno = EPROTO;
    return NULL;
}

json_t *
top_ask(const char *path, const char *word, int patience_ms)
{
    int64_t deadline =
        lwi_deadline_after(&lwi_system_clock, (uint64_t)patience_ms);
    int fd = lwi_control_socket_connect(path, SOCK_NONBLOCK), saved;
    struct lwi_buf answer;
    json_t *root = NULL;
    char line[32];
    int length;

    if (fd < 0)
        return NULL;
    lwi_buf_init(&answer, &lwi_system_allocator);
    length = snprintf(line, sizeof(line), "%s\n", word);
    if (send(fd, line, (size_t)length, MSG_NOSIGNAL) == length &&
        hear(fd, &answer, deadline))
        root = parse(&answer);
    saved = errno;
    lwi_buf_fini(&answer);
    close(fd);
    errno = saved;
    return root;
}

uint64_t
top_number(const json_t *object, const char *name)
{
    json_int_t number = json_integer_value(json_object_get(object, name));

    return number > 0 ? (uint64_t)number : 0;
}

const char *
top_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text != NULL ? text : "";
}
