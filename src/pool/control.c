/* control.c - the control socket of a pool, served on the housekeeping thread.
 */
#include "pool/control.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/path.h"
#include "pool/pool.h"
#include "proc/runtime.h"

#define DOING "open a control socket"

#define DEAF_MS UINT64_C(1000)
#define EVENTS 32
#define GUESS 1024 /* bytes by which an answer may be longer than the last */

static int64_t
after(const struct lwi_control *control, uint64_t ms)
{
    return lwi_deadline_after(control->pool->clock, ms);
}

/* ---- clients ---- */

/* In a copy made by fork, too. */
static void
drop(struct lwi_control *control, struct lwi_control_client *client)
{
    if (client->fd >= 0)
        close(client->fd);
    lwi_free(control->pool->allocator, client->answer);
    *client = (struct lwi_control_client){ .fd = -1 };
}

/*
 * To close it does not take it out of the epoll where a copy of the program has
 * it open, too: then it would call for ever, in the name of who comes next.
 */
static void
hang_up(struct lwi_control *control, struct lwi_control_client *client)
{
    if (client->fd >= 0)
        epoll_ctl(control->epoll, EPOLL_CTL_DEL, client->fd, NULL);
    drop(control, client);
}

/* What is waited for: room for its answer, or its next word. */
static void
listen_to(struct lwi_control *control, struct lwi_control_client *client,
          uint32_t events)
{
    struct epoll_event event = { .events = events, .data.ptr = client };

    if (events == client->listening)
        return;
    client->listening = events;
    if (epoll_ctl(control->epoll, EPOLL_CTL_MOD, client->fd, &event) < 0)
        hang_up(control, client);
}

/* False where there is no memory for it. Places may be taken meanwhile. */
static bool
write_answer(struct lwi_control *control, struct lwi_control_client *client,
             enum lwi_control_word word)
{
    const lw_allocator *allocator = control->pool->allocator;
    struct lwi_writer out = { NULL, control->guess, 0 };

    do {
        lwi_free(allocator, client->answer);
        out.size += out.length + 1; /* for the newline */
        out.length = 0;
        client->answer = out.text = lwi_alloc(allocator, out.size);
        if (client->answer == NULL)
            return false;
        lwi_control_write(&out, control->pool, word);
    } while (out.length >= out.size);
    control->guess = out.length + GUESS;
    client->answer[out.length] = '\n';
    client->answer_size = out.length + 1;
    client->sent = 0;
    return true;
}

/* True where all has gone, or nothing more ever will. */
static bool
send_answer(struct lwi_control *control, struct lwi_control_client *client)
{
    ssize_t n;

    while (client->sent < client->answer_size) {
        n = send(client->fd, client->answer + client->sent,
                 client->answer_size - client->sent,
                 MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return false;
        if (n <= 0) {
            hang_up(control, client);
            return true;
        }
        client->sent += (size_t)n;
    }
    lwi_free(control->pool->allocator, client->answer);
    client->answer = NULL;
    client->next_ns = after(control, LWI_CONTROL_PAUSE_MS);
    return true;
}

/* False: there is nothing to read for now, or it is gone. */
static bool
read_words(struct lwi_control *control, struct lwi_control_client *client)
{
    size_t room;
    char *to = lwi_control_line_room(&client->line, &room);
    ssize_t n;

    if (room == 0)
        return true; /* what is there is taken first */
    do
        n = recv(client->fd, to, room, MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n > 0)
        client->line.size += (size_t)n;
    else if (n == 0 || errno != EAGAIN)
        hang_up(control, client);
    return n > 0;
}

/* At most one answer. */
static void
serve(struct lwi_control *control, struct lwi_control_client *client,
      int64_t now)
{
    enum lwi_control_word word;

    if (client->answer != NULL) {
        if (!send_answer(control, client))
            listen_to(control, client, EPOLLOUT);
        return;
    }
    if (now < client->next_ns)
        return;
    word = lwi_control_line_take(&client->line);
    if (word == LWI_CONTROL_NONE && read_words(control, client))
        word = lwi_control_line_take(&client->line);
    if (word == LWI_CONTROL_TOO_LONG) {
        hang_up(control, client);
        return;
    }
    if (word == LWI_CONTROL_NONE)
        return;
    client->asked_ns = now;
    if (!write_answer(control, client, word))
        hang_up(control, client);
    else if (!send_answer(control, client))
        listen_to(control, client, EPOLLOUT);
}

/* ---- who comes ---- */

static struct lwi_control_client *
find_seat(struct lwi_control *control)
{
    struct lwi_control_client *oldest = &control->clients[0];
    unsigned i;

    for (i = 0; i < LWI_CONTROL_CLIENTS; i++) {
        struct lwi_control_client *client = &control->clients[i];

        if (client->fd < 0)
            return client;
        if (client->asked_ns < oldest->asked_ns)
            oldest = client;
    }
    hang_up(control, oldest);
    return oldest;
}

/* No descriptor is left for it, and it would call again and again. */
static void
be_deaf(struct lwi_control *control)
{
    struct epoll_event event = { .events = 0, .data.ptr = NULL };

    control->deaf_until = after(control, DEAF_MS);
    epoll_ctl(control->epoll, EPOLL_CTL_MOD, control->socket.fd, &event);
}

static void
hear_again(struct lwi_control *control, int64_t now)
{
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL };

    if (control->deaf_until == 0 || now < control->deaf_until)
        return;
    control->deaf_until = 0;
    epoll_ctl(control->epoll, EPOLL_CTL_MOD, control->socket.fd, &event);
}

