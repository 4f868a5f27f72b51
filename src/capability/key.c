/* key.c - when two callers may share a worker. */
#include "capability/key.h"

#include <jansson.h>

#include "base/buf.h"
#include "base/c_locale.h"
#include "base/error.h"
#include "base/fnv.h"
#include "base/text.h"
#include "capability/json.h"
#include "proto/utf8.h"

#define MAKING "make a session key"
#define KEY_MAGIC 0xb7a05e39u

struct lw_session_key {
    uint32_t magic;
    uint64_t hash;
    lw_policy_class policy_class;
    size_t project_root; /* offsets in bytes */
    size_t package;
    size_t library;
    size_t toolchain;
    const char **imports; /* into bytes; NULL at the end */
    struct lwi_buf bytes;
};

/* A key in the making. The first failure stays. */
struct maker {
    lw_session_key *key;
    lw_error *err;
    int rc;
};

/* ---- parts ---- */

static void
put(struct maker *m, const void *bytes, size_t size)
{
    if (m->rc == LW_OK && lwi_buf_append(&m->key->bytes, bytes, size) != LW_OK)
        m->rc = lwi_fail(m->err, LW_ENOMEM, MAKING, "out of memory");
}

static void
put_text(struct maker *m, const char *member, const char *text)
{
    size_t size = text != NULL ? strlen(text) : 0;

    if (m->rc == LW_OK && lwi_utf8_valid_prefix(text, size) < size)
        m->rc = lwi_fail(m->err, LW_EINVAL, MAKING, "%s is not UTF-8", member);
    put(m, text != NULL ? text : "", size);
    put(m, "", 1);
}

static void
put_list(struct maker *m, const char *member, const char *const *items)
{
    for (; items != NULL && *items != NULL; items++) {
        put(m, "\1", 1);
        put_text(m, member, *items);
    }
    put(m, "", 1);
}

