/*
 * child_api_test.c - a worker program of an application whose parent is none,
 * or says what no parent says: it ends, with its own exit code and a sentence.
 */
#include <lean_worker/child.h>

#include "proto/message.h"
#include "support/program.h"

/* What child.h says of them. */
enum { ORDERLY = 0, NO_PARENT = 64, BREACH = 65 };

static struct lwt_ran ran;

static struct {
    uint8_t bytes[8192];
    size_t size;
} said;

static void
say(uint8_t type, uint64_t tag, const void *message)
{
    size_t size = lwi_message_body_size(type, message);

    assert_true(said.size + LWI_HEADER_SIZE + size <= sizeof(said.bytes));
    lwi_wire_put_header(said.bytes + said.size, type, 0, tag, (uint32_t)size);
    lwi_message_encode_body(type, message,
                            said.bytes + said.size + LWI_HEADER_SIZE);
    said.size += LWI_HEADER_SIZE + size;
}

static void
welcome(uint32_t version, uint32_t frame_limit)
{
    const struct lwi_msg_welcome message = { .version = version,
                                             .frame_limit = frame_limit };

    said.size = 0;
    say(LWI_MSG_WELCOME, 0, &message);
}

static void
begin(void)
{
    welcome(LWI_PROTOCOL_MAX, LWI_FRAME_LIMIT_MIN);
}

static int
play(bool without_cancel)
{
    const char *argv[] = { LW_BUILD_DIR "/tests/run_helper", NULL };
    struct lwt_program program = { .argv = argv,
                                   .input = { (char *)said.bytes, said.size },
                                   .without_cancel = without_cancel };

    lwt_run_program(&ran, &program);
    return lwt_exit_code(&ran);
}

static void
assert_breach(const char *sentence)
{
    assert_int_equal(play(false), BREACH);
    if (strstr(ran.err, sentence) == NULL)
        fail_msg("not said: %s; but: %s", sentence, ran.err);
}

/* The types of all whole frames that it wrote, in their order. */
static void
assert_wrote(const uint8_t *types, size_t count)
{
    size_t at = 0, size, i;

    for (i = 0; i < count; i++) {
        struct lwi_frame frame;

        assert_int_equal(lwi_wire_parse((uint8_t *)ran.out + at,
                                        ran.out_size - at, LWI_FRAME_LIMIT_MAX,
                                        &frame, &size),
                         LWI_WIRE_FRAME);
        assert_int_equal(frame.type, types[i]);
        at += size;
    }
    assert_int_equal(at, ran.out_size);
}
#define WROTE(...)                                                             \
    assert_wrote((const uint8_t[]){ __VA_ARGS__ },                             \
                 sizeof((const uint8_t[]){ __VA_ARGS__ }))

static void
started_by_hand_it_says_so(void **state)
{
    (void)state;
    said.size = 0;
    assert_int_equal(play(true), NO_PARENT);
    assert_non_null(strstr(ran.err, "not by hand"));
    assert_int_equal(ran.out_size, 0);
}

static void
a_parent_that_leaves_is_no_fault(void **state)
{
    (void)state;
    said.size = 0;
    assert_int_equal(play(false), ORDERLY);
    WROTE(LWI_MSG_HELLO);
    begin();
    assert_int_equal(play(false), ORDERLY);
    WROTE(LWI_MSG_HELLO, LWI_MSG_READY, LWI_MSG_GOODBYE);
    begin();
    say(LWI_MSG_SHUTDOWN, 0, &(struct lwi_msg_shutdown){ 0 });
    assert_int_equal(play(false), ORDERLY);
    WROTE(LWI_MSG_HELLO, LWI_MSG_READY, LWI_MSG_GOODBYE);
}