static void
let_in(struct lwi_control *control, int64_t now)
{
    struct epoll_event event = { .events = EPOLLIN };
    struct lwi_control_client *client;
    int fd = lwi_control_socket_accept(&control->socket);

    if (fd < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
            errno == ENOMEM)
            be_deaf(control);
        return;
    }
    client = find_seat(control);
    event.data.ptr = client;
    if (epoll_ctl(control->epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
        close(fd);
        return;
    }
    *client = (struct lwi_control_client){ .fd = fd,
                                           .listening = EPOLLIN,
                                           .asked_ns = now };
}

/* ---- a turn ---- */

/*
 * A client in its pause, which has perhaps said something, is not listened to;
 * the time comes back here. So nothing wakes up where nobody asks.
 */
static int64_t
arrange(struct lwi_control *control, int64_t now)
{
    int64_t due = control->deaf_until != 0 ? control->deaf_until : LWI_NEVER;
    unsigned i;

    for (i = 0; i < LWI_CONTROL_CLIENTS; i++) {
        struct lwi_control_client *client = &control->clients[i];
        bool pauses = client->answer == NULL && now < client->next_ns;

        if (client->fd < 0)
            continue;
        if (pauses && client->next_ns < due)
            due = client->next_ns;
        if (client->answer == NULL)
            listen_to(control, client, pauses ? 0 : EPOLLIN);
    }
    return due;
}

/* On the housekeeping thread. */
static void
run(void *user)
{
    struct lwi_control *control = user;
    struct epoll_event events[EVENTS];
    int64_t now = lwi_now(control->pool->clock);
    int count = epoll_wait(control->epoll, events, EVENTS, 0), i;
    bool comes = false;

    if (count < 0 && errno != EINTR) {
        /* The program closed it: it would call for ever. */
        lwi_watch_set(&control->watch, -1, LWI_NEVER);
        return;
    }
    hear_again(control, now);
    for (i = 0; i < count; i++) {
        if (events[i].data.ptr == NULL)
            comes = true;
        else if ((events[i].events & (EPOLLHUP | EPOLLERR)) != 0)
            hang_up(control, events[i].data.ptr); /* would call till then */
    }
    if (comes)
        let_in(control, now);
    /* All of them: what has waited for a pause called no descriptor. */
    for (i = 0; i < (int)LWI_CONTROL_CLIENTS; i++) {
        if (control->clients[i].fd >= 0)
            serve(control, &control->clients[i], now);
    }
    lwi_watch_set(&control->watch, control->epoll, arrange(control, now));
}

/* ---- life ---- */

