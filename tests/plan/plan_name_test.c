/* plan_name_test.c - names of modules, and their files. */
#include "plan/name.h"

#include "support/test.h"

static void
expect(const char *text, const char *name, const char *path)
{
    struct lwi_buf got_name, got_path;

    lwi_buf_init(&got_name, &lwi_system_allocator);
    lwi_buf_init(&got_path, &lwi_system_allocator);
    if (lwi_name_read(&got_name, &got_path, text, strlen(text)) != LW_OK)
        fail_msg("%s is not read", text);
    assert_string_equal(lwi_buf_peek_text(&got_name), name);
    assert_string_equal(lwi_buf_peek_text(&got_path), path);
    lwi_buf_fini(&got_name);
    lwi_buf_fini(&got_path);
}

static void
names_have_one_form(void **state)
{
    (void)state;
    expect("Init", "Init", "Init");
    expect("Init.Data.List", "Init.Data.List", "Init/Data/List");
}

static void
guillemets_stay_where_they_are_needed(void **state)
{
    (void)state;
    expect("«A».«b c»", "A.«b c»", "A/b c");
    expect("My.«1»", "My.«1»", "My/1");
    expect("«doc-gen4».X'!?", "«doc-gen4».X'!?", "doc-gen4/X'!?");
    expect("«a.b».c", "«a.b».c", "a.b/c");
    expect("«Σx»", "«Σx»", "Σx");
    expect("été", "«été»", "été");
    expect("αβ₁", "αβ₁", "αβ₁");
}

static void
odd_names_are_refused(void **state)
{
    static const char *const odd[] = {
        "",
        ".",
        "..",
        "A.",
        ".A",
        "A..B",
        "A/B",
        "../A",
        "«..»",
        "«.»",
        "A.«..».B",
        "«»",
        "«A",
        "A»",
        "A«B»",
        "1",
        "A.1",
        "A-B",
        "A B",
        "A\nB",
        "«A\x01»",
        "«A/B»",
        "«/etc/passwd»",
        "A\xff",
        "«\xff»",
        "A.«B»C",
        "λ",
        "Σx",
    };
    struct lwi_buf name, path;
    size_t i;

    (void)state;
    lwi_buf_init(&name, &lwi_system_allocator);
    lwi_buf_init(&path, &lwi_system_allocator);
    lwi_buf_append_text(&name, "K");
    for (i = 0; i < LWI_COUNT(odd); i++) {
        if (lwi_name_read(&name, &path, odd[i], strlen(odd[i])) != LW_EINVAL)
            fail_msg("%s is read", odd[i]);
        assert_int_equal(name.size, 1);
        assert_int_equal(path.size, 0);
    }
    assert_int_equal(lwi_name_read(&name, &path, "A\0B", 3), LW_EINVAL);
    lwi_buf_fini(&name);
    lwi_buf_fini(&path);
}

static void
long_and_deep_names_are_refused(void **state)
{
    char text[2 * LWI_NAME_MAX];
    struct lwi_buf name;
    size_t i;

    (void)state;
    lwi_buf_init(&name, &lwi_system_allocator);
    memset(text, 'a', sizeof(text));
    assert_int_equal(lwi_name_read(&name, NULL, text, LWI_NAME_MAX + 1),
                     LW_EINVAL);
    for (i = 1; i < 2 * (LWI_NAME_PARTS_MAX + 1); i += 2)
        text[i] = '.';
    assert_int_equal(
        lwi_name_read(&name, NULL, text, 2 * LWI_NAME_PARTS_MAX + 1),
        LW_EINVAL);
    assert_int_equal(
        lwi_name_read(&name, NULL, text, 2 * LWI_NAME_PARTS_MAX - 1), LW_OK);
    lwi_buf_fini(&name);
}

static void
within_means_whole_parts(void **state)
{
    (void)state;
    assert_true(lwi_name_is_within("A.B", "A"));
    assert_true(lwi_name_is_within("A", "A"));
    assert_false(lwi_name_is_within("AB", "A"));
    assert_false(lwi_name_is_within("A", "A.B"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_have_one_form),
        cmocka_unit_test(guillemets_stay_where_they_are_needed),
        cmocka_unit_test(odd_names_are_refused),
        cmocka_unit_test(long_and_deep_names_are_refused),
        cmocka_unit_test(within_means_whole_parts),
    };

    return LWT_RUN(tests);
}
