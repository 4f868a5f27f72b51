/*
 * lakefile.c - what a lakefile.toml says of a package's modules. The text is
 * all that it knows: lakefile_read.c finds it.
 */
#include "project/lakefile.h"

#include "base/error.h"
#include "base/path.h"
#include "project/lakefile_reading.h"

#define DOING "read a lakefile"
#define LIBRARIES_MAX 1024

void
lwi_lakefile_no_memory(struct lwi_lakefile_reading *r)
{
    r->rc = lwi_fail(r->err, LW_ENOMEM, DOING, "out of memory");
}

void
lwi_lakefile_wrong(struct lwi_lakefile_reading *r, const json_t *table,
                   const char *key, const char *wanted)
{
    if (r->rc != LW_OK)
        return;
    if (json_object_get(table, key) == NULL)
        r->rc =
            lwi_fail(r->err, LW_EPROJECT, DOING,
                     "%s, line %u: there is no %s, which must be %s", r->label,
                     lwi_toml_line(table, LWI_TOML_SELF), key, wanted);
    else
        r->rc =
            lwi_fail(r->err, LW_EPROJECT, DOING, "%s, line %u: %s must be %s",
                     r->label, lwi_toml_line(table, key), key, wanted);
}

/* ---- values ---- */

/* The text of a member, or the fallback; a copy. */
static char *
read_text(struct lwi_lakefile_reading *r, const json_t *table, const char *key,
          const char *fallback)
{
    const json_t *value = json_object_get(table, key);
    const char *text = value == NULL ? fallback : json_string_value(value);
    char *copy;

    if (r->rc != LW_OK)
        return NULL;
    if (text == NULL || text[0] == '\0' ||
        (value != NULL && strlen(text) != json_string_length(value))) {
        lwi_lakefile_wrong(r, table, key, "a string that is not empty");
        return NULL;
    }
    copy = lwi_copy_text(&lwi_system_allocator, text);
    if (copy == NULL)
        lwi_lakefile_no_memory(r);
    return copy;
}

static void
add_text(struct lwi_lakefile_reading *r, struct lwi_strings *list,
         const json_t *table, const char *key, const json_t *value)
{
    const char *text = json_string_value(value);

    if (r->rc != LW_OK)
        return;
    if (text == NULL || text[0] == '\0' ||
        strlen(text) != json_string_length(value))
        lwi_lakefile_wrong(r, table, key, "a string, or a list of strings");
    else if (lwi_strings_add(list, text) != LW_OK)
        lwi_lakefile_no_memory(r);
}

/* A list, or one string that stands for a list of one. */
void
lwi_lakefile_texts(struct lwi_lakefile_reading *r, struct lwi_strings *list,
                   const json_t *table, const char *key)
{
    const json_t *value = json_object_get(table, key);
    size_t i;

    if (value != NULL && !json_is_array(value))
        add_text(r, list, table, key, value);
    for (i = 0; i < json_array_size(value); i++)
        add_text(r, list, table, key, json_array_get(value, i));
}

/* ---- libraries ---- */

static void
library_fini(struct lwi_lake_library *library)
{
    lwi_free(&lwi_system_allocator, library->name);
    lwi_free(&lwi_system_allocator, library->folder);
    lwi_strings_fini(&library->roots);
    lwi_strings_fini(&library->globs);
    lwi_lake_flags_fini(&library->flags);
}

static void
add_library(struct lwi_lakefile_reading *r,
            const struct lwi_lake_library *library)
{
    struct lwi_lakefile *out = r->out;
    struct lwi_lake_library *grown;
    size_t room = out->room == 0 ? 8 : out->room * 2;

    if (out->count == out->room) {
        grown = lwi_resize(&lwi_system_allocator, out->libraries,
                           room * sizeof(*grown));
        if (grown == NULL) {
            lwi_lakefile_no_memory(r);
            return;
        }
        out->libraries = grown;
        out->room = room;
    }
    out->libraries[out->count++] = *library;
}

static void
add_default(struct lwi_lakefile_reading *r, struct lwi_strings *list,
            const char *text)
{
    if (r->rc == LW_OK && list->count == 0 &&
        lwi_strings_add(list, text) != LW_OK)
        lwi_lakefile_no_memory(r);
}

