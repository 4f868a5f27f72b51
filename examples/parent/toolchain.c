/*
 * toolchain.c - which Lean would be used, why, and what else there is.
 *
 *     toolchain [WANTED]
 *
 * WANTED is a folder, a name of elan, or "embedded". No Lean is started.
 */
#include <stdio.h>

#include <lean_worker/lean_worker.h>

/* One of the six places that are looked at, in their order. */
static int
show(const lw_toolchain_candidate *candidate, void *user)
{
    static const char *const marks[] = { " ", "!", "*" };
    size_t *usable = user;

    printf("  %s %-12s %s\n", marks[candidate->state],
           lw_toolchain_source_name(candidate->source),
           candidate->problem[0] != '\0' ? candidate->problem
                                         : candidate->reason);
    if (candidate->state == LW_CANDIDATE_USABLE)
        (*usable)++;
    return 0;
}

static void
describe(const lw_toolchain *toolchain)
{
    const char *const *folder = lw_toolchain_get_search_path(toolchain);

    printf("%s Lean %s\n",
           lw_toolchain_kind_name(lw_toolchain_get_kind(toolchain)),
           lw_toolchain_get_version(toolchain));
    printf("  in       %s\n", lw_toolchain_get_prefix(toolchain));
    printf("  because  %s (%s)\n", lw_toolchain_get_reason(toolchain),
           lw_toolchain_source_name(lw_toolchain_get_source(toolchain)));
    for (; *folder != NULL; folder++)
        printf("  library  %s\n", *folder);
}

int
main(int argc, char **argv)
{
    lw_toolchain_request request = LW_TOOLCHAIN_REQUEST_INIT;
    lw_toolchain *toolchain = NULL;
    lw_error err = LW_ERROR_INIT;
    size_t usable = 0;
    int rc;

    request.toolchain = argc > 1 ? argv[1] : NULL;
    printf("looked at, in this order (* usable, ! named and not usable):\n");
    rc = lw_toolchain_list(&request, show, &usable, &err);
    if (rc == LW_OK)
        printf("usable: %lu\n", (unsigned long)usable);
    if (rc == LW_OK)
        rc = lw_toolchain_find(&toolchain, &request, &err);
    if (rc == LW_OK)
        describe(toolchain);
    else
        fprintf(stderr, "toolchain: %s\n", err.message);
    lw_toolchain_destroy(toolchain);
    return rc == LW_OK ? 0 : 1;
}
