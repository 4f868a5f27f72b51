/* cli_term_test.c - text from outside, made safe for a terminal. */
#include "../../cli/term.h"

#include "support/test.h"

static char *printed;

/* What is printed of a text; lives until the next call. */
static const char *
show(const char *data, size_t size, bool one_line, bool escape_wide)
{
    struct term term = { .utf8 = !escape_wide, .escape_wide = escape_wide };
    size_t length;

    free(printed);
    term.file = open_memstream(&printed, &length);
    if (one_line)
        term_put_line(&term, data);
    else
        term_put_text(&term, data, size);
    fclose(term.file);
    return printed;
}

static const struct {
    const char *given, *text, *line; /* NULL: as given */
} cases[] = {
    { "", NULL, NULL },
    { "plain text", NULL, NULL },
    { "\xe2\x8a\xa2 \xe2\x88\x80 x, x = x", NULL, NULL },
    { "\xf0\x9d\x94\xb8 \xf0\x9f\x98\x80", NULL, NULL },
    { "a\nb\tc", NULL, "a\\nb\\tc" },
    { "a\r\nb", "a\nb", "a\\x0d\\nb" },
    { "a\rb", "a\\x0db", "a\\x0db" },
    { "\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m", "\\x1b[31mred\\x1b[0m" },
    { "\x1b]0;title\x07", "\\x1b]0;title\\x07", "\\x1b]0;title\\x07" },
    { "\x7f", "\\x7f", "\\x7f" },
    { "\xc2\x9b"
      "31m",
      "\\u009b31m", "\\u009b31m" },
    { "\xe2\x80\xae"
      "evil",
      "\\u202eevil", "\\u202eevil" },
    { "\xe2\x81\xa6x\xe2\x81\xa9", "\\u2066x\\u2069", "\\u2066x\\u2069" },
    { "\xef\xbb\xbfx", "\\ufeffx", "\\ufeffx" },
    { "\xf3\xa0\x80\x81", "\\U000e0001", "\\U000e0001" },
    { "\xff\xfe", "\\xff\\xfe", "\\xff\\xfe" },
    { "a\xe2\x8a", "a\\xe2\\x8a", "a\\xe2\\x8a" },
    { "\xc0\xaf", "\\xc0\\xaf", "\\xc0\\xaf" },
    { "\xed\xa0\x80", "\\xed\\xa0\\x80", "\\xed\\xa0\\x80" },
    { "\x9b"
      "31m",
      "\\x9b31m", "\\x9b31m" },
};

static void
what_a_terminal_obeys_is_escaped(void **state)
{
    const char *given, *text, *line;
    size_t i;

    (void)state;
    for (i = 0; i < LWI_COUNT(cases); i++) {
        given = cases[i].given;
        text = cases[i].text == NULL ? given : cases[i].text;
        line = cases[i].line == NULL ? given : cases[i].line;
        assert_string_equal(show(given, strlen(given), false, false), text);
        assert_string_equal(show(given, 0, true, false), line);
    }
    assert_string_equal(show("a\0b", 3, false, false), "a\\x00b");
}

static void
terminals_without_utf8_get_ascii(void **state)
{
    (void)state;
    assert_string_equal(show("\xe2\x8a\xa2 x", 0, true, true), "\\u22a2 x");
    assert_string_equal(show("\xf0\x9d\x94\xb8", 0, true, true), "\\U0001d538");
}

static void
no_byte_of_a_random_text_gets_through(void **state)
{
    unsigned char bytes[64];
    const char *at;
    unsigned seed = 1;
    int round, i;

    (void)state;
    for (round = 0; round < 20000; round++) {
        for (i = 0; i < 64; i++) {
            seed = seed * 1103515245u + 12345u;
            bytes[i] = (unsigned char)(seed >> 16);
        }
        for (at = show((char *)bytes, 64, false, round % 2 == 0); *at != '\0';
             at++) {
            if ((unsigned char)*at < 0x20)
                assert_true(*at == '\n' || *at == '\t');
            assert_int_not_equal(*at, 0x7f);
            if (round % 2 == 0)
                assert_true((unsigned char)*at < 0x80);
        }
    }
}

static void
width_is_what_is_shown(void **state)
{
    struct term term = { .utf8 = true };
    struct term ascii = { .escape_wide = true };

    (void)state;
    assert_int_equal(term_text_width(&term, ""), 0);
    assert_int_equal(term_text_width(&term, "abc"), 3);
    assert_int_equal(term_text_width(&term, "\xe2\x8a\xa2x"), 2);
    assert_int_equal(term_text_width(&term, "\xe6\xbc\xa2\xe5\xad\x97"), 4);
    assert_int_equal(term_text_width(&term, "e\xcc\x81"), 1);
    assert_int_equal(term_text_width(&term, "\x1b\n\xff"), 4 + 2 + 4);
    assert_int_equal(term_text_width(&term, "\xe2\x80\xae"), 6);
    assert_int_equal(term_text_width(&ascii, "\xe2\x8a\xa2"), 6);
}

static void
set(const char *lc_all, const char *lang)
{
    unsetenv("LC_CTYPE");
    if (lc_all == NULL)
        unsetenv("LC_ALL");
    else
        setenv("LC_ALL", lc_all, 1);
    if (lang == NULL)
        unsetenv("LANG");
    else
        setenv("LANG", lang, 1);
}

static void
the_locale_is_read_from_its_name(void **state)
{
    static const struct {
        const char *lc_all, *lang;
        bool utf8;
    } locales[] = {
        { NULL, NULL, true },          { NULL, "C.UTF-8", true },
        { NULL, "de_DE.utf8", true },  { NULL, "C", false },
        { NULL, "de_DE@euro", false }, { "C", "en_US.UTF-8", false },
        { "", "en_US.UTF-8", true },   { "POSIX", NULL, false },
    };
    FILE *file = tmpfile();
    struct term term;
    size_t i;

    (void)state;
    for (i = 0; i < LWI_COUNT(locales); i++) {
        set(locales[i].lc_all, locales[i].lang);
        term_init(&term, file, TERM_COLOR_AUTO);
        assert_int_equal(term.utf8, locales[i].utf8);
        assert_false(term.escape_wide); /* no terminal: bytes are data */
        assert_int_equal(term.columns, 0);
        assert_string_equal(term_symbol(&term, "u", "a"),
                            locales[i].utf8 ? "u" : "a");
    }
    fclose(file);
}

static void
color_is_as_wanted(void **state)
{
    FILE *file = tmpfile();
    struct term term;

    (void)state;
    term_init(&term, file, TERM_COLOR_AUTO);
    assert_string_equal(term_style_on(&term, TERM_RED), "");
    assert_string_equal(term_style_off(&term), "");
    setenv("NO_COLOR", "1", 1);
    term_init(&term, file, TERM_COLOR_ALWAYS);
    assert_string_equal(term_style_on(&term, TERM_RED), "\x1b[31m");
    assert_string_equal(term_style_off(&term), "\x1b[0m");
    term_init(&term, file, TERM_COLOR_NEVER);
    assert_string_equal(term_style_on(&term, TERM_RED), "");
    unsetenv("NO_COLOR");
    fclose(file);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_terminal_obeys_is_escaped),
        cmocka_unit_test(terminals_without_utf8_get_ascii),
        cmocka_unit_test(no_byte_of_a_random_text_gets_through),
        cmocka_unit_test(width_is_what_is_shown),
        cmocka_unit_test(the_locale_is_read_from_its_name),
        cmocka_unit_test(color_is_as_wanted),
    };
    int failed = LWT_RUN(tests);

    free(printed);
    return failed;
}
