/* metadata.c - what a package says of itself. */
#include <lean_worker/metadata.h>

#include "capability/capability.h"
#include "base/alloc.h"
#include "base/error.h"
#include "capability/json.h"

#define READING "read metadata"
#define COMPARING "compare metadata"
#define METADATA_MAGIC 0x4d3c92e1u

/* The public struct and the JSON that its texts are borrowed from. */
struct owned {
    lw_metadata metadata; /* first: the public pointer is the block's */
    uint32_t magic;
    struct lwi_json json;
    char *extra;
    lw_named_version *lists[2];
};

/* ---- parsing ---- */

static lw_named_version *
read_versions(struct lwi_json *json, const char *name, size_t *count)
{
    const json_t *list = lwi_json_list(json, json->root, "", name);
    lw_named_version *versions;
    char at[32], at_item[64];
    const json_t *item;
    size_t i;

    *count = json_array_size(list);
    versions =
        lwi_alloc_array(&lwi_system_allocator, *count, sizeof(*versions));
    if (versions == NULL) {
        json->no_memory = true;
        return NULL;
    }
    snprintf(at, sizeof(at), "/%s", name);
    for (i = 0; i < *count; i++) {
        item = lwi_json_item(json, list, at, i, at_item, sizeof(at_item));
        versions[i].name = lwi_json_text(json, item, at_item, "name", NULL);
        versions[i].version =
            lwi_json_text(json, item, at_item, "version", NULL);
    }
    return versions;
}

static void
fill(struct owned *owned)
{
    struct lwi_json *json = &owned->json;
    lw_metadata *metadata = &owned->metadata;

    owned->lists[0] = read_versions(json, "commands", &metadata->command_count);
    owned->lists[1] =
        read_versions(json, "capabilities", &metadata->capability_count);
    owned->extra = lwi_json_write(json_object_get(json->root, "extra"));
    json->no_memory |= owned->extra == NULL;
    metadata->commands = owned->lists[0];
    metadata->capabilities = owned->lists[1];
    metadata->lean_version =
        lwi_json_text(json, json->root, "", "lean_version", "");
    metadata->extra = owned->extra;
}

int
lw_metadata_parse(lw_metadata **out, lw_span json, lw_error *err)
{
    struct owned *owned;
    int rc;

    if (out == NULL)
        return lwi_fail(err, LW_EINVAL, READING, "out is NULL");
    *out = NULL;
    owned = lwi_alloc(&lwi_system_allocator, sizeof(*owned));
    if (owned == NULL)
        return lwi_fail(err, LW_ENOMEM, READING, "out of memory");
    owned->magic = METADATA_MAGIC;
    lwi_json_init(&owned->json, json);
    if (!owned->json.failed)
        fill(owned);
    rc = lwi_json_result(&owned->json, LW_EMETADATA, READING, err);
    if (rc != LW_OK)
        lw_metadata_destroy(&owned->metadata);
    else
        *out = &owned->metadata;
    return rc;
}

/* The block of a public pointer; NULL where it is none of ours. */
static const struct owned *
owned_of(const lw_metadata *metadata)
{
    const struct owned *owned = (const struct owned *)metadata;

    return LWI_VALID(owned, METADATA_MAGIC) ? owned : NULL;
}

void
lw_metadata_destroy(lw_metadata *metadata)
{
    struct owned *owned = (struct owned *)metadata;

    if (!LWI_VALID(owned, METADATA_MAGIC))
        return;
    owned->magic = 0;
    lwi_json_fini(&owned->json);
    free(owned->extra);
    lwi_free(&lwi_system_allocator, owned->lists[0]);
    lwi_free(&lwi_system_allocator, owned->lists[1]);
    lwi_free(&lwi_system_allocator, owned);
}

/* ---- comparing ---- */

static const lw_named_version *
find_version(const lw_named_version *list, size_t count, const char *name)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (strcmp(list[i].name, name) == 0)
            return &list[i];
    }
    return NULL;
}

static int
includes(const char *what, const lw_named_version *actual, size_t actual_count,
         const lw_named_version *expected, size_t expected_count, lw_error *err)
{
    const lw_named_version *found;
    size_t i;

    for (i = 0; i < expected_count; i++) {
        found = find_version(actual, actual_count, expected[i].name);
        if (found == NULL)
            return lwi_fail(err, LW_EMISMATCH, COMPARING,
                            "%s `%s` of version `%s` was expected; there is "
                            "none of that name",
                            what, expected[i].name, expected[i].version);
        if (strcmp(found->version, expected[i].version) != 0)
            return lwi_fail(err, LW_EMISMATCH, COMPARING,
                            "%s `%s`: version `%s` was expected, it has `%s`",
                            what, expected[i].name, expected[i].version,
                            found->version);
    }
    return LW_OK;
}

static int
compare_included(const lw_metadata *actual, const lw_metadata *expected,
                 lw_error *err)
{
    int rc = includes("command", actual->commands, actual->command_count,
                      expected->commands, expected->command_count, err);

    if (rc == LW_OK)
        rc = includes("capability", actual->capabilities,
                      actual->capability_count, expected->capabilities,
                      expected->capability_count, err);
    if (rc == LW_OK && expected->lean_version[0] != '\0' &&
        strcmp(expected->lean_version, actual->lean_version) != 0)
        rc = lwi_fail(err, LW_EMISMATCH, COMPARING,
                      "Lean `%s` was expected, it says `%s`",
                      expected->lean_version, actual->lean_version);
    return rc;
}

/* Both as JSON; the message's size cuts them. */
static int
tell_difference(const struct owned *actual, const struct owned *expected,
                lw_error *err)
{
    char *there = lwi_json_write(actual->json.root);
    char *wanted = lwi_json_write(expected->json.root);
    int rc = lwi_fail(err, LW_EMISMATCH, COMPARING,
                      "expected %.400s, but it says %.400s",
                      wanted != NULL ? wanted : "other metadata",
                      there != NULL ? there : "something else");

    free(there);
    free(wanted);
    return rc;
}

int
lw_metadata_compare(const lw_metadata *actual, const lw_metadata *expected,
                    lw_metadata_match match, lw_error *err)
{
    const struct owned *there = owned_of(actual);
    const struct owned *wanted = owned_of(expected);

    if (there == NULL || wanted == NULL)
        return lwi_fail(err, LW_EINVAL, COMPARING,
                        "both must come from lw_metadata_parse");
    switch (match) {
    case LW_METADATA_INCLUDES:
        return compare_included(actual, expected, err);
    case LW_METADATA_EXACT:
        return json_equal(there->json.root, wanted->json.root)
                   ? LW_OK
                   : tell_difference(there, wanted, err);
    }
    return lwi_fail(err, LW_EINVAL, COMPARING, "no such match: %d", (int)match);
}

int
lwi_metadata_meets(const lw_metadata *actual,
                   const lw_metadata_expectation *wanted, lw_error *err)
{
    lw_metadata *expected = NULL;
    int rc;

    if (wanted->expected.size == 0)
        return LW_OK;
    rc = lw_metadata_parse(&expected, wanted->expected, err);
    if (rc == LW_OK)
        rc = lw_metadata_compare(actual, expected, wanted->match, err);
    lw_metadata_destroy(expected);
    return rc;
}
