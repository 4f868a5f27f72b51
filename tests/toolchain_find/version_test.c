/* version_test.c - Lean's version from its own header file. */
#include "toolchain/version.h"

#include "support/test.h"

#define HEAD                                                                   \
    "#pragma once\n"                                                           \
    "#define LEAN_VERSION_MAJOR 4\n"                                           \
    "#define LEAN_VERSION_MINOR 28\n"                                          \
    "#define LEAN_VERSION_PATCH 1\n"

static const struct {
    const char *text, *version;
} cases[] = {
    { HEAD "#define LEAN_VERSION_IS_RELEASE 1\n"
           "// Additional version description like \"nightly-2018-03-11\"\n"
           "#define LEAN_SPECIAL_VERSION_DESC \"\"\n",
      "4.28.1" },
    { HEAD "#define LEAN_VERSION_IS_RELEASE 1\n"
           "#define LEAN_SPECIAL_VERSION_DESC \"rc1\"\n",
      "4.28.1-rc1" },
    { HEAD "#define LEAN_VERSION_IS_RELEASE 0\n"
           "#define LEAN_SPECIAL_VERSION_DESC \"nightly-2026-01-02\"\n",
      "4.28.1-nightly-2026-01-02" },
    { HEAD "#define LEAN_VERSION_IS_RELEASE 0\n"
           "#define LEAN_SPECIAL_VERSION_DESC \"\"\n",
      "4.28.1-pre" },
    { HEAD, "4.28.1-pre" },
    { HEAD "#define LEAN_VERSION_IS_RELEASE 1\n"
           "#define LEAN_SPECIAL_VERSION_DESC \"\x1b[31m\"\n",
      "4.28.1" },
    { "", NULL },
    { "#define LEAN_VERSION_MAJOR 4\n", NULL },
    { "#define LEAN_VERSION_MAJOR four\n#define LEAN_VERSION_MINOR 1\n"
      "#define LEAN_VERSION_PATCH 0\n",
      NULL },
    { "#define LEAN_VERSION_MAJOR 99999999999999999999999999\n"
      "#define LEAN_VERSION_MINOR 1\n#define LEAN_VERSION_PATCH 0\n",
      NULL },
    { "#define LEAN_VERSION_MAJOR", NULL },
};

static void
headers_tell_the_version(void **state)
{
    char version[LWI_VERSION_SIZE];
    size_t i;

    (void)state;
    for (i = 0; i < LWI_COUNT(cases); i++) {
        assert_int_equal(lwi_version_read(cases[i].text, version),
                         cases[i].version != NULL);
        if (cases[i].version != NULL)
            assert_string_equal(version, cases[i].version);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_tell_the_version),
    };

    return LWT_RUN(tests);
}
