/* child.c - the scripted child. */
#include "scenario/child.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "child/common/find_ring.h"
#include "proto/message.h"
#include "scenario/world.h"

enum { IN = 0, OUT = 1, ERR = 2, CANCEL = 3 };

static struct {
    const char *path; /* of the scenario */
    int notes;
    int line;
    uint64_t tag; /* of the last request */
    uint64_t first_tag;
    uint32_t sessions; /* how many it has opened, unless the step says */
    /* The frame last received. */
    uint8_t *bytes;
    struct lwi_frame frame;
    union lwi_any_message message;
    /* Torture: what happens in place of the Nth message (child.h). */
    const char *fault;
    long fault_countdown;
    /* The frame last encoded, for parts of it. */
    uint8_t *encoded;
    size_t encoded_size;
    size_t encoded_sent;
    /* What was put into the ring last. */
    struct lwi_ring ring;
    uint32_t put_at;
    uint32_t put_bytes;
} child;

extern char **environ;

/* ---- telling ---- */

static void
note(const char *format, ...)
{
    const char *number = getenv(WORLD_START);
    char line[512];
    va_list args;
    int n = snprintf(line, sizeof(line), "%s ", number != NULL ? number : "0");

    va_start(args, format);
    n += vsnprintf(line + n, sizeof(line) - (size_t)n, format, args);
    va_end(args);
    if (n > 0 && write(child.notes, line, (size_t)n) < 0)
        _exit(97);
}

/* Returns when all notes have been read, and all but the last acted upon. */
static void
await_notes(void)
{
    int left = 1;

    note("sync\n");
    while (left > 0 && ioctl(child.notes, FIONREAD, &left) == 0)
        sched_yield();
}

static _Noreturn void
wrong(const char *what)
{
    note("fail %s:%d: %s\n", child.path, child.line, what);
    _exit(99);
}

static _Noreturn void
sleep_for_ever(void)
{
    for (;;)
        pause();
}

/* ---- bytes ---- */

