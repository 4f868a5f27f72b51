/* base_hash_test.c - what differs anywhere has another hash. */
#include "base/hash.h"

#include "support/sandbox.h"

static const char *
text_of(const struct lwi_hash *hash)
{
    static char texts[2][LWI_HASH_TEXT_SIZE];
    static unsigned next;
    char *text = texts[next++ % 2];

    lwi_hash_text(hash, text);
    assert_int_equal(strlen(text), LWI_HASH_TEXT_SIZE - 1);
    return text;
}

static struct lwi_hash
hash_two(const char *one, const char *other)
{
    struct lwi_hash hash = LWI_HASH_INIT;

    lwi_hash_add_text(&hash, one);
    lwi_hash_add_text(&hash, other);
    return hash;
}

static void
where_a_thing_ends_counts(void **state)
{
    static const char *const pairs[][2] = {
        { "", "" },      { "a", "" },    { "", "a" },
        { "a", "bc" },   { "ab", "c" },  { NULL, "abc" },
        { "abc", NULL }, { NULL, NULL }, { "", NULL },
    };
    size_t i, k;

    (void)state;
    for (i = 0; i < LWI_COUNT(pairs); i++) {
        for (k = 0; k < LWI_COUNT(pairs); k++) {
            struct lwi_hash one = hash_two(pairs[i][0], pairs[i][1]);
            struct lwi_hash other = hash_two(pairs[k][0], pairs[k][1]);

            assert_int_equal(strcmp(text_of(&one), text_of(&other)) == 0,
                             i == k);
        }
    }
}

static void
lists_end_where_they_end(void **state)
{
    static const char *const list[] = { "a", "b", NULL };
    static const char *const none[] = { NULL };
    struct lwi_hash one = LWI_HASH_INIT, other = LWI_HASH_INIT;

    (void)state;
    lwi_hash_add_texts(&one, NULL);
    lwi_hash_add_texts(&other, none);
    assert_string_equal(text_of(&one), text_of(&other));
    lwi_hash_add_texts(&one, list);
    lwi_hash_add_texts(&other, list + 1);
    assert_string_not_equal(text_of(&one), text_of(&other));
}

/* Longer than a block, and no multiple of one. */
#define SIZE ((size_t)600 * 1000 + 3)

static void
hash_file(struct lwi_hash *hash, struct lwt_sandbox *box)
{
    int fd = open(lwt_sandbox_path(box, "file"), O_RDONLY | O_CLOEXEC);
    uint64_t size = 0;

    assert_true(fd >= 0);
    assert_true(lwi_hash_add_file(hash, fd, &size));
    assert_int_equal(size, SIZE);
    close(fd);
}

static void
a_bit_of_a_file_counts(void **state)
{
    static const size_t places[] = { 0, 7, 8, 262143, 262144, SIZE - 1 };
    struct lwi_hash whole = LWI_HASH_INIT, again = LWI_HASH_INIT;
    struct lwt_sandbox box;
    char *bytes = calloc(1, SIZE);
    size_t i;

    (void)state;
    assert_non_null(bytes);
    lwt_sandbox_open(&box);
    lwt_sandbox_bytes(&box, "file", bytes, SIZE, 0600);
    hash_file(&whole, &box);
    hash_file(&again, &box);
    assert_string_equal(text_of(&whole), text_of(&again));
    for (i = 0; i < LWI_COUNT(places); i++) {
        struct lwi_hash other = LWI_HASH_INIT;

        bytes[places[i]] ^= 1;
        lwt_sandbox_bytes(&box, "file", bytes, SIZE, 0600);
        bytes[places[i]] ^= 1;
        hash_file(&other, &box);
        assert_string_not_equal(text_of(&whole), text_of(&other));
    }
    free(bytes);
    lwt_sandbox_close(&box);
}

static void
what_cannot_be_read_is_said(void **state)
{
    struct lwi_hash hash = LWI_HASH_INIT;

    (void)state;
    assert_false(lwi_hash_add_file(&hash, -1, NULL));
    assert_int_equal(errno, EBADF);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_a_thing_ends_counts),
        cmocka_unit_test(lists_end_where_they_end),
        cmocka_unit_test(a_bit_of_a_file_counts),
        cmocka_unit_test(what_cannot_be_read_is_said),
    };

    return LWT_RUN(tests);
}