static void
read_roots(struct lwi_lakefile_reading *r, struct lwi_lake_library *library,
           const json_t *table)
{
    size_t i;

    if (library->is_program) {
        lwi_lakefile_texts(r, &library->roots, table, "root");
    } else {
        lwi_lakefile_texts(r, &library->roots, table, "roots");
        lwi_lakefile_texts(r, &library->globs, table, "globs");
    }
    add_default(r, &library->roots, library->name);
    if (library->globs.count > 0)
        return;
    for (i = 0; r->rc == LW_OK && i < library->roots.count; i++) {
        if (lwi_strings_add(&library->globs, library->roots.items[i]) != LW_OK)
            lwi_lakefile_no_memory(r);
    }
}

static void
read_library(struct lwi_lakefile_reading *r, const json_t *package,
             const json_t *table, bool is_program)
{
    struct lwi_lake_library library = { .is_program = is_program };
    char *above = read_text(r, package, "srcDir", ".");
    char *below = read_text(r, table, "srcDir", ".");

    library.name = read_text(r, table, "name", NULL);
    if (r->rc == LW_OK) {
        library.folder = lwi_path_join(above, below);
        if (library.folder == NULL)
            lwi_lakefile_no_memory(r);
    }
    if (r->rc == LW_OK)
        read_roots(r, &library, table);
    lwi_lakefile_flags(r, &library.flags, package, table);
    if (r->rc == LW_OK)
        add_library(r, &library);
    if (r->rc != LW_OK)
        library_fini(&library);
    lwi_free(&lwi_system_allocator, above);
    lwi_free(&lwi_system_allocator, below);
}

/* [[lean_lib]], which is an array of tables. */
static void
read_libraries(struct lwi_lakefile_reading *r, const json_t *package,
               const char *key)
{
    const json_t *tables = json_object_get(package, key), *table;
    size_t i;

    if (tables != NULL && !json_is_array(tables))
        lwi_lakefile_wrong(r, package, key, "tables, as in [[lean_lib]]");
    if (json_array_size(tables) > LIBRARIES_MAX)
        lwi_lakefile_wrong(r, package, key, "no more than 1024 tables");
    for (i = 0; r->rc == LW_OK && i < json_array_size(tables); i++) {
        table = json_array_get(tables, i);
        if (!json_is_object(table))
            lwi_lakefile_wrong(r, package, key, "tables, as in [[lean_lib]]");
        else
            read_library(r, package, table, strcmp(key, "lean_exe") == 0);
    }
}

int
lwi_lakefile_parse(struct lwi_lakefile *out, const char *text, size_t size,
                   const char *label, lw_error *err)
{
    struct lwi_lakefile_reading r = { .out = out, .label = label, .err = err };
    struct lwi_toml_fault fault;
    json_t *package;

    *out = (struct lwi_lakefile){ .count = 0 };
    r.rc = lwi_toml_parse(&package, text, size, &fault);
    if (r.rc == LW_EPROJECT)
        return lwi_fail(err, LW_EPROJECT, DOING, "%s, line %u, column %u: %s",
                        label, fault.line, fault.column, fault.message);
    if (r.rc != LW_OK) {
        lwi_lakefile_no_memory(&r);
        return r.rc;
    }
    out->package = read_text(&r, package, "name", NULL);
    lwi_lakefile_texts(&r, &out->default_targets, package, "defaultTargets");
    lwi_lakefile_flags(&r, &out->flags, package, NULL);
    if (r.rc == LW_OK)
        read_libraries(&r, package, "lean_lib");
    if (r.rc == LW_OK)
        read_libraries(&r, package, "lean_exe");
    json_decref(package);
    if (r.rc != LW_OK)
        lwi_lakefile_fini(out);
    return r.rc;
}

void
lwi_lakefile_fini(struct lwi_lakefile *lakefile)
{
    while (lakefile->count > 0)
        library_fini(&lakefile->libraries[--lakefile->count]);
    lwi_free(&lwi_system_allocator, lakefile->libraries);
    lwi_free(&lwi_system_allocator, lakefile->package);
    lwi_strings_fini(&lakefile->default_targets);
    lwi_lake_flags_fini(&lakefile->flags);
    *lakefile = (struct lwi_lakefile){ .count = 0 };
}
