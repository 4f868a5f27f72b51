/* base_error_test.c - statuses and the errors that carry them. */
#include "base/error.h"

#include "support/test.h"

static const struct {
    int status;
    const char *name;
} statuses[] = {
#define STATUS(name, number, text) { number, #name },
    LW_STATUS_MAP(STATUS)
#undef STATUS
};

static void
each_status_has_a_name_and_a_text(void **state)
{
    size_t i, j;

    (void)state;
    for (i = 0; i < LWI_COUNT(statuses); i++) {
        assert_string_equal(lw_status_name(statuses[i].status),
                            statuses[i].name);
        assert_true(strlen(lw_status_text(statuses[i].status)) > 0);
        for (j = 0; j < i; j++) {
            assert_int_not_equal(statuses[i].status, statuses[j].status);
            assert_string_not_equal(lw_status_text(statuses[i].status),
                                    lw_status_text(statuses[j].status));
        }
    }
}

/* Programs store them: a changed number is a broken program. */
static void
numbers_are_from_zero_down_without_gaps(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < LWI_COUNT(statuses); i++)
        assert_int_equal(statuses[i].status, -(int)i);
}

static void
unknown_numbers_have_a_name_too(void **state)
{
    (void)state;
    assert_string_equal(lw_status_name(1), "LW_EUNKNOWN");
    assert_string_equal(lw_status_name(INT32_MIN), "LW_EUNKNOWN");
    assert_string_equal(lw_status_text(-9999), "unknown status");
    assert_false(lw_status_lost_worker(-9999));
    assert_false(lw_status_lost_worker(LW_OK));
}

/* A retry needs a fresh worker after these, and after no others. */
static void
some_statuses_lose_the_worker(void **state)
{
    static const int lost[] = { LW_EHANDSHAKE,    LW_EVERSION,
                                LW_EPROTO,        LW_ETIMEOUT,
                                LW_ECANCELLED,    LW_ECHILDEXITED,
                                LW_ECHILDCRASHED, LW_ECHILDPANIC,
                                LW_ERECURSION,    LW_EMEMORY };
    size_t i, j;

    (void)state;
    for (i = 0; i < LWI_COUNT(statuses); i++) {
        bool wanted = false;

        for (j = 0; j < LWI_COUNT(lost); j++)
            wanted = wanted || statuses[i].status == lost[j];
        assert_int_equal(lw_status_lost_worker(statuses[i].status), wanted);
    }
}

static void
an_error_says_what_was_being_done(void **state)
{
    lw_error err;

    (void)state;
    assert_int_equal(lwi_fail(&err, LW_EINVAL, "test", "%d is odd", 3),
                     LW_EINVAL);
    assert_int_equal(err.status, LW_EINVAL);
    assert_int_equal(err.system_errno, 0);
    assert_int_equal(err.exit_code, -1);
    assert_int_equal(err.exit_signal, 0);
    assert_string_equal(err.operation, "test");
    assert_string_equal(err.message, "3 is odd");
}

static void
null_is_allowed(void **state)
{
    (void)state;
    assert_int_equal(lwi_fail(NULL, LW_ENOMEM, "test", "x"), LW_ENOMEM);
    errno = EIO;
    assert_int_equal(lwi_fail_errno(NULL, LW_EFILE, "test", "x"), LW_EFILE);
}

static void
the_system_error_is_kept_and_put_in_words(void **state)
{
    lw_error err;

    (void)state;
    errno = ENOENT;
    lwi_fail_errno(&err, LW_EFILE, "test", "cannot open %s", "x");
    assert_int_equal(err.system_errno, ENOENT);
    assert_string_equal(err.message,
                        "cannot open x: No such file or directory");
}

static void
a_long_message_is_cut(void **state)
{
    lw_error err;

    (void)state;
    errno = ENOENT;
    lwi_fail_errno(&err, LW_EFILE, "test", "%3000d", 1);
    assert_int_equal(strlen(err.message), LW_ERROR_MESSAGE_SIZE - 1);
}

static void
a_character_that_the_cut_breaks_is_replaced(void **state)
{
    char text[LW_ERROR_MESSAGE_SIZE + 8];
    lw_error err;
    size_t i;

    (void)state;
    /* "é" is two bytes, so that the cut falls inside of one. */
    for (i = 0; i + 2 < sizeof(text); i += 2)
        memcpy(text + i, "\xc3\xa9", 2);
    text[i] = '\0';
    lwi_fail(&err, LW_EFILE, "test", "%s", text);
    assert_int_equal(strlen(err.message), LW_ERROR_MESSAGE_SIZE - 1);
    assert_string_equal(err.message + LW_ERROR_MESSAGE_SIZE - 4, "\xc3\xa9?");
}

/* A child's words end up here; they must not reach the terminal's ear. */
static void
control_characters_are_not_passed_on(void **state)
{
    lw_error err;

    (void)state;
    lwi_fail(&err, LW_EPROTO, "test", "%s", "a\nb\tc\x1b[2Jd\x7f\x01");
    assert_string_equal(err.message, "a b c?[2Jd??");
    /* U+009B is CSI in one character. */
    lwi_fail(&err, LW_EPROTO, "test", "%s",
             "a\xc2\x9b"
             "2J\xc3\xa9");
    assert_string_equal(err.message, "a??2J\xc3\xa9");
    lwi_fail(&err, LW_EPROTO, "test", "%s", "\xff\xc3x\xe2\x82\xed\xa0\x80");
    assert_string_equal(err.message, "??x?????");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_status_has_a_name_and_a_text),
        cmocka_unit_test(numbers_are_from_zero_down_without_gaps),
        cmocka_unit_test(unknown_numbers_have_a_name_too),
        cmocka_unit_test(some_statuses_lose_the_worker),
        cmocka_unit_test(an_error_says_what_was_being_done),
        cmocka_unit_test(null_is_allowed),
        cmocka_unit_test(the_system_error_is_kept_and_put_in_words),
        cmocka_unit_test(a_long_message_is_cut),
        cmocka_unit_test(a_character_that_the_cut_breaks_is_replaced),
        cmocka_unit_test(control_characters_are_not_passed_on),
    };

    return LWT_RUN(tests);
}
