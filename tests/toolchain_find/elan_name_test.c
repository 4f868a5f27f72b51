/* elan_name_test.c - how toolchains are named. */
#include "toolchain/elan_name.h"

#include "support/test.h"

static const struct {
    const char *text, *folder; /* NULL: not a name */
    bool is_channel;
} names[] = {
    { "leanprover/lean4:v4.28.0", "leanprover--lean4---v4.28.0", false },
    { "v4.28.0", "leanprover--lean4---v4.28.0", false },
    { "4.28.0", "leanprover--lean4---v4.28.0", false },
    { "leanprover/lean4:4.28.0", "leanprover--lean4---v4.28.0", false },
    { "v4.29.0-rc2", "leanprover--lean4---v4.29.0-rc2", false },
    { "stable", "leanprover--lean4---stable", true },
    { "beta", "leanprover--lean4---beta", true },
    { "leanprover/lean4:stable", "leanprover--lean4---stable", true },
    { "nightly", "leanprover--lean4-nightly---nightly", true },
    { "nightly-2026-01-02", "leanprover--lean4-nightly---nightly-2026-01-02",
      false },
    { "leanprover/lean4:nightly-2026-01-02",
      "leanprover--lean4-nightly---nightly-2026-01-02", false },
    { "leanprover/lean4-nightly:nightly-2026-01-02",
      "leanprover--lean4-nightly---nightly-2026-01-02", false },
    { "leanprover/lean4-pr-releases:pr-release-12",
      "leanprover--lean4-pr-releases---pr-release-12", false },
    { "my_lean", "leanprover--lean4---my_lean", false },
    { "", NULL, false },
    { ".", NULL, false },
    { "..", NULL, false },
    { "-x", NULL, false },
    { "../../etc", NULL, false },
    { "/etc/passwd", NULL, false },
    { "leanprover/lean4:", NULL, false },
    { "leanprover/lean4:..", NULL, false },
    { "leanprover/lean4:../x", NULL, false },
    { "../lean4:v4.0.0", NULL, false },
    { "a/b/c:v4.0.0", NULL, false },
    { "leanprover/:v4.0.0", NULL, false },
    { "/lean4:v4.0.0", NULL, false },
    { "lean4:v4.0.0", NULL, false },
    { "v4.0.0; rm -rf /", NULL, false },
    { "v4.0.0\x1b[2J", NULL, false },
    { "v4:0:0", NULL, false },
};

static void
names_become_folders_or_are_refused(void **state)
{
    char folder[LWI_ELAN_FOLDER_SIZE];
    struct lwi_elan_name name;
    bool is_name;
    size_t i;

    (void)state;
    for (i = 0; i < LWI_COUNT(names); i++) {
        is_name = lwi_elan_name_parse(&name, names[i].text);
        if (is_name != (names[i].folder != NULL))
            fail_msg("%s: parsed %d", names[i].text, is_name);
        if (!is_name)
            continue;
        lwi_elan_name_folder(&name, folder);
        assert_string_equal(folder, names[i].folder);
        assert_string_equal(name.text, names[i].text);
        assert_int_equal(name.is_channel, names[i].is_channel);
    }
}

static void
long_names_are_refused_and_never_cut(void **state)
{
    char folder[LWI_ELAN_FOLDER_SIZE], text[2000];
    struct lwi_elan_name name;
    size_t length;

    (void)state;
    for (length = 1; length < sizeof(text); length++) {
        memset(text, 'n', length);
        text[length] = '\0';
        memcpy(text, "nightly", length < 7 ? length : 7);
        if (!lwi_elan_name_parse(&name, text))
            continue;
        assert_true(length <= 200);
        lwi_elan_name_folder(&name, folder);
        assert_true(strstr(folder, text) != NULL);
    }
}

