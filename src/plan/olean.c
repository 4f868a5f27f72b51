/* olean.c - what a compiled module imports. */
#include "plan/olean.h"

#include <lean_worker/request.h>

#include "plan/name.h"

#define MARK "olean"
#define MARK_SIZE 5
#define VERSION 2     /* of the header */
#define BASE_AT 80    /* behind mark, version, flags, Lean's version, commit */
#define OBJECT_SIZE 8 /* refcount, size, fields, tag */
#define TAG_ARRAY 246
#define TAG_STRING 249
#define TAG_CONSTRUCTOR_MAX 244
#define FIELDS_MIN 4 /* of the root: imports, names, constants, … */
#define IMPORTS_MAX 65536u

static const char not_an_olean[] = "it is not an .olean file";
static const char other_version[] =
    "it was written by a Lean whose .olean files have another form";
static const char broken[] = "its objects do not fit together";
static const char bad_name[] = "it imports something that is no module's name";

/* One reading, with a width of words and a place of the root. */
struct reader {
    const struct lwi_olean_bytes *bytes;
    struct lwi_olean *out;
    unsigned word;
    uint64_t base;
    const char *fault;
};

struct object {
    uint64_t at; /* offset in the file */
    unsigned tag;
    unsigned fields;
};

/* ---- bytes ---- */

/* LW_OK with *p; LW_MORE where they were not read; LW_EFILE: not there. */
static int
peek(const struct lwi_olean_bytes *bytes, uint64_t at, uint64_t size,
     const unsigned char **p)
{
    uint64_t tail_at = bytes->size - bytes->tail.size;

    if (at > bytes->size || size > bytes->size - at)
        return LW_EFILE;
    if (at + size <= bytes->head.size)
        *p = (const unsigned char *)bytes->head.data + at;
    else if (at >= tail_at)
        *p = (const unsigned char *)bytes->tail.data + (at - tail_at);
    else
        return LW_MORE;
    return LW_OK;
}

static uint64_t
little_endian(const unsigned char *p, unsigned size)
{
    uint64_t value = 0;

    while (size-- > 0)
        value = value << 8 | p[size];
    return value;
}

static int
read_word(const struct reader *r, uint64_t at, uint64_t *value)
{
    const unsigned char *p;
    int rc = peek(r->bytes, at, r->word, &p);

    if (rc == LW_OK)
        *value = little_endian(p, r->word);
    return rc;
}

/* ---- objects ---- */

/* What an address of the file's own place leads to. */
static int
read_object(const struct reader *r, uint64_t address, struct object *object)
{
    const unsigned char *p;
    int rc;

    if (address < r->base || (address & 3) != 0)
        return LW_EFILE;
    object->at = address - r->base;
    rc = peek(r->bytes, object->at, OBJECT_SIZE, &p);
    if (rc == LW_OK) {
        object->fields = p[6];
        object->tag = p[7];
    }
    return rc;
}

static int
read_field(const struct reader *r, const struct object *object, unsigned field,
           uint64_t *value)
{
    return read_word(r, object->at + OBJECT_SIZE + (uint64_t)field * r->word,
                     value);
}

/* A byte behind the fields of a constructor. */
static int
read_flag(const struct reader *r, const struct object *object, unsigned flag,
          bool *value)
{
    const unsigned char *p;
    int rc = peek(r->bytes,
                  object->at + OBJECT_SIZE +
                      (uint64_t)object->fields * r->word + flag,
                  1, &p);

    if (rc == LW_OK)
        *value = p[0] != 0;
    return rc;
}

/* size, capacity, characters, bytes; the size counts a NUL. */
static int
read_string(const struct reader *r, uint64_t address, lw_span *text)
{
    struct object object;
    const unsigned char *p;
    uint64_t size;
    int rc = read_object(r, address, &object);

    if (rc == LW_OK && object.tag != TAG_STRING)
        rc = LW_EFILE;
    if (rc == LW_OK)
        rc = read_field(r, &object, 0, &size);
    if (rc == LW_OK && (size == 0 || size > LWI_NAME_MAX))
        rc = LW_EFILE;
    if (rc == LW_OK)
        rc = peek(r->bytes, object.at + OBJECT_SIZE + 3ull * r->word, size, &p);
    if (rc == LW_OK)
        *text = (lw_span){ (const char *)p, (size_t)size - 1 };
    return rc;
}

/* ---- a name ---- */

/* Name.str prefix part; the anonymous name is a boxed 0: the word 1. */
static int
read_name(struct reader *r, uint64_t address, struct lwi_buf *name)
{
    lw_span parts[LWI_NAME_PARTS_MAX];
    struct object object;
    uint64_t part;
    size_t count = 0;
    int rc = LW_OK;

    while (rc == LW_OK && address != 1) {
        rc = count == LWI_COUNT(parts) ? LW_EFILE
                                       : read_object(r, address, &object);
        if (rc == LW_OK && (object.tag != 1 || object.fields != 2))
            rc = LW_EFILE;
        if (rc == LW_OK)
            rc = read_field(r, &object, 1, &part);
        if (rc == LW_OK)
            rc = read_string(r, part, &parts[count++]);
        if (rc == LW_OK)
            rc = read_field(r, &object, 0, &address);
    }
    if (rc == LW_OK && count == 0)
        rc = LW_EFILE;
    while (rc == LW_OK && count-- > 0)
        rc = lwi_name_add(name, parts[count].data, parts[count].size);
    if (rc == LW_EINVAL) {
        r->fault = bad_name;
        rc = LW_EFILE;
    }
    return rc;
}

/* ---- imports ---- */