static void
write_all(int fd, const uint8_t *from, size_t size)
{
    ssize_t n;

    while (size > 0) {
        n = write(fd, from, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            _exit(98);
        from += n;
        size -= (size_t)n;
    }
}

/* False at the end of the input. */
static bool
read_all(int fd, uint8_t *to, size_t size)
{
    ssize_t n;

    while (size > 0) {
        n = read(fd, to, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        to += n;
        size -= (size_t)n;
    }
    return true;
}

/* ---- building a message from a step ---- */

static uint8_t
type_named(const char *name)
{
    const struct lwi_descriptor *table;
    size_t count, i;

    table = lwi_message_table(&count);
    for (i = 0; i < count; i++) {
        if (strcmp(table[i].name, name) == 0)
            return table[i].type;
    }
    wrong("no message has this name");
}

/* What a field holds where the step does not say. */
static void
default_field(uint8_t type, const struct lwi_field *field, void *member)
{
    if (type == LWI_MSG_HELLO && field->kind == LWI_KIND_U64)
        *(uint64_t *)member = LWI_HELLO_MAGIC;
    else if (type == LWI_MSG_HELLO && strncmp(field->name, "version", 7) == 0)
        *(uint32_t *)member = 1;
    else if (type == LWI_MSG_READY && strcmp(field->name, "lean_version") == 0)
        *(lw_span *)member = (lw_span){ "4.0.0-scenario", 14 };
    else if (type == LWI_MSG_SESSION_OPENED &&
             strcmp(field->name, "session") == 0)
        *(uint32_t *)member = ++child.sessions;
    else if (type == LWI_MSG_KERNEL_CHECKED &&
             strcmp(field->name, "declarations") == 0)
        *(uint32_t *)member = 1;
    else if (type == LWI_MSG_PONG)
        *(lw_span *)member = child.message.ping.payload;
    else if (type == LWI_MSG_RING)
        *(uint32_t *)member =
            strcmp(field->name, "at") == 0 ? child.put_at : child.put_bytes;
}

/* One text, or two with a + between them. */
static void
fill_texts(struct lwi_texts *texts, lw_span value)
{
    static lw_span items[2];
    const char *plus = memchr(value.data, '+', value.size);

    items[0] = value;
    *texts = (struct lwi_texts){ .count = 1, .items = items };
    if (plus == NULL)
        return;
    items[0].size = (size_t)(plus - value.data);
    items[1] = (lw_span){ plus + 1, value.size - items[0].size - 1 };
    texts->count = 2;
}

static void
fill_field(const struct script_step *step, uint8_t type,
           const struct lwi_field *field, void *member)
{
    lw_span value;

    if (!step_span(step, field->name, &value)) {
        default_field(type, field, member);
        return;
    }
    switch (field->kind) {
    case LWI_KIND_U32:
        *(uint32_t *)member = (uint32_t)step_number(step, field->name, 0);
        break;
    case LWI_KIND_U64:
        *(uint64_t *)member = step_number(step, field->name, 0);
        break;
    case LWI_KIND_TEXT:
    case LWI_KIND_REST:
        *(lw_span *)member = value;
        break;
    case LWI_KIND_TEXTS:
        fill_texts(member, value);
        break;
    }
}

/* tag=current (the default), none, first, wrong, or a number. */
static uint64_t
tag_of(const struct script_step *step, uint8_t type)
{
    const char *tag = step_value(step, "tag");
    enum lwi_role role = lwi_message_descriptor(type)->role;

    if (tag == NULL)
        return role == LWI_ROLE_HANDSHAKE || role == LWI_ROLE_CONTROL
                   ? 0
                   : child.tag;
    if (strcmp(tag, "none") == 0)
        return 0;
    if (strcmp(tag, "first") == 0)
        return child.first_tag;
    if (strcmp(tag, "wrong") == 0)
        return child.tag ^ 1;
    return strtoull(tag, NULL, 0);
}

/* A payload of `size` bytes for messages that end in REST. */
static void
fill_size(const struct script_step *step, uint8_t type,
          union lwi_any_message *message, const char *member, char **owned)
{
    const struct lwi_descriptor *what = lwi_message_descriptor(type);
    size_t size = (size_t)step_number(step, "size", 0), i;

    if (size == 0)
        return;
    *owned = malloc(size);
    if (*owned == NULL)
        _exit(98);
    memset(*owned, 'x', size);
    for (i = 0; i < what->field_count; i++) {
        if (strcmp(what->fields[i].name, member) == 0)
            *(lw_span *)((char *)message + what->fields[i].offset) =
                (lw_span){ *owned, size };
    }
}

static void
encode(const struct script_step *step)
{
    const char *name = step_word(step, 1);
    union lwi_any_message message;
    const struct lwi_descriptor *what;
    char *owned = NULL;
    uint8_t type;
    size_t i, size;

    if (name == NULL)
        wrong("which message?");
    type = type_named(name);
    what = lwi_message_descriptor(type);
    memset(&message, 0, sizeof(message));
    for (i = 0; i < what->field_count; i++)
        fill_field(step, type, &what->fields[i],
                   (char *)&message + what->fields[i].offset);
    fill_size(step, type, &message, "payload", &owned);
    fill_size(step, type, &message, "message", &owned);
    size = lwi_message_body_size(type, &message);
    free(child.encoded);
    child.encoded_size = LWI_HEADER_SIZE + size;
    child.encoded_sent = 0;
    child.encoded = malloc(child.encoded_size);
    if (child.encoded == NULL)
        _exit(98);
    lwi_wire_put_header(child.encoded, type,
                        (uint16_t)step_number(step, "stream", 0),
                        tag_of(step, type), (uint32_t)size);
    lwi_message_encode_body(type, &message, child.encoded + LWI_HEADER_SIZE);
    free(owned);
    /* Lies about the header, where they are asked for. */
    lwi_wire_put_u32(child.encoded,
                     (uint32_t)step_number(step, "length", size));
    child.encoded[4] = (uint8_t)step_number(step, "type", type);
    child.encoded[5] = (uint8_t)step_number(step, "flags", 0);
}

/* ---- receiving ---- */

static bool
receive(void)
{
    uint8_t header[LWI_HEADER_SIZE];
    size_t size;
    const char *field;

    if (!read_all(IN, header, sizeof(header)))
        return false;
    size = lwi_wire_get_u32(header);
    free(child.bytes);
    child.bytes = malloc(LWI_HEADER_SIZE + size);
    if (child.bytes == NULL)
        _exit(98);
    memcpy(child.bytes, header, sizeof(header));
    if (!read_all(IN, child.bytes + LWI_HEADER_SIZE, size))
        return false;
    if (lwi_wire_parse(child.bytes, LWI_HEADER_SIZE + size, UINT32_MAX,
                       &child.frame, &size) != LWI_WIRE_FRAME ||
        lwi_message_decode(&child.frame, &child.message, &field) !=
            LWI_DECODE_OK)
        wrong("the parent sent something malformed");
    if (child.frame.tag != 0)
        child.tag = child.frame.tag;
    if (child.first_tag == 0)
        child.first_tag = child.tag;
    return true;
}

/* ---- steps ---- */

/* Instead of a message: nothing, an end, or bytes that are none. */
static void
suffer_fault(void)
{
    if (child.fault == NULL || --child.fault_countdown != 0)
        return;
    note("fault\n");
    if (strcmp(child.fault, "message-die") == 0)
        _exit(0);
    if (strcmp(child.fault, "message-half") == 0)
        write_all(OUT, child.encoded, child.encoded_size / 2);
    if (strcmp(child.fault, "message-garbled") == 0) {
        child.encoded[child.encoded_size / 2] ^= 0x55;
        write_all(OUT, child.encoded, child.encoded_size);
    }
    note("silent\n");
    sleep_for_ever();
}

static void
do_send(const struct script_step *step)
{
    encode(step);
    suffer_fault();
    write_all(OUT, child.encoded, child.encoded_size);
}

/* send-part N MESSAGE …: the first N bytes; negative: all but the last N. */
static void
do_send_part(const struct script_step *step)
{
    struct script_step rest = *step;
    long n = strtol(step_word(step, 1), NULL, 0);
    size_t i;

    for (i = 1; i + 1 < rest.count; i++)
        rest.words[i] = rest.words[i + 1];
    rest.count--;
    encode(&rest);
    child.encoded_sent = n >= 0 ? (size_t)n : child.encoded_size - (size_t)-n;
    if (child.encoded_sent > child.encoded_size)
        wrong("the message has fewer bytes");
    write_all(OUT, child.encoded, child.encoded_sent);
}

static void
do_send_rest(const struct script_step *step)
{
    (void)step;
    write_all(OUT, child.encoded + child.encoded_sent,
              child.encoded_size - child.encoded_sent);
}

/*
 * put AT MESSAGE …: into the ring, from the byte AT on. Where torture took the
 * ring away there is nothing to put it into, and its name is a breach.
 */
static void
do_put(const struct script_step *step)
{
    struct script_step rest = *step;
    size_t i;

    for (i = 1; i + 1 < rest.count; i++)
        rest.words[i] = rest.words[i + 1];
    rest.count--;
    encode(&rest);
    child.put_at = (uint32_t)strtoul(step_word(step, 1), NULL, 0);
    child.put_bytes = (uint32_t)child.encoded_size;
    if (child.ring.base == NULL)
        return;
    if (child.put_at > child.ring.size ||
        child.encoded_size > child.ring.size - child.put_at)
        wrong("the ring has no room there");
    memcpy(child.ring.base + child.put_at, child.encoded, child.encoded_size);
}

/* drip MS MESSAGE …: byte by byte, so much time passing after each. */
static void
do_drip(const struct script_step *step)
{
    struct script_step rest = *step;
    unsigned long ms = strtoul(step_word(step, 1), NULL, 0);
    size_t i;

    for (i = 1; i + 1 < rest.count; i++)
        rest.words[i] = rest.words[i + 1];
    rest.count--;
    encode(&rest);
    for (i = 0; i < child.encoded_size; i++) {
        write_all(OUT, child.encoded + i, 1);
        note("tick %lu\n", ms);
        await_notes();
    }
}

/* send-raw "bytes" [times=N]. */
static void
do_send_raw(const struct script_step *step)
{
    unsigned long long times = step_number(step, "times", 1);

    while (times-- > 0)
        write_all(OUT, (const uint8_t *)step->words[1].data,
                  step->words[1].size);
}

/* expect-header: the first bytes of a request, and the rest stays unread. */
static void
do_expect_header(const struct script_step *step)
{
    uint8_t header[LWI_HEADER_SIZE];

    (void)step;
    if (!read_all(IN, header, sizeof(header)))
        wrong("a header was expected, the pipe ended");
    child.tag = lwi_wire_get_u64(header + 8);
}

/* FIELD=N of the message that came. */
static void
check_fields(const struct script_step *step)
{
    const struct lwi_descriptor *what =
        lwi_message_descriptor(child.frame.type);
    char text[128];
    size_t i;

    for (i = 0; i < what->field_count; i++) {
        const struct lwi_field *field = &what->fields[i];
        uint32_t is;

        if (field->kind != LWI_KIND_U32 ||
            step_value(step, field->name) == NULL)
            continue;
        memcpy(&is, (const char *)&child.message + field->offset, sizeof(is));
        if (is == step_number(step, field->name, 0))
            continue;
        snprintf(text, sizeof(text), "%s of %s is %u", field->name, what->name,
                 is);
        wrong(text);
    }
}

static void
do_expect(const struct script_step *step)
{
    char text[128];

    if (!receive()) {
        snprintf(text, sizeof(text), "%s was expected, the pipe ended",
                 step_word(step, 1));
        wrong(text);
    }
    if (strcmp(lwi_message_name(child.frame.type), step_word(step, 1)) != 0) {
        snprintf(text, sizeof(text), "%s was expected, %s came",
                 step_word(step, 1), lwi_message_name(child.frame.type));
        wrong(text);
    }
    check_fields(step);
}

static void
do_expect_cancel(const struct script_step *step)
{
    uint8_t record[LWI_CANCEL_RECORD_SIZE];

    (void)step;
    if (!read_all(CANCEL, record, sizeof(record)))
        wrong("a cancel was expected, its pipe ended");
    if (lwi_wire_get_u64(record) != child.tag)
        wrong("the cancel names another request");
}

static void
do_expect_eof(const struct script_step *step)
{
    uint8_t byte;

    (void)step;
    if (read_all(IN, &byte, 1))
        wrong("the end of the requests was expected");
}

static void
do_handshake(const struct script_step *step)
{
    static const char hello[] = "send\0HELLO", ready[] = "send\0READY";
    struct script_step say = { .line = step->line, .count = 2 };
    lw_span value;

    say.words[0] = (lw_span){ hello, 4 };
    say.words[1] = (lw_span){ hello + 5, 5 };
    do_send(&say);
    if (!receive() || child.frame.type != LWI_MSG_WELCOME)
        wrong("WELCOME was expected");
    say.words[1] = (lw_span){ ready + 5, 5 };
    if (step_span(step, "abilities", &value)) {
        /* Keep NAME= in front: words point into the script's text. */
        say.words[2] = (lw_span){ value.data - 10, value.size + 10 };
        say.count = 3;
    }
    do_send(&say);
}

/* Answers everything as a good worker does, until it is told to end. */
static void
do_serve(const struct script_step *step)
{
    struct script_step answer = { .line = step->line, .count = 2 };
    const char *name;

    answer.words[0] = (lw_span){ "send", 4 };
    while (receive()) {
        if (child.frame.type == LWI_MSG_SHUTDOWN) {
            answer.words[1] = (lw_span){ "GOODBYE", 7 };
            do_send(&answer);
            return;
        }
        if (lwi_message_descriptor(child.frame.type)->role != LWI_ROLE_REQUEST)
            wrong("serve: this message came as a request");
        /* In the table of messages an answer stands behind its request. */
        name = lwi_message_name((uint8_t)(child.frame.type + 1));
        answer.words[1] = (lw_span){ name, strlen(name) };
        do_send(&answer);
    }
}

static void
do_quiet(const struct script_step *step)
{
    (void)step;
    note("quiet\n");
}

static void
do_silent(const struct script_step *step)
{
    (void)step;
    note("silent\n");
    sleep_for_ever();
}

static void
do_stop(const struct script_step *step)
{
    (void)step;
    note("silent\n");
    raise(SIGSTOP);
}

static void
do_tick(const struct script_step *step)
{
    note("tick %s\n", step_word(step, 1));
    await_notes();
}

/* flood stdout|stderr BYTES. */
static void
do_flood(const struct script_step *step)
{
    static uint8_t block[65536];
    size_t left = (size_t)strtoull(step_word(step, 2), NULL, 0), n;
    int fd = strcmp(step_word(step, 1), "stdout") == 0 ? OUT : ERR;

    memset(block, 'f', sizeof(block));
    for (; left > 0; left -= n) {
        n = left < sizeof(block) ? left : sizeof(block);
        write_all(fd, block, n);
    }
}

/* grow KIB: so much more resident memory, kept. */
static void
do_grow(const struct script_step *step)
{
    size_t size = (size_t)strtoull(step_word(step, 1), NULL, 0) * 1024;
    char *kept = mmap(NULL, size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

    if (kept == MAP_FAILED)
        _exit(98);
    memset(kept, 1, size);
}

static void
do_print(const struct script_step *step)
{
    write_all(ERR, (const uint8_t *)step->words[1].data, step->words[1].size);
}

/* grandchild [setsid] [ignore=TERM]: holds all descriptors for ever. */
static void
do_grandchild(const struct script_step *step)
{
    char *argv[] = { (char *)"scenario", (char *)"--hold", NULL };
    posix_spawnattr_t attr;
    short flags = 0;
    pid_t pid;

    posix_spawnattr_init(&attr);
    if (step_word(step, 1) != NULL && strcmp(step_word(step, 1), "setsid") == 0)
        flags = POSIX_SPAWN_SETSID;
    posix_spawnattr_setflags(&attr, flags);
    if (posix_spawn(&pid, "/proc/self/exe", NULL, &attr, argv, environ) != 0)
        wrong("cannot start a grandchild");
    posix_spawnattr_destroy(&attr);
}

static void
do_exit(const struct script_step *step)
{
    _exit((int)strtol(step_word(step, 1), NULL, 0));
}

static void
do_signal(const struct script_step *step)
{
    int number = (int)strtol(step_word(step, 1), NULL, 0);

    signal(number, SIG_DFL);
    raise(number);
    sleep_for_ever();
}

static void
do_ignore(const struct script_step *step)
{
    signal((int)strtol(step_word(step, 1), NULL, 0), SIG_IGN);
}

static void
do_close(const struct script_step *step)
{
    static const char *const names[] = { "in", "out", "err", "cancel" };
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i], step_word(step, 1)) == 0) {
            close((int)i);
            return;
        }
    }
    wrong("close in, out, err or cancel");
}

