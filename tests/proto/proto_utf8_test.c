/* proto_utf8_test.c - what is text: all short sequences, against a second
 * opinion that decodes first and judges then. */
#include "proto/utf8.h"

#include "support/test.h"

/* Bytes of the character at p, by its code point; 0 where there is none. */
static size_t
opinion(const unsigned char *p, size_t left)
{
    static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
    size_t length = p[0] < 0x80             ? 1
                    : (p[0] & 0xe0) == 0xc0 ? 2
                    : (p[0] & 0xf0) == 0xe0 ? 3
                    : (p[0] & 0xf8) == 0xf0 ? 4
                                            : 0;
    uint32_t code;
    size_t i;

    if (length == 0 || length > left)
        return 0;
    code = length == 1 ? p[0] : p[0] & (0x7fu >> length);
    for (i = 1; i < length; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (p[i] & 0x3fu);
    }
    if (code < smallest[length] || code > 0x10ffff ||
        (code >= 0xd800 && code <= 0xdfff))
        return 0;
    return length;
}

static size_t
opinion_prefix(const unsigned char *p, size_t size)
{
    size_t at = 0, n;

    while (at < size && (n = opinion(p + at, size - at)) > 0)
        at += n;
    return at;
}

static void
check(const unsigned char *p, size_t size)
{
    size_t found = lwi_utf8_valid_prefix((const char *)p, size);

    if (found != opinion_prefix(p, size))
        fail_msg("%02x %02x %02x %02x, %zu bytes: %zu", p[0], p[1], p[2], p[3],
                 size, found);
}

static void
all_sequences_of_up_to_three_bytes(void **state)
{
    unsigned char p[4] = { 0 };
    uint32_t n;

    (void)state;
    assert_int_equal(lwi_utf8_valid_prefix("", 0), 0);
    assert_int_equal(lwi_utf8_valid_prefix(NULL, 0), 0);
    for (n = 0; n < 0x1000000; n++) {
        p[0] = (unsigned char)(n >> 16);
        p[1] = (unsigned char)(n >> 8);
        p[2] = (unsigned char)n;
        if ((n & 0xffff) == 0)
            check(p, 1);
        if ((n & 0xff) == 0)
            check(p, 2);
        check(p, 3);
    }
}

static void
sequences_of_four_bytes_at_their_borders(void **state)
{
    static const unsigned char edge[] = { 0,    0x7f, 0x80, 0x8f,
                                          0x90, 0xbf, 0xc0, 0xff };
    unsigned char p[4];
    int first, second;
    size_t i, j;

    (void)state;
    for (first = 0xe0; first < 0x100; first++) {
        for (second = 0; second < 0x100; second++) {
            for (i = 0; i < sizeof(edge); i++) {
                for (j = 0; j < sizeof(edge); j++) {
                    p[0] = (unsigned char)first;
                    p[1] = (unsigned char)second;
                    p[2] = edge[i];
                    p[3] = edge[j];
                    check(p, 4);
                }
            }
        }
    }
}

static void
the_offset_is_of_the_first_bad_byte(void **state)
{
    (void)state;
    assert_int_equal(lwi_utf8_valid_prefix("ab\xff"
                                           "cd",
                                           5),
                     2);
    assert_int_equal(lwi_utf8_valid_prefix("\xe2\x88\x80\xe2\x88", 5), 3);
    assert_int_equal(lwi_utf8_valid_prefix("a\0b", 3), 3);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_sequences_of_up_to_three_bytes),
        cmocka_unit_test(sequences_of_four_bytes_at_their_borders),
        cmocka_unit_test(the_offset_is_of_the_first_bad_byte),
    };

    return LWT_RUN(tests);
}