static int
open_epoll(struct lwi_control *control, lw_error *err)
{
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL };

    control->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (control->epoll >= 0 && epoll_ctl(control->epoll, EPOLL_CTL_ADD,
                                         control->socket.fd, &event) == 0)
        return LW_OK;
    return lwi_fail_errno(err, LW_ELIMIT, DOING, "cannot make an epoll");
}

static void
destroy(struct lwi_control *control, bool here)
{
    unsigned i;

    for (i = 0; i < LWI_CONTROL_CLIENTS; i++)
        drop(control, &control->clients[i]); /* the epoll goes, too */
    if (control->epoll >= 0)
        close(control->epoll);
    lwi_control_socket_close(&control->socket, here);
    lwi_free(control->pool->allocator, control);
}

static int
create(struct lwi_control **out, lw_pool *pool, const char *path, lw_error *err)
{
    struct lwi_control *control = lwi_alloc(pool->allocator, sizeof(*control));
    unsigned i;
    int rc;

    if (control == NULL)
        return lwi_fail(err, LW_ENOMEM, DOING, "out of memory");
    control->pool = pool;
    control->epoll = -1;
    for (i = 0; i < LWI_CONTROL_CLIENTS; i++)
        control->clients[i].fd = -1;
    lwi_watch_init(&control->watch, pool->runtime, run, control);
    rc = lwi_control_socket_open(&control->socket, path, err);
    if (rc == LW_OK)
        rc = open_epoll(control, err);
    if (rc == LW_OK)
        *out = control;
    else
        destroy(control, true);
    return rc;
}

/* One alone, and none of a pool that closes. */
static int
publish(lw_pool *pool, struct lwi_control *control, lw_error *err)
{
    int rc = LW_OK;

    pthread_mutex_lock(&pool->lock);
    if (pool->core.closed)
        rc = lwi_fail(err, LW_ECLOSED, DOING, "the pool is closed");
    else if (pool->control != NULL)
        rc = lwi_fail(err, LW_EINVAL, DOING,
                      "the pool has a control socket already");
    else
        pool->control = control;
    if (rc == LW_OK)
        lwi_watch_set(&control->watch, control->epoll, LWI_NEVER);
    pthread_mutex_unlock(&pool->lock);
    return rc;
}

int
lw_pool_open_control(lw_pool *pool, const char *path, lw_error *err)
{
    struct lwi_control *control = NULL;
    int rc = lwi_pool_check(pool, DOING, err);

    if (rc == LW_OK)
        rc = lwi_runtime_check(pool->runtime, DOING, err);
    if (rc == LW_OK && lw_pool_get_control_path(pool) != NULL)
        return lwi_fail(err, LW_EINVAL, DOING,
                        "the pool has a control socket already");
    if (rc == LW_OK)
        rc = create(&control, pool, path, err);
    if (rc != LW_OK)
        return rc;
    rc = publish(pool, control, err);
    if (rc != LW_OK)
        destroy(control, true);
    return rc;
}

void
lwi_control_open_wanted(lw_pool *pool)
{
    const char *path = lwi_environment("LEAN_WORKER_CONTROL");
    lw_error err = LW_ERROR_INIT;

    if (path == NULL)
        return;
    if (strcmp(path, "auto") == 0)
        path = NULL;
    if (lw_pool_open_control(pool, path, &err) != LW_OK)
        lwi_runtime_log(pool->runtime, LW_LOG_WARNING,
                        "LEAN_WORKER_CONTROL: %s", err.message);
}

const char *
lw_pool_get_control_path(lw_pool *pool)
{
    const char *path = NULL;

    if (!LWI_VALID(pool, LWI_POOL_MAGIC))
        return NULL;
    pthread_mutex_lock(&pool->lock);
    if (pool->control != NULL)
        path = pool->control->socket.path;
    pthread_mutex_unlock(&pool->lock);
    return path;
}

void
lwi_control_close(lw_pool *pool)
{
    if (pool->control == NULL)
        return;
    lwi_watch_stop(&pool->control->watch);
    /* A copy made by fork leaves the file to the process that made it. */
    destroy(pool->control, !lwi_runtime_is_copy(pool->runtime));
    pool->control = NULL;
}