static const struct {
    const char *data;
    size_t size; /* 0: strlen */
    const char *text;
} files[] = {
    { "leanprover/lean4:v4.28.0", 0, "leanprover/lean4:v4.28.0" },
    { "leanprover/lean4:v4.28.0\n", 0, "leanprover/lean4:v4.28.0" },
    { "leanprover/lean4:v4.28.0\r\n", 0, "leanprover/lean4:v4.28.0" },
    { "  v4.28.0 \t\n", 0, "v4.28.0" },
    { "\xef\xbb\xbfstable\n", 0, "stable" },
    { "\n\n# pinned for the course\r\nv4.28.0 # do not touch\n", 0, "v4.28.0" },
    { "v4.28.0\nv4.1.0\n", 0, "v4.28.0" },
    { "", 0, NULL },
    { "\n\r\n  \n# only a comment\n", 0, NULL },
    { "v4.28.0\0\n", 9, NULL },
    { "../../../etc/passwd\n", 0, NULL },
    { "leanprover/lean4:v4.28.0 and more\n", 0, NULL },
    { "\xff\xfe"
      "v\0"
      "4\0",
      6, NULL },
};

static void
files_give_their_first_name(void **state)
{
    struct lwi_elan_name name;
    const char *wrong;
    size_t i, size;

    (void)state;
    for (i = 0; i < LWI_COUNT(files); i++) {
        size = files[i].size == 0 ? strlen(files[i].data) : files[i].size;
        wrong = lwi_elan_name_read(&name, files[i].data, size);
        if ((wrong == NULL) != (files[i].text != NULL))
            fail_msg("file %zu: %s", i, wrong == NULL ? "taken" : wrong);
        if (wrong == NULL)
            assert_string_equal(name.text, files[i].text);
    }
}

static void
a_file_of_one_long_line_is_refused(void **state)
{
    char data[LWI_ELAN_FILE_LIMIT];
    struct lwi_elan_name name;

    (void)state;
    memset(data, 'v', sizeof(data));
    assert_non_null(lwi_elan_name_read(&name, data, sizeof(data)));
}

static void
releases_are_ordered_by_age(void **state)
{
    static const char *const oldest_first[] = {
        "v4.9.0",       "v4.9.1",  "v4.28.0-rc1", "v4.28.0-rc2",
        "v4.28.0-rc10", "v4.28.0", "v4.28.1",     "v5.0.0",
    };
    size_t i, j;

    (void)state;
    for (i = 0; i < LWI_COUNT(oldest_first); i++) {
        for (j = 0; j < LWI_COUNT(oldest_first); j++) {
            int order =
                lwi_elan_release_compare(oldest_first[i], oldest_first[j]);
            assert_int_equal(i < j, order < 0);
            assert_int_equal(i > j, order > 0);
        }
    }
    assert_true(lwi_elan_release_compare("nightly-2025-12-31",
                                         "nightly-2026-01-01") < 0);
}

static void
channels_know_their_releases(void **state)
{
    static const struct {
        const char *channel, *release;
        bool follows;
    } cases[] = {
        { "stable", "v4.28.0", true },
        { "stable", "v4.28.0-rc1", false },
        { "stable", "v4.28.0-foo", false },
        { "stable", "v4.28", false },
        { "stable", "my-lean", false },
        { "beta", "v4.28.0", true },
        { "beta", "v4.28.0-rc1", true },
        { "beta", "v99999999999999999999.0.0", false },
        { "nightly", "nightly-2026-01-01", true },
        { "nightly", "v4.28.0", false },
    };
    struct lwi_elan_name name;
    size_t i;

    (void)state;
    for (i = 0; i < LWI_COUNT(cases); i++) {
        assert_true(lwi_elan_name_parse(&name, cases[i].channel));
        assert_int_equal(lwi_elan_name_follows(&name, cases[i].release),
                         cases[i].follows);
    }
}

static void
releases_tell_the_version(void **state)
{
    char version[LWI_ELAN_NAME_SIZE];

    (void)state;
    lwi_elan_release_version("v4.28.0-rc1", version);
    assert_string_equal(version, "4.28.0-rc1");
    lwi_elan_release_version("nightly-2026-01-01", version);
    assert_string_equal(version, "nightly-2026-01-01");
    lwi_elan_release_version("my-lean", version);
    assert_string_equal(version, "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_become_folders_or_are_refused),
        cmocka_unit_test(long_names_are_refused_and_never_cut),
        cmocka_unit_test(files_give_their_first_name),
        cmocka_unit_test(a_file_of_one_long_line_is_refused),
        cmocka_unit_test(releases_are_ordered_by_age),
        cmocka_unit_test(channels_know_their_releases),
        cmocka_unit_test(releases_tell_the_version),
    };

    return LWT_RUN(tests);
}