static const struct {
    const char *verb;
    size_t words; /* at least so many, the verb counted */
    void (*run)(const struct script_step *step);
} steps[] = {
    { "handshake", 1, do_handshake },
    { "send", 2, do_send },
    { "send-part", 3, do_send_part },
    { "send-rest", 1, do_send_rest },
    { "put", 3, do_put },
    { "send-raw", 2, do_send_raw },
    { "drip", 3, do_drip },
    { "expect", 2, do_expect },
    { "expect-cancel", 1, do_expect_cancel },
    { "expect-eof", 1, do_expect_eof },
    { "expect-header", 1, do_expect_header },
    { "serve", 1, do_serve },
    { "quiet", 1, do_quiet },
    { "silent", 1, do_silent },
    { "stop", 1, do_stop },
    { "tick", 2, do_tick },
    { "flood", 3, do_flood },
    { "grow", 2, do_grow },
    { "print", 2, do_print },
    { "grandchild", 1, do_grandchild },
    { "exit", 2, do_exit },
    { "signal", 2, do_signal },
    { "ignore", 2, do_ignore },
    { "close", 2, do_close },
};

static void
run_step(const struct script_step *step)
{
    size_t i;

    child.line = step->line;
    for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        if (strcmp(steps[i].verb, step_verb(step)) == 0) {
            if (step->count < steps[i].words)
                wrong("this step needs more words");
            steps[i].run(step);
            return;
        }
    }
    wrong("a child has no such step");
}

/* repeat N STEP …. */
static void
run_repeated(const struct script_step *step)
{
    struct script_step inner = *step;
    unsigned long times = strtoul(step_word(step, 1), NULL, 0);
    size_t i;

    for (i = 0; i + 2 < inner.count; i++)
        inner.words[i] = inner.words[i + 2];
    inner.count -= 2;
    while (times-- > 0)
        run_step(&inner);
}

_Noreturn void
scenario_child(const struct script_part *part, const char *path,
               const char *notes)
{
    size_t i;

    child.path = path;
    lwi_find_ring(&child.ring);
    child.notes = open(notes, O_WRONLY | O_CLOEXEC);
    if (child.notes < 0)
        _exit(96);
    child.fault = getenv("LWS_FAULT");
    if (child.fault != NULL)
        child.fault_countdown = strtol(getenv("LWS_FAULT_AT"), NULL, 10);
    for (i = 0; i < part->count; i++) {
        if (strcmp(step_verb(&part->steps[i]), "repeat") == 0 &&
            part->steps[i].count > 2)
            run_repeated(&part->steps[i]);
        else
            run_step(&part->steps[i]);
    }
    _exit(0);
}
