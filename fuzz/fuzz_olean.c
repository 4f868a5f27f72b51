/*
 * fuzz_olean.c - compiled modules, as anybody may write them.
 *
 *   input:  the bytes of the file
 *
 * What is read of the whole is read of its two ends as well, or they ask for
 * the whole; and each import is a name in the form of plan/name.h.
 */
#include "plan/olean.h"

#include <lean_worker/request.h>

#include "plan/name.h"

#include "fuzz.h"

static const char *
skip_modifiers(const char *text)
{
    const char *blank;

    while ((blank = strchr(text, ' ')) != NULL &&
           (strncmp(text, "public ", 7) == 0 ||
            strncmp(text, "meta ", 5) == 0 || strncmp(text, "all ", 4) == 0))
        text = blank + 1;
    return text;
}

static void
check_names(const struct lwi_olean *olean)
{
    size_t at = 0, count = 0;
    struct lwi_buf name;

    lwi_buf_init(&name, &lwi_system_allocator);
    for (; at < olean->imports.size; count++) {
        const char *text = olean->imports.data + at;
        const char *given = skip_modifiers(text);

        LW_ASSERT(memchr(text, '\0', olean->imports.size - at) != NULL);
        name.size = 0;
        LW_ASSERT(lwi_name_read(&name, NULL, given, strlen(given)) == LW_OK);
        LW_ASSERT(strcmp(lwi_buf_peek_text(&name), given) == 0);
        at += strlen(text) + 1;
    }
    LW_ASSERT(count == olean->count);
    lwi_buf_fini(&name);
}

/* The two ends, with a gap of the middle third. */
static void
check_ends(const uint8_t *data, size_t size, int whole_rc,
           const struct lwi_olean *whole)
{
    const char *text = (const char *)data;
    size_t cut = size / 3;
    struct lwi_olean_bytes bytes = { .head = { text, cut },
                                     .tail = { text + size - cut, cut },
                                     .size = size };
    struct lwi_olean olean;
    const char *fault;
    int rc = lwi_olean_read(&olean, &bytes, &fault);

    LW_ASSERT(rc == whole_rc || rc == LW_MORE || rc == LW_EFILE);
    if (rc == LW_OK && whole_rc == LW_OK) {
        LW_ASSERT(olean.count == whole->count);
        LW_ASSERT(olean.imports.size == whole->imports.size);
    }
    lwi_olean_fini(&olean);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lwi_olean_bytes bytes = { .head = { (const char *)data, size },
                                     .size = size };
    struct lwi_olean olean;
    const char *fault = NULL;
    int rc = lwi_olean_read(&olean, &bytes, &fault);

    LW_ASSERT(rc == LW_OK || rc == LW_EFILE);
    LW_ASSERT(fault != NULL);
    if (rc == LW_OK)
        check_names(&olean);
    check_ends(data, size, rc, &olean);
    lwi_olean_fini(&olean);
    return 0;
}
