/*
 * channel.c - bytes in, bytes out.
 *
 * All state is in `channel`. `io_lock` is held while a frame is written or put
 * into the block, so that frames stay whole and in order. `state_lock` guards
 * the hand-over of requests from main to the loop: main changes the request
 * only while `phase` is IDLE, the loop looks at it only while `phase` is
 * REQUEST.
 */
#include "channel.h"

#include "child/common/find_ring.h"
#include "child/common/inbox.h"
#include "platform.h"
#include "proto/wire.h"

#ifndef LW_WORKER_VERSION
#define LW_WORKER_VERSION "0.1.0"
#endif

/* Gathered frames are written in blocks of what a pipe holds by default. */
#define BLOCK_SIZE ((size_t)64 * 1024)

/* They do not wait longer than this for company. */
#define GATHER_NS (INT64_C(50) * 1000 * 1000)

/* A write that takes longer has waited for the parent (wasm only). */
#define SLOW_NS (INT64_C(1000) * 1000)

enum phase {
    PHASE_IDLE,    /* main reads, the loop waits */
    PHASE_REQUEST, /* the loop works, main waits */
    PHASE_END,     /* there will be no more */
};

static struct {
    int in;
    int out;
    int cancel;
    uint32_t frame_limit;
    bool preloading; /* `in` is the preload, and there is no `out` yet */
    bool preloaded;  /* to its end */

    pthread_mutex_t io_lock;
    uint8_t block[BLOCK_SIZE]; /* frames not yet written */
    size_t block_size;
    int64_t flushed_ns; /* when it was last empty */
    uint32_t waits;     /* how often pipe or ring was full */
    struct lwi_ring ring;

    /* Main's, while no request is served; its texts point into it. */
    struct lwi_inbox inbox;
    struct channel_request request;

    pthread_mutex_t state_lock;
    pthread_cond_t changed; /* phase */
    enum phase phase;
    bool taken;             /* the loop has seen the request */
    uint64_t tag;           /* of the request in progress */
    uint64_t cancelled_tag; /* the last one that was cancelled */
    uint32_t number;        /* of the request in progress */
} channel = {
    .io_lock = PTHREAD_MUTEX_INITIALIZER,
    .state_lock = PTHREAD_MUTEX_INITIALIZER,
    .changed = PTHREAD_COND_INITIALIZER,
};

/* ---- waiting and locking ---- */

#ifdef __wasm__
/* Our toolchain's descriptors wait by themselves: this is for any other. */
static void
wait_for(int fd, bool writing)
{
    (void)fd;
    (void)writing;
    usleep(500);
}
#else
static void
wait_for(int fd, bool writing)
{
    struct pollfd entry = { .fd = fd, .events = writing ? POLLOUT : POLLIN };

    (void)poll(&entry, 1, -1);
}
#endif

/* These cannot fail: the locks are plain, and no holder dies. */
static void
lock(pthread_mutex_t *mutex)
{
    (void)pthread_mutex_lock(mutex);
}

static void
unlock(pthread_mutex_t *mutex)
{
    (void)pthread_mutex_unlock(mutex);
}

/* ---- bytes ---- */

/* How much it read; 0 at the end of the input, and an error is an end too. */
static size_t
read_some(int fd, uint8_t *to, size_t size)
{
    ssize_t got;

    while ((got = read(fd, to, size)) < 0) {
        if (errno == EAGAIN)
            wait_for(fd, false);
        else if (errno != EINTR)
            return 0;
    }
    return (size_t)got;
}

/* False at the end of the input. */
static bool
read_all(int fd, uint8_t *to, size_t size)
{
    size_t got;

    for (; size > 0; size -= got, to += got) {
        got = read_some(fd, to, size);
        if (got == 0)
            return false;
    }
    return true;
}

static bool
write_all(int fd, const uint8_t *from, size_t size, uint32_t *waits)
{
    ssize_t put;

    while (size > 0) {
        put = write(fd, from, size);
        if (put > 0) {
            from += put;
            size -= (size_t)put;
        } else if (put < 0 && errno == EAGAIN) {
            ++*waits;
            wait_for(fd, true);
        } else if (put == 0 || errno != EINTR) {
            return false;
        }
    }
    return true;
}

