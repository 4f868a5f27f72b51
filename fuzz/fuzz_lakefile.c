/*
 * fuzz_lakefile.c - a lakefile.toml, as anybody may write it: what toml++ and
 * this project make of it.
 *
 *   input:  the text
 *
 * It is understood or refused. Where it is understood, all that must be there
 * is, and a second reading says the same.
 */
#include "project/lakefile.h"

#include "fuzz.h"

static void
check_list(const struct lwi_strings *list)
{
    size_t i;

    for (i = 0; i < list->count; i++)
        LW_ASSERT(list->items[i] != NULL && list->items[i][0] != '\0');
}

static void
check_library(const struct lwi_lake_library *library)
{
    LW_ASSERT(library->name != NULL && library->name[0] != '\0');
    LW_ASSERT(library->folder != NULL && library->folder[0] != '\0');
    LW_ASSERT(library->roots.count > 0 && library->globs.count > 0);
    check_list(&library->roots);
    check_list(&library->globs);
    check_list(&library->flags.options);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lwi_lakefile first, second;
    lw_error err = LW_ERROR_INIT;
    int rc = lwi_lakefile_parse(&first, (const char *)data, size, "L", &err);
    size_t i;

    LW_ASSERT(rc == LW_OK || rc == LW_EPROJECT);
    LW_ASSERT(rc == err.status);
    LW_ASSERT(rc != LW_OK || first.package != NULL);
    LW_ASSERT(rc == LW_OK || (first.count == 0 && first.package == NULL));
    for (i = 0; i < first.count; i++)
        check_library(&first.libraries[i]);
    LW_ASSERT(
        lwi_lakefile_parse(&second, (const char *)data, size, "L", NULL) == rc);
    LW_ASSERT(second.count == first.count);
    lwi_lakefile_fini(&first);
    lwi_lakefile_fini(&second);
    return 0;
}
