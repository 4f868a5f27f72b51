/*
 * fuzz_toml.c - settings of elan and Lake, as anybody may write them.
 *
 *   input:  the text, cut at its first NUL
 */
#include "base/toml.h"

#include "fuzz.h"

static void
check(const char *text, const char *table, const char *key)
{
    char small[8], large[512];

    memset(small, 'x', sizeof(small));
    memset(large, 'x', sizeof(large));
    if (!lwi_toml_string(text, table, key, large, sizeof(large)))
        return;
    LW_ASSERT(memchr(large, '\0', sizeof(large)) != NULL);
    /* It fits into less room, or there is none. */
    if (lwi_toml_string(text, table, key, small, sizeof(small)))
        LW_ASSERT(strcmp(small, large) == 0);
    else
        LW_ASSERT(strlen(large) >= sizeof(small));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);

    LW_ASSERT(text != NULL);
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    check(text, "", "k");
    check(text, "", "default_toolchain");
    check(text, "t", "k");
    check(text, "overrides", "/d");
    free(text);
    return 0;
}