static void
complain(const char *text)
{
    uint32_t waits = 0;

    (void)write_all(2, (const uint8_t *)"lean-worker child: ", 19, &waits);
    (void)write_all(2, (const uint8_t *)text, strlen(text), &waits);
    (void)write_all(2, (const uint8_t *)"\n", 1, &waits);
}

/* ---- frames out ---- */

static int64_t
now_ns(void)
{
    struct timespec now = { 0, 0 };

    (void)clock_gettime(PLUGIN_CLOCK, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void
encode(uint8_t *to, uint8_t type, uint16_t stream, uint64_t tag,
       const void *message, size_t size)
{
    lwi_wire_put_header(to, type, stream, tag, (uint32_t)size);
    lwi_message_encode_body(type, message, to + LWI_HEADER_SIZE);
}

static _Noreturn void
leave(const char *why)
{
    complain(why);
    for (;;)
        _exit(PLUGIN_EXIT_PARENT); /* see channel_quit */
}

static void
write_pipe(const uint8_t *bytes, size_t size)
{
#ifdef __wasm__
    int64_t before = now_ns();
#endif
    if (!write_all(channel.out, bytes, size, &channel.waits))
        leave("the parent is gone");
#ifdef __wasm__
    if (now_ns() - before > SLOW_NS)
        channel.waits++;
#endif
}

/*
 * What is large is sent while a request is in progress only. Main does not
 * read then, and nothing but credit comes.
 */
static void
await_credit(void)
{
    uint8_t frame[LWI_RING_CREDIT_SIZE];
    size_t had = lwi_inbox_take(&channel.inbox, frame, sizeof frame);

    channel.waits++;
    if (!read_all(channel.in, frame + had, sizeof frame - had))
        leave("the parent is gone");
    if (!lwi_ring_take_credit(&channel.ring, frame))
        leave("the parent gave a credit that cannot be");
}

/* Through the ring, and only the places through the pipe. */
static void
write_ring(const uint8_t *bytes, size_t size)
{
    uint8_t record[LWI_RING_RECORD_SIZE];
    size_t put;

    while (size > 0) {
        put = lwi_ring_put(&channel.ring, bytes, size, channel.tag, record);
        if (put > 0)
            write_pipe(record, sizeof record);
        else
            await_credit();
        bytes += put;
        size -= put;
    }
}

/* With the lock held, as all that write; does not return without a parent. */
static void
write_out(const uint8_t *bytes, size_t size)
{
    if (channel.ring.base != NULL && size >= LWI_RING_LEAST)
        write_ring(bytes, size);
    else
        write_pipe(bytes, size);
}

static void
flush_block(void)
{
    if (channel.block_size > 0)
        write_out(channel.block, channel.block_size);
    channel.block_size = 0;
    channel.flushed_ns = now_ns();
}

/* With the lock held: a frame that does not wait, after those that did. */
static void
write_frame(uint8_t type, uint16_t stream, uint64_t tag, const void *message,
            size_t size)
{
    uint8_t *frame = malloc(LWI_HEADER_SIZE + size);

    if (frame == NULL) {
        complain("out of memory for a frame");
        _exit(PLUGIN_EXIT_HOST);
    }
    encode(frame, type, stream, tag, message, size);
    flush_block();
    write_out(frame, LWI_HEADER_SIZE + size);
    free(frame);
}

/* False where the message is larger than a frame may be. */
static bool
send_frame(uint8_t type, uint64_t tag, const void *message)
{
    size_t size = lwi_message_body_size(type, message);

    if (size > channel.frame_limit)
        return false;
    lock(&channel.io_lock);
    write_frame(type, 0, tag, message, size);
    unlock(&channel.io_lock);
    return true;
}

/* With the lock held. */
static void
gather_frame(uint8_t type, uint16_t stream, const void *message, size_t size)
{
    if (channel.block_size + LWI_HEADER_SIZE + size > BLOCK_SIZE)
        flush_block();
    encode(channel.block + channel.block_size, type, stream, channel.tag,
           message, size);
    channel.block_size += LWI_HEADER_SIZE + size;
    /* The name of a stream goes with the row behind it. */
    if (type != LWI_MSG_STREAM && now_ns() - channel.flushed_ns > GATHER_NS)
        flush_block();
}

bool
channel_gather(uint8_t type, uint16_t stream, const void *message)
{
    size_t size = lwi_message_body_size(type, message);

    if (size > channel.frame_limit)
        return false;
    lock(&channel.io_lock);
    if (LWI_HEADER_SIZE + size > BLOCK_SIZE)
        write_frame(type, stream, channel.tag, message, size);
    else
        gather_frame(type, stream, message, size);
    unlock(&channel.io_lock);
    return true;
}

void
channel_flush_old(void)
{
    lock(&channel.io_lock);
    if (channel.block_size > 0 && now_ns() - channel.flushed_ns > GATHER_NS)
        flush_block();
    unlock(&channel.io_lock);
}

void
channel_flush(void)
{
    lock(&channel.io_lock);
    flush_block();
    unlock(&channel.io_lock);
}

uint32_t
channel_waits(void)
{
    uint32_t waits;

    lock(&channel.io_lock);
    waits = channel.waits;
    unlock(&channel.io_lock);
    return waits;
}

void
channel_send(uint8_t type, const void *message)
{
    if (!send_frame(type, channel.tag, message))
        channel_quit(LWI_GOODBYE_HOST, "a message exceeds the frame limit",
                     PLUGIN_EXIT_HOST);
}

static void
send_goodbye(enum lwi_goodbye_reason reason, const char *detail)
{
    struct lwi_msg_goodbye goodbye = {
        .reason = reason,
        .detail = { detail, strlen(detail) },
    };

    (void)send_frame(LWI_MSG_GOODBYE, 0, &goodbye);
}

_Noreturn void
channel_quit(enum lwi_goodbye_reason reason, const char *detail, int code)
{
    complain(detail);
    if (channel.frame_limit > 0 && !channel.preloading) /* else: none yet */
        send_goodbye(reason, detail);
    for (;;)
        _exit(code); /* in a thread of wasm this returns before it works */
}

static _Noreturn void
quit_protocol(const char *detail)
{
    channel_quit(LWI_GOODBYE_PROTOCOL, detail, PLUGIN_EXIT_PROTOCOL);
}

/* ---- frames in ---- */

/* Reads once. False at the end of the input. */
static bool
fill_inbox(void)
{
    struct lwi_inbox *inbox = &channel.inbox;
    size_t wanted = lwi_inbox_make_way(inbox), got;
    uint8_t *bytes;

    if (wanted > inbox->capacity) {
        bytes = realloc(inbox->bytes, wanted);
        if (bytes == NULL)
            channel_quit(LWI_GOODBYE_HOST, "out of memory for a request",
                         PLUGIN_EXIT_HOST);
        inbox->bytes = bytes;
        inbox->capacity = wanted;
    }
    got = read_some(channel.in, inbox->bytes + inbox->size,
                    inbox->capacity - inbox->size);
    inbox->size += got;
    return got > 0;
}

/* Of the last request, whose answer did not wait for it. */
static bool
was_credit(const struct lwi_frame *frame)
{
    bool sound;

    if (frame->type != LWI_MSG_CREDIT || channel.ring.base == NULL)
        return false;
    lock(&channel.io_lock);
    sound = frame->body_size == LWI_RING_CREDIT_SIZE - LWI_HEADER_SIZE &&
            lwi_ring_take_credit(&channel.ring, frame->body - LWI_HEADER_SIZE);
    unlock(&channel.io_lock);
    if (!sound)
        quit_protocol("the parent gave a credit that cannot be");
    return true;
}

/* False at the end of the requests, which may come only between two frames. */
static bool
read_frame(struct lwi_frame *frame)
{
    enum lwi_wire_result result;

    while ((result = lwi_inbox_next(&channel.inbox, channel.frame_limit,
                                    frame)) == LWI_WIRE_MORE) {
        if (fill_inbox())
            continue;
        if (lwi_inbox_has_part(&channel.inbox))
            quit_protocol("the requests end inside a frame");
        return false;
    }
    if (result != LWI_WIRE_FRAME)
        quit_protocol(lwi_wire_result_text(result));
    return true;
}

static void
decode(const struct lwi_frame *frame)
{
    enum lwi_decode_result result;
    const char *field;

    channel.request.what = lwi_message_descriptor(frame->type);
    result = lwi_message_decode(frame, &channel.request.message, &field);
    if (result != LWI_DECODE_OK)
        quit_protocol(lwi_decode_result_text(result));
}

/* ---- the handshake, and before it ---- */

/* Reads decimal numbers with commas between them, such as "R,W,C". */
static bool
parse_fds(const char *text, int *fds, int count)
{
    int i, value, digits;

    for (i = 0; i < count; i++) {
        for (value = digits = 0; *text >= '0' && *text <= '9'; text++) {
            value = value * 10 + (*text - '0');
            if (++digits > 6)
                return false;
        }
        if (digits == 0 || *text != (i < count - 1 ? ',' : '\0'))
            return false;
#ifdef __wasm__
        /* Our toolchain gives the process's own fd n the number 1000 + n. */
        value += 1000;
#endif
        fds[i] = value;
        text++;
    }
    return true;
}

static bool
find_preload(void)
{
    const char *text = getenv("LW_CHILD_PRELOAD");
    int fd;

    if (channel.preloaded || text == NULL)
        return false;
    if (!parse_fds(text, &fd, 1))
        channel_quit(LWI_GOODBYE_HOST, "LW_CHILD_PRELOAD is no descriptor",
                     PLUGIN_EXIT_USAGE);
    channel.in = fd;
    channel.frame_limit = LWI_FRAME_LIMIT_MAX;
    return channel.preloading = true;
}

/* What runs in this process later finds nothing of it. */
static void
end_preload(void)
{
#ifndef __wasm__
    (void)close(channel.in);
    (void)unsetenv("LW_CHILD_PRELOAD");
#endif
    channel.preloading = false;
    channel.preloaded = true;
}

const struct channel_request *
channel_preload(void)
{
    struct lwi_frame frame;

    if (!channel.preloading && !find_preload())
        return NULL;
    if (!read_frame(&frame)) {
        end_preload();
        return NULL;
    }
    if (frame.type != LWI_MSG_OPEN_SESSION)
        quit_protocol("the preload may open sessions and nothing else");
    decode(&frame);
    return &channel.request;
}

static void
find_pipes(void)
{
    const char *text = getenv("LW_CHILD_FDS");
    int fds[3];

    if (text == NULL || !parse_fds(text, fds, 3)) {
        complain("LW_CHILD_FDS must be READ,WRITE,CANCEL: this program is "
                 "started by lean-worker, not by hand");
        _exit(PLUGIN_EXIT_USAGE);
    }
    channel.in = fds[0];
    channel.out = fds[1];
    channel.cancel = fds[2];
    channel.frame_limit = LWI_FRAME_LIMIT_HANDSHAKE;
}

static void
say_hello(void)
{
    struct lwi_msg_hello hello = {
        .magic = LWI_HELLO_MAGIC,
        .version_min = LWI_PROTOCOL_MIN,
        .version_max = LWI_PROTOCOL_MAX,
        .worker_version = { LW_WORKER_VERSION, sizeof LW_WORKER_VERSION - 1 },
    };

#ifndef __wasm__
    hello.pid = (uint32_t)getpid();
#endif
    (void)send_frame(LWI_MSG_HELLO, 0, &hello);
}

static void
hear_welcome(void)
{
    const struct lwi_msg_welcome *welcome = &channel.request.message.welcome;
    struct lwi_frame frame;

    if (!read_frame(&frame)) {
        complain("the parent left before WELCOME");
        _exit(PLUGIN_EXIT_PARENT);
    }
    if (frame.type != LWI_MSG_WELCOME)
        quit_protocol("the first message of the parent is not WELCOME");
    decode(&frame);
    if (welcome->version < LWI_PROTOCOL_MIN ||
        welcome->version > LWI_PROTOCOL_MAX)
        quit_protocol("WELCOME names a version that HELLO did not offer");
    if (welcome->frame_limit < LWI_FRAME_LIMIT_MIN ||
        welcome->frame_limit > LWI_FRAME_LIMIT_MAX)
        quit_protocol("WELCOME sets an absurd frame limit");
    channel.frame_limit = welcome->frame_limit;
}

void
channel_open(void)
{
    find_pipes();
    lwi_find_ring(&channel.ring);
    say_hello();
    hear_welcome();
}

bool
channel_has_ring(void)
{
    return channel.ring.base != NULL;
}

uint32_t
channel_frame_limit(void)
{
    return channel.frame_limit;
}

/* ---- requests ---- */

static void
answer_ping(void)
{
    struct lwi_msg_pong pong = {
        .payload = channel.request.message.ping.payload,
    };

    channel_send(LWI_MSG_PONG, &pong);
}

/* With the lock held. */
static void
change_phase(enum phase phase)
{
    channel.phase = phase;
    (void)pthread_cond_broadcast(&channel.changed);
}

static void
hand_over(void)
{
    lock(&channel.state_lock);
    change_phase(PHASE_REQUEST);
    while (channel.phase == PHASE_REQUEST)
        (void)pthread_cond_wait(&channel.changed, &channel.state_lock);
    unlock(&channel.state_lock);
}

static void
attend_request(const struct lwi_frame *frame)
{
    if (was_credit(frame))
        return;
    if (lwi_message_descriptor(frame->type)->role != LWI_ROLE_REQUEST)
        quit_protocol("the parent sent a message that is no request");
    if (frame->tag == 0)
        quit_protocol("a request has no tag");
    decode(frame);
    lock(&channel.io_lock);
    lwi_ring_rewind(&channel.ring);
    unlock(&channel.io_lock);
    lock(&channel.state_lock);
    channel.tag = frame->tag;
    channel.number++;
    unlock(&channel.state_lock);
    if (frame->type == LWI_MSG_PING)
        answer_ping();
    else
        hand_over();
}

void
channel_attend(void)
{
    enum lwi_goodbye_reason reason = LWI_GOODBYE_REQUESTS_END;
    struct lwi_frame frame;

    while (read_frame(&frame)) {
        if (frame.type == LWI_MSG_SHUTDOWN) {
            reason = LWI_GOODBYE_ASKED;
            break;
        }
        attend_request(&frame);
    }
    lock(&channel.state_lock);
    change_phase(PHASE_END);
    unlock(&channel.state_lock);
    send_goodbye(reason, "");
}

const struct channel_request *
channel_next(void)
{
    enum phase phase;

    lock(&channel.state_lock);
    if (channel.taken)
        change_phase(PHASE_IDLE);
    while (channel.phase == PHASE_IDLE)
        (void)pthread_cond_wait(&channel.changed, &channel.state_lock);
    phase = channel.phase;
    channel.taken = phase == PHASE_REQUEST;
    unlock(&channel.state_lock);
    return phase == PHASE_REQUEST ? &channel.request : NULL;
}

const struct channel_request *
channel_current(void)
{
    return channel.number > 0 || channel.preloading ? &channel.request : NULL;
}

uint32_t
channel_request_number(void)
{
    return channel.number;
}

/* ---- cancels ---- */

/* Asked for each row, so without the lock: the tag stands still meanwhile. */
bool
channel_request_cancelled(void)
{
    return channel.number > 0 &&
           __atomic_load_n(&channel.cancelled_tag, __ATOMIC_ACQUIRE) ==
               channel.tag;
}

/*
 * The cancel may overtake its request, as they come through two pipes: the
 * tag is kept, and channel_request_cancelled finds it later.
 */
static uint32_t
note_cancel(uint64_t tag)
{
    uint32_t number;

    lock(&channel.state_lock);
    __atomic_store_n(&channel.cancelled_tag, tag, __ATOMIC_RELEASE);
    number = channel.tag == tag ? channel.number : 0;
    unlock(&channel.state_lock);
    return number;
}

uint32_t
channel_wait_cancel(void)
{
    uint8_t record[LWI_CANCEL_RECORD_SIZE];
    uint32_t number;

    while (read_all(channel.cancel, record, sizeof record)) {
        number = note_cancel(lwi_wire_get_u64(record));
        if (number > 0)
            return number;
    }
    return 0;
}