/*
 * Import: module | importAll, isExported, isMeta. Before Lean had modules of
 * its own kind there was one flag, runtimeOnly; the others read as 0 there.
 * is_new tells them apart: then everything is exported.
 */
static int
put_modifiers(struct reader *r, const struct object *import, bool is_new)
{
    static const char *const words[] = { "public ", "meta ", "all " };
    static const unsigned flags[] = { 1, 2, 0 };
    bool set;
    int rc = LW_OK;
    size_t i;

    for (i = 0; rc == LW_OK && i < LWI_COUNT(words); i++) {
        set = i == 0;
        if (is_new)
            rc = read_flag(r, import, flags[i], &set);
        if (rc == LW_OK && set)
            rc = lwi_buf_append_text(&r->out->imports, words[i]);
    }
    return rc;
}

static int
read_import(struct reader *r, uint64_t address, bool is_new)
{
    struct lwi_buf name;
    struct object import;
    uint64_t module;
    int rc = read_object(r, address, &import);

    lwi_buf_init(&name, &lwi_system_allocator);
    if (rc == LW_OK && (import.tag != 0 || import.fields != 1))
        rc = LW_EFILE;
    if (rc == LW_OK)
        rc = read_field(r, &import, 0, &module);
    if (rc == LW_OK)
        rc = read_name(r, module, &name);
    if (rc == LW_OK)
        rc = put_modifiers(r, &import, is_new);
    if (rc == LW_OK)
        rc = lwi_buf_append(&r->out->imports, lwi_buf_peek_text(&name),
                            name.size + 1);
    if (rc == LW_OK) {
        r->out->count++;
        if (strcmp(name.data, "Init") == 0)
            r->out->has_init = true;
    }
    lwi_buf_fini(&name);
    return rc;
}

static int
read_imports(struct reader *r, uint64_t address, bool is_new)
{
    struct object array;
    uint64_t count, import, i;
    int rc = read_object(r, address, &array);

    if (rc == LW_OK && array.tag != TAG_ARRAY)
        rc = LW_EFILE;
    if (rc == LW_OK)
        rc = read_field(r, &array, 0, &count);
    if (rc == LW_OK && count > IMPORTS_MAX)
        rc = LW_EFILE;
    for (i = 0; rc == LW_OK && i < count; i++) {
        rc = read_word(r, array.at + OBJECT_SIZE + (2 + i) * r->word, &import);
        if (rc == LW_OK)
            rc = read_import(r, import, is_new);
    }
    return rc;
}

/* ---- the module ---- */

/* "4.22.0" and later have the module system's flags. */
static bool
has_module_system(const unsigned char *version)
{
    unsigned parts[2] = { 0, 0 };
    size_t i, part = 0;

    for (i = 0; i < 33 && part < 2; i++) {
        if (version[i] == '.')
            part++;
        else if (version[i] >= '0' && version[i] <= '9' && parts[part] < 10000)
            parts[part] = parts[part] * 10 + (unsigned)(version[i] - '0');
        else
            break;
    }
    return parts[0] > 4 || (parts[0] == 4 && parts[1] >= 22);
}

static int
read_module(struct reader *r, uint64_t address)
{
    struct object module;
    const unsigned char *version;
    uint64_t imports;
    bool is_new;
    int rc = read_object(r, address, &module);

    if (rc == LW_OK && (module.tag != 0 || module.fields < FIELDS_MIN ||
                        module.tag > TAG_CONSTRUCTOR_MAX))
        rc = LW_EFILE;
    if (rc == LW_OK)
        rc = read_field(r, &module, 0, &imports);
    if (rc == LW_OK)
        rc = peek(r->bytes, 7, 33, &version);
    if (rc != LW_OK)
        return rc;
    is_new = has_module_system(version);
    if (is_new)
        rc = read_flag(r, &module, 0, &r->out->is_module);
    return rc == LW_OK ? read_imports(r, imports, is_new) : rc;
}

/* One guess at the form: LW_EFILE where it does not fit. */
static int
try_form(struct reader *r, unsigned word, bool root_is_first)
{
    uint64_t root, first = BASE_AT + word;
    int rc;

    r->word = word;
    r->out->count = 0;
    r->out->imports.size = 0;
    r->out->is_module = r->out->has_init = false;
    rc = read_word(r, BASE_AT, &r->base);
    if (rc == LW_OK && r->bytes->size < first + word)
        rc = LW_EFILE;
    if (rc == LW_OK)
        rc = read_word(r, root_is_first ? first : r->bytes->size - word, &root);
    return rc == LW_OK ? read_module(r, root) : rc;
}

int
lwi_olean_read(struct lwi_olean *out, const struct lwi_olean_bytes *bytes,
               const char **fault)
{
    struct reader r = { .bytes = bytes, .out = out, .fault = broken };
    const unsigned char *head;
    int rc = LW_EFILE, form;

    *out = (struct lwi_olean){ .count = 0 };
    lwi_buf_init(&out->imports, &lwi_system_allocator);
    *fault = not_an_olean;
    if (peek(bytes, 0, BASE_AT, &head) != LW_OK ||
        memcmp(head, MARK, MARK_SIZE) != 0)
        return LW_EFILE;
    *fault = other_version;
    if (head[MARK_SIZE] != VERSION)
        return LW_EFILE;
    for (form = 0; rc == LW_EFILE && form < 4; form++)
        rc = try_form(&r, form < 2 ? 8 : 4, form % 2 == 0);
    *fault = rc == LW_EFILE ? r.fault : "";
    return rc;
}

void
lwi_olean_fini(struct lwi_olean *olean)
{
    lwi_buf_fini(&olean->imports);
}