static void
a_welcome_that_cannot_be_is_a_breach(void **state)
{
    (void)state;
    welcome(LWI_PROTOCOL_MAX + 1, LWI_FRAME_LIMIT_MIN);
    assert_breach("WELCOME is missing or absurd");
    welcome(0, LWI_FRAME_LIMIT_MIN);
    assert_breach("WELCOME is missing or absurd");
    welcome(LWI_PROTOCOL_MAX, 0);
    assert_breach("WELCOME is missing or absurd");
    welcome(LWI_PROTOCOL_MAX, LWI_FRAME_LIMIT_MAX + 1);
    assert_breach("WELCOME is missing or absurd");
    said.size = 0;
    say(LWI_MSG_PING, 1, &(struct lwi_msg_ping){ .payload = { "x", 1 } });
    assert_breach("WELCOME is missing or absurd");
}

static void
bytes_that_are_no_frames_are_a_breach(void **state)
{
    (void)state;
    begin();
    memset(said.bytes + said.size, 0xff, 100);
    said.size += 100;
    assert_breach("lean-worker child: ");
    WROTE(LWI_MSG_HELLO, LWI_MSG_READY);
}

static void
a_frame_over_the_limit_is_a_breach(void **state)
{
    (void)state;
    begin();
    lwi_wire_put_header(said.bytes + said.size, LWI_MSG_PING, 0, 1,
                        LWI_FRAME_LIMIT_MIN + 1);
    said.size += LWI_HEADER_SIZE;
    assert_breach(lwi_wire_result_text(LWI_WIRE_TOO_LARGE));
}

static void
half_a_frame_is_a_breach(void **state)
{
    size_t whole, cut;

    (void)state;
    begin();
    cut = said.size;
    say(LWI_MSG_PING, 1, &(struct lwi_msg_ping){ .payload = { "xyz", 3 } });
    for (whole = said.size, said.size = cut + 1; said.size < whole;
         said.size += LWI_HEADER_SIZE - 1)
        assert_breach("the requests end inside a frame");
}

/* Its frame is whole, and its body has less than its fields. */
static void
a_malformed_request_is_a_breach(void **state)
{
    size_t at;

    (void)state;
    begin();
    at = said.size;
    say(LWI_MSG_RUN, 1, &(struct lwi_msg_run){ .name = { "echo", 4 } });
    said.size--;
    lwi_wire_put_header(said.bytes + at, LWI_MSG_RUN, 0, 1,
                        (uint32_t)(said.size - at - LWI_HEADER_SIZE));
    assert_breach("a request is malformed");
}

static void
an_answer_is_no_request(void **state)
{
    (void)state;
    begin();
    say(LWI_MSG_PONG, 1, &(struct lwi_msg_pong){ .payload = { "x", 1 } });
    assert_breach("that is no request");
}

static void
what_it_does_not_offer_fails_alone(void **state)
{
    (void)state;
    begin();
    say(LWI_MSG_PARSE_HEADER, 1,
        &(struct lwi_msg_parse_header){ .source = { "import A", 8 } });
    say(LWI_MSG_PING, 2, &(struct lwi_msg_ping){ .payload = { "x", 1 } });
    assert_int_equal(play(false), ORDERLY);
    WROTE(LWI_MSG_HELLO, LWI_MSG_READY, LWI_MSG_FAILED, LWI_MSG_PONG,
          LWI_MSG_GOODBYE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(started_by_hand_it_says_so),
        cmocka_unit_test(a_parent_that_leaves_is_no_fault),
        cmocka_unit_test(a_welcome_that_cannot_be_is_a_breach),
        cmocka_unit_test(bytes_that_are_no_frames_are_a_breach),
        cmocka_unit_test(a_frame_over_the_limit_is_a_breach),
        cmocka_unit_test(half_a_frame_is_a_breach),
        cmocka_unit_test(a_malformed_request_is_a_breach),
        cmocka_unit_test(an_answer_is_no_request),
        cmocka_unit_test(what_it_does_not_offer_fails_alone),
    };

    return LWT_RUN(tests);
}
