/*
 * toolchain.c - the order in which toolchains are looked for.
 *
 * The first place that names one decides, usable or not: to look on would run
 * files with another Lean than the one that was asked for.
 */
#include <lean_worker/toolchain.h>

#include "base/error.h"
#include "base/options.h"
#include "base/path.h"
#include "base/strings.h"
#include "toolchain/candidate.h"

#define TOOLCHAIN_MAGIC 0x6c77746fu

struct lw_toolchain {
    uint32_t magic;
    lw_toolchain_source source;
    struct lwi_prefix prefix;
    char *reason;
    struct lwi_strings search_path;
};

static const lw_toolchain_source order[] = {
    LW_TOOLCHAIN_FROM_OPTION,  LW_TOOLCHAIN_FROM_ENVIRONMENT,
    LW_TOOLCHAIN_FROM_PROJECT, LW_TOOLCHAIN_FROM_CONDA,
    LW_TOOLCHAIN_FROM_PATH,    LW_TOOLCHAIN_FROM_EMBEDDED,
};

/* ---- looking ---- */

static void
lookup_fini(struct lwi_lookup *lookup)
{
    lwi_elan_fini(&lookup->elan);
    lwi_free(&lwi_system_allocator, lookup->folder);
}

static int
lookup_init(struct lwi_lookup *lookup, const lw_toolchain_request *given,
            lw_error *err)
{
    lw_toolchain_request request = LW_TOOLCHAIN_REQUEST_INIT;

    *lookup = (struct lwi_lookup){ 0 };
    if (given != NULL && !lwi_options_read(&request, sizeof(request), given))
        return lwi_fail(err, LW_EINVAL, "toolchain find",
                        "struct_size is wrong, or the request has members "
                        "that this library does not know");
    if (request.project != NULL && request.project[0] != '/')
        return lwi_fail(err, LW_EINVAL, "toolchain find",
                        "the project folder must be absolute: %s",
                        request.project);
    lookup->project = request.project;
    if (request.toolchain != NULL && request.toolchain[0] != '\0')
        lookup->toolchain = request.toolchain;
    lookup->folder = lwi_path_resolve(".");
    if (lookup->folder == NULL && errno != ENOMEM)
        lookup->folder = lwi_path_printf("/");
    if (lookup->folder != NULL && lwi_elan_init(&lookup->elan) == LW_OK)
        return LW_OK;
    lookup_fini(lookup);
    return lwi_fail(err, LW_ENOMEM, "toolchain find", "out of memory");
}

/* Nothing anywhere: say where it was looked. */
static int
fail_absent(const struct lwi_strings *tried, lw_error *err)
{
    char *list = lwi_path_printf("%s", tried->items[0]), *longer;
    size_t i;
    int rc;

    for (i = 1; list != NULL && i < tried->count; i++) {
        longer = lwi_path_printf("%s; %s", list, tried->items[i]);
        lwi_free(&lwi_system_allocator, list);
        list = longer;
    }
    rc = list == NULL
             ? lwi_fail(err, LW_ENOMEM, "toolchain find", "out of memory")
             : lwi_fail(err, LW_ETOOLCHAIN, "toolchain find",
                        "no Lean toolchain: %s", list);
    lwi_free(&lwi_system_allocator, list);
    return rc;
}

/* The first place that names a toolchain. */
static int
decide(struct lwi_candidate *out, const struct lwi_lookup *lookup,
       lw_error *err)
{
    struct lwi_strings tried = { 0 };
    int rc = LW_OK;
    size_t i;

    for (i = 0; i < LWI_COUNT(order); i++) {
        rc = lwi_candidate_look(out, order[i], lookup);
        if (rc != LW_OK || out->state != LW_CANDIDATE_ABSENT)
            break;
        rc = lwi_strings_add(&tried, out->reason);
        lwi_candidate_fini(out);
        if (rc != LW_OK)
            break;
    }
    if (rc != LW_OK)
        lwi_fail(err, rc, "toolchain find", "out of memory");
    else if (i == LWI_COUNT(order))
        rc = fail_absent(&tried, err);
    lwi_strings_fini(&tried);
    return rc;
}

/* Moves what the candidate has into a toolchain. */
static int
make_toolchain(lw_toolchain **out, struct lwi_candidate *from)
{
    lw_toolchain *toolchain =
        lwi_alloc(&lwi_system_allocator, sizeof(*toolchain));

    if (toolchain == NULL)
        return LW_ENOMEM;
    if (lwi_strings_take(&toolchain->search_path,
                         lwi_path_join(from->prefix.folder, "lib/lean")) !=
        LW_OK) {
        lwi_free(&lwi_system_allocator, toolchain);
        return LW_ENOMEM;
    }
    toolchain->magic = TOOLCHAIN_MAGIC;
    toolchain->source = from->source;
    toolchain->prefix = from->prefix;
    toolchain->reason = from->reason;
    from->prefix = (struct lwi_prefix){ 0 };
    from->reason = NULL;
    *out = toolchain;
    return LW_OK;
}

