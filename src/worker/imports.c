/* imports.c - imports that a caller names, in the form that Lean's side uses.
 */
#include "worker/imports.h"

#include <stdio.h>

static const char init[] = "public Init";
static const char separator[] = "; ";

lw_span
lwi_import_name(lw_span import)
{
    static const char *const modifiers[] = { "public ", "meta ", "all " };
    size_t i, size;

    for (i = 0; i < LWI_COUNT(modifiers); i++) {
        size = strlen(modifiers[i]);
        if (import.size < size || memcmp(import.data, modifiers[i], size) != 0)
            continue;
        import.data += size;
        import.size -= size;
    }
    return import;
}

void
lwi_imports_check(struct lwi_spec_check *check, const char *const *names)
{
    char item[64];
    size_t i;

    for (i = 0; names != NULL && names[i] != NULL; i++) {
        snprintf(item, sizeof(item), "imports[%zu]", i);
        lwi_spec_string(check, item, names[i]);
        lwi_spec_module(check, item,
                        lwi_import_name(lwi_span_of(names[i])).data);
    }
}

static bool
is_there(const struct lwi_imports *imports, lw_span text)
{
    size_t i;

    for (i = 0; i < imports->count; i++)
        if (imports->items[i].size == text.size &&
            memcmp(imports->items[i].data, text.data, text.size) == 0)
            return true;
    return false;
}

/*
 * Appends one to the key, and takes it back where it was there before. The
 * key's memory is reserved, so that items can point into it.
 */
static void
add(struct lwi_imports *imports, const char *name)
{
    struct lwi_buf *key = &imports->key;
    bool bare = lwi_import_name(lwi_span_of(name)).size == strlen(name);
    size_t before = key->size, start;
    lw_span text;

    if (before > 0)
        lwi_buf_append_text(key, separator);
    start = key->size;
    if (bare)
        lwi_buf_append_text(key, "public ");
    lwi_buf_append_text(key, name);
    text = (lw_span){ key->data + start, key->size - start };
    if (is_there(imports, text))
        key->size = before;
    else
        imports->items[imports->count++] = text;
}

int
lwi_imports_init(struct lwi_imports *imports, const lw_allocator *allocator,
                 const char *const *names)
{
    size_t count = 0, bytes = sizeof(init), i;

    *imports = (struct lwi_imports){ .count = 0 };
    lwi_buf_init(&imports->key, allocator);
    for (; names != NULL && names[count] != NULL; count++)
        bytes += strlen(names[count]) + sizeof("public ; ");
    imports->items =
        lwi_alloc_array(allocator, count + 1, sizeof(*imports->items));
    if (imports->items == NULL ||
        lwi_buf_reserve(&imports->key, bytes) != LW_OK)
        return LW_ENOMEM;
    add(imports, init);
    for (i = 0; i < count; i++)
        add(imports, names[i]);
    return LW_OK;
}

void
lwi_imports_fini(struct lwi_imports *imports)
{
    lwi_free(imports->key.allocator, imports->items);
    lwi_buf_fini(&imports->key);
}