/* As a value: compact, with sorted members. Empty text stays empty. */
static void
put_json(struct maker *m, const char *member, lw_span json)
{
    json_error_t error;
    locale_t before;
    json_t *value;
    char *text;

    if (m->rc != LW_OK || json.size == 0) {
        put_text(m, member, "");
        return;
    }
    before = lwi_c_locale_enter();
    value = json_loadb(json.data, json.size,
                       JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    lwi_c_locale_leave(before);
    if (value == NULL) {
        m->rc = lwi_fail(m->err, LW_EINVAL, MAKING, "%s is no JSON: %s", member,
                         error.text);
        return;
    }
    text = lwi_json_write(value);
    json_decref(value);
    if (text == NULL)
        m->rc = lwi_fail(m->err, LW_ENOMEM, MAKING, "out of memory");
    put_text(m, member, text);
    free(text);
}

static void
put_metadata(struct maker *m, const lw_metadata_expectation *metadata)
{
    char match = (char)('0' + (int)metadata->match);

    if (metadata->export_name == NULL) {
        put(m, "\0", 1);
        return;
    }
    put(m, "\1", 1);
    put_text(m, "metadata.export_name", metadata->export_name);
    put_json(m, "metadata.request", metadata->request);
    put_json(m, "metadata.expected", metadata->expected);
    put(m, &match, 1);
}

/* ---- the whole ---- */

/* Pointers to the imports, which begin at an offset of the bytes. */
static void
point_at_imports(struct maker *m, size_t offset, size_t count)
{
    lw_session_key *key = m->key;
    size_t i;

    if (m->rc != LW_OK)
        return;
    key->imports = lwi_alloc_array(&lwi_system_allocator, count + 1,
                                   sizeof(*key->imports));
    if (key->imports == NULL) {
        m->rc = lwi_fail(m->err, LW_ENOMEM, MAKING, "out of memory");
        return;
    }
    for (i = 0; i < count; i++) {
        key->imports[i] = key->bytes.data + offset + 1; /* behind the 1 */
        offset += 1 + strlen(key->imports[i]) + 1;
    }
}

static void
build(struct maker *m, const lw_session_key_spec *spec)
{
    lw_session_key *key = m->key;
    size_t imports;
    char policy_class = (char)('0' + (int)spec->policy_class);

    key->policy_class = spec->policy_class;
    key->project_root = key->bytes.size;
    put_text(m, "project_root", spec->project_root);
    key->package = key->bytes.size;
    put_text(m, "package", spec->package);
    key->library = key->bytes.size;
    put_text(m, "library", spec->library);
    imports = key->bytes.size;
    put_list(m, "imports", spec->imports);
    put_metadata(m, &spec->metadata);
    key->toolchain = key->bytes.size;
    put_text(m, "toolchain", spec->toolchain);
    put(m, &policy_class, 1);
    put_list(m, "more", spec->more);
    point_at_imports(m, imports, lwi_count_texts(spec->imports));
    key->hash = lwi_fnv_bytes(LWI_FNV_INIT, key->bytes.data, key->bytes.size);
}

static int
check_spec(lw_session_key **out, const lw_session_key_spec *spec, lw_error *err)
{
    if (out == NULL || spec == NULL || spec->struct_size != sizeof(*spec))
        return lwi_fail(err, LW_EINVAL, MAKING,
                        "it needs a key to fill in and "
                        "LW_SESSION_KEY_SPEC_INIT");
    *out = NULL;
    if (spec->policy_class != LW_POLICY_DEFAULT &&
        spec->policy_class != LW_POLICY_CUSTOM)
        return lwi_fail(err, LW_EINVAL, MAKING,
                        "policy_class is no lw_policy_class");
    if (spec->metadata.match != LW_METADATA_INCLUDES &&
        spec->metadata.match != LW_METADATA_EXACT)
        return lwi_fail(err, LW_EINVAL, MAKING,
                        "metadata.match is no lw_metadata_match");
    return LW_OK;
}

int
lw_session_key_create(lw_session_key **out, const lw_session_key_spec *spec,
                      lw_error *err)
{
    struct maker m = { .err = err };

    m.rc = check_spec(out, spec, err);
    if (m.rc != LW_OK)
        return m.rc;
    m.key = lwi_alloc(&lwi_system_allocator, sizeof(*m.key));
    if (m.key == NULL)
        return lwi_fail(err, LW_ENOMEM, MAKING, "out of memory");
    m.key->magic = KEY_MAGIC;
    lwi_buf_init(&m.key->bytes, &lwi_system_allocator);
    build(&m, spec);
    if (m.rc == LW_OK)
        *out = m.key;
    else
        lw_session_key_destroy(m.key);
    return m.rc;
}

void
lw_session_key_destroy(lw_session_key *key)
{
    if (!LWI_VALID(key, KEY_MAGIC))
        return;
    key->magic = 0;
    lwi_buf_fini(&key->bytes);
    lwi_free(&lwi_system_allocator, key->imports);
    lwi_free(&lwi_system_allocator, key);
}

/* ---- looking ---- */

lw_span
lwi_session_key_identity(const lw_session_key *key)
{
    return (lw_span){ key->bytes.data, key->bytes.size };
}

int
lw_session_key_compare(const lw_session_key *a, const lw_session_key *b)
{
    size_t common =
        a->bytes.size < b->bytes.size ? a->bytes.size : b->bytes.size;
    int order = memcmp(a->bytes.data, b->bytes.data, common);

    if (order != 0)
        return order;
    return (a->bytes.size > b->bytes.size) - (a->bytes.size < b->bytes.size);
}

uint64_t
lw_session_key_hash(const lw_session_key *key)
{
    return key->hash;
}

const char *
lw_session_key_get_project_root(const lw_session_key *key)
{
    return key->bytes.data + key->project_root;
}

const char *
lw_session_key_get_package(const lw_session_key *key)
{
    return key->bytes.data + key->package;
}

const char *
lw_session_key_get_library(const lw_session_key *key)
{
    return key->bytes.data + key->library;
}

const char *
lw_session_key_get_toolchain(const lw_session_key *key)
{
    return key->bytes.data + key->toolchain;
}

const char *const *
lw_session_key_get_imports(const lw_session_key *key)
{
    return (const char *const *)key->imports;
}

lw_policy_class
lw_session_key_get_policy_class(const lw_session_key *key)
{
    return key->policy_class;
}