int
lw_toolchain_find(lw_toolchain **out, const lw_toolchain_request *request,
                  lw_error *err)
{
    struct lwi_candidate found = { 0 };
    struct lwi_lookup lookup;
    int rc;

    if (out == NULL)
        return lwi_fail(err, LW_EINVAL, "toolchain find", "out is NULL");
    *out = NULL;
    rc = lookup_init(&lookup, request, err);
    if (rc != LW_OK)
        return rc;
    rc = decide(&found, &lookup, err);
    if (rc == LW_OK && found.state == LW_CANDIDATE_UNUSABLE)
        rc = lwi_fail(err, LW_ETOOLCHAIN, "toolchain find", "%s: %s",
                      found.reason, found.prefix.problem);
    else if (rc == LW_OK && make_toolchain(out, &found) != LW_OK)
        rc = lwi_fail(err, LW_ENOMEM, "toolchain find", "out of memory");
    lwi_candidate_fini(&found);
    lookup_fini(&lookup);
    return rc;
}

void
lw_toolchain_destroy(lw_toolchain *toolchain)
{
    if (!LWI_VALID(toolchain, TOOLCHAIN_MAGIC))
        return;
    toolchain->magic = 0;
    lwi_prefix_fini(&toolchain->prefix);
    lwi_strings_fini(&toolchain->search_path);
    lwi_free(&lwi_system_allocator, toolchain->reason);
    lwi_free(&lwi_system_allocator, toolchain);
}

/* ---- the list ---- */

/* Shows one place. */
static int
show(const struct lwi_candidate *candidate, lw_toolchain_candidate_cb each,
     void *user)
{
    lw_toolchain_candidate shown = {
        .source = candidate->source,
        .state = candidate->state,
        .kind = candidate->prefix.kind,
        .prefix = candidate->prefix.folder,
        .version = candidate->prefix.version,
        .reason = candidate->reason,
        .problem = candidate->prefix.problem,
    };

    if (shown.problem == NULL)
        shown.problem = "";
    return each(&shown, user) < 0 ? LW_ESINK : LW_OK;
}

int
lw_toolchain_list(const lw_toolchain_request *request,
                  lw_toolchain_candidate_cb each, void *user, lw_error *err)
{
    struct lwi_candidate candidate;
    struct lwi_lookup lookup;
    size_t i;
    int rc;

    if (each == NULL)
        return lwi_fail(err, LW_EINVAL, "toolchain list", "each is NULL");
    rc = lookup_init(&lookup, request, err);
    if (rc != LW_OK)
        return rc;
    for (i = 0; rc == LW_OK && i < LWI_COUNT(order); i++) {
        rc = lwi_candidate_look(&candidate, order[i], &lookup);
        if (rc == LW_OK) {
            rc = show(&candidate, each, user);
            lwi_candidate_fini(&candidate);
        }
    }
    lookup_fini(&lookup);
    if (rc != LW_OK)
        return lwi_fail(err, rc, "toolchain list", "%s", lw_status_text(rc));
    return LW_OK;
}

/* ---- what is known of one ---- */

lw_toolchain_kind
lw_toolchain_get_kind(const lw_toolchain *toolchain)
{
    return LWI_VALID(toolchain, TOOLCHAIN_MAGIC) ? toolchain->prefix.kind
                                                 : LW_TOOLCHAIN_NATIVE;
}

lw_toolchain_source
lw_toolchain_get_source(const lw_toolchain *toolchain)
{
    return LWI_VALID(toolchain, TOOLCHAIN_MAGIC) ? toolchain->source
                                                 : LW_TOOLCHAIN_FROM_OPTION;
}

const char *
lw_toolchain_get_prefix(const lw_toolchain *toolchain)
{
    return LWI_VALID(toolchain, TOOLCHAIN_MAGIC) ? toolchain->prefix.folder
                                                 : "";
}

const char *
lw_toolchain_get_version(const lw_toolchain *toolchain)
{
    return LWI_VALID(toolchain, TOOLCHAIN_MAGIC) ? toolchain->prefix.version
                                                 : "";
}

const char *
lw_toolchain_get_reason(const lw_toolchain *toolchain)
{
    return LWI_VALID(toolchain, TOOLCHAIN_MAGIC) ? toolchain->reason : "";
}

const char *const *
lw_toolchain_get_search_path(const lw_toolchain *toolchain)
{
    static const char *const none[] = { NULL };

    return LWI_VALID(toolchain, TOOLCHAIN_MAGIC)
               ? (const char *const *)toolchain->search_path.items
               : none;
}

const char *
lw_toolchain_kind_name(lw_toolchain_kind kind)
{
    switch (kind) {
    case LW_TOOLCHAIN_NATIVE:
        return "native";
    case LW_TOOLCHAIN_EMBEDDED:
        return "embedded";
    }
    return "unknown";
}

const char *
lw_toolchain_source_name(lw_toolchain_source source)
{
    switch (source) {
    case LW_TOOLCHAIN_FROM_OPTION:
        return "option";
    case LW_TOOLCHAIN_FROM_ENVIRONMENT:
        return "environment";
    case LW_TOOLCHAIN_FROM_PROJECT:
        return "project";
    case LW_TOOLCHAIN_FROM_CONDA:
        return "conda";
    case LW_TOOLCHAIN_FROM_PATH:
        return "path";
    case LW_TOOLCHAIN_FROM_EMBEDDED:
        return "embedded";
    }
    return "unknown";
}
