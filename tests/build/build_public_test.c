/* build_public_test.c - sources as the embedded Lean must see them. */
#include "build/public.h"

#include "support/test.h"

#define SECTION "@[expose] public section leanWorker "

static struct lwi_public rewritten;

/* Rewritten to this; NULL: it is to be left alone. */
static void
expect(const char *text, const char *wanted)
{
    int rc;
    bool is =
        lwi_public_rewrite(&rewritten, (lw_span){ text, strlen(text) }, &rc);

    assert_int_equal(rc, LW_OK);
    assert_int_equal(is, wanted != NULL);
    if (is)
        assert_string_equal(lwi_buf_peek_text(&rewritten.text), wanted);
}

static void
expect_place(uint32_t line, uint32_t column, uint32_t wanted)
{
    lwi_public_place(&rewritten, line, &column);
    assert_int_equal(column, wanted);
}

static void
files_become_modules_line_by_line(void **state)
{
    (void)state;
    expect("import A\n  import B -- b\ndef x := 1\n",
           "module public import A\n  public import B " SECTION
           " -- b\ndef x := 1\n");
    expect_place(1, strlen("module public "), 0);
    expect_place(1, strlen("module public import "), strlen("import "));
    expect_place(1, 3, 0);
    expect_place(2, strlen("  public import B"), strlen("  import B"));
    expect_place(3, 4, 4);
    lwi_public_fini(&rewritten);
}

static void
files_without_imports_do_too(void **state)
{
    (void)state;
    expect("/- a -/ def x := 1\n", "module " SECTION "/- a -/ def x := 1\n");
    expect_place(1, strlen("module " SECTION) + 8, 8);
    lwi_public_fini(&rewritten);
    expect("", "module " SECTION);
    lwi_public_fini(&rewritten);
    expect("\xef\xbb\xbf"
           "def x := 1",
           "\xef\xbb\xbf"
           "module " SECTION "def x := 1");
    lwi_public_fini(&rewritten);
}

static void
what_is_a_module_stays(void **state)
{
    (void)state;
    expect("module\nimport A\n", NULL);
    lwi_public_fini(&rewritten);
    expect("/- x -/ module\n", NULL);
    lwi_public_fini(&rewritten);
    expect("import\n", NULL);
    lwi_public_fini(&rewritten);
    expect("prelude\ndef x := 1\n", NULL);
    lwi_public_fini(&rewritten);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_become_modules_line_by_line),
        cmocka_unit_test(files_without_imports_do_too),
        cmocka_unit_test(what_is_a_module_stays),
    };

    return LWT_RUN(tests);
}
