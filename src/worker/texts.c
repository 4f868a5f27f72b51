/* texts.c - what the caller gave: is it text, and as a list to send. */
#include "worker/texts.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"
#include "proto/utf8.h"

/* ---- checks ---- */

void
lwi_spec_fault(struct lwi_spec_check *check, const char *format, ...)
{
    char what[256];
    va_list args;

    if (check->rc != LW_OK)
        return;
    va_start(args, format);
    vsnprintf(what, sizeof(what), format, args);
    va_end(args);
    check->rc = lwi_fail(check->err, LW_EINVAL, check->doing, "%s", what);
}

void
lwi_spec_text(struct lwi_spec_check *check, const char *member, lw_span text)
{
    const char *nul;
    size_t valid;

    if (check->rc != LW_OK || text.size == 0)
        return;
    if (text.data == NULL) {
        lwi_spec_fault(check, "%s is NULL and has a size", member);
        return;
    }
    valid = lwi_utf8_valid_prefix(text.data, text.size);
    nul = memchr(text.data, 0, text.size);
    if (valid < text.size)
        lwi_spec_fault(check, "%s is not UTF-8 at byte %zu", member, valid);
    else if (nul != NULL)
        lwi_spec_fault(check, "%s has a NUL at byte %zu", member,
                       (size_t)(nul - text.data));
}

void
lwi_spec_string(struct lwi_spec_check *check, const char *member,
                const char *string)
{
    lwi_spec_text(check, member, lwi_span_of(string));
}

void
lwi_spec_name(struct lwi_spec_check *check, const char *member,
              const char *string)
{
    if (string == NULL || *string == '\0')
        lwi_spec_fault(check, "%s is %s", member,
                       string == NULL ? "NULL" : "empty");
    lwi_spec_string(check, member, string);
}

void
lwi_spec_strings(struct lwi_spec_check *check, const char *member,
                 const char *const *strings)
{
    char item[64];
    size_t i;

    for (i = 0; strings != NULL && strings[i] != NULL; i++) {
        snprintf(item, sizeof(item), "%s[%zu]", member, i);
        lwi_spec_string(check, item, strings[i]);
    }
}

/* The end of one part of a name, or NULL where it is none. */
static const char *
part_end(const char *part)
{
    static const char open[] = "\xc2\xab", close[] = "\xc2\xbb";
    const char *end;

    if (lwi_text_starts(part, open)) {
        end = strstr(part, close);
        return end == NULL || end == part + 2 ? NULL : end + 2;
    }
    end = part;
    while (*end != '\0' && *end != '.' && (unsigned char)*end > ' ' &&
           *end != 0x7f)
        end++;
    return end == part ? NULL : end;
}

static bool
is_module_name(const char *name)
{
    const char *at = name;

    for (;;) {
        at = part_end(at);
        if (at == NULL || *at == '\0')
            return at != NULL;
        if (*at++ != '.')
            return false;
    }
}

void
lwi_spec_module(struct lwi_spec_check *check, const char *member,
                const char *name)
{
    lwi_spec_name(check, member, name);
    if (check->rc != LW_OK)
        return;
    if (strlen(name) > LWI_MODULE_NAME_MAX)
        lwi_spec_fault(check, "%s is longer than %u bytes", member,
                       LWI_MODULE_NAME_MAX);
    else if (!is_module_name(name))
        lwi_spec_fault(check, "%s is not the name of a module: '%.80s'", member,
                       name);
}

/* ---- lists ---- */

void
lwi_lists_init(struct lwi_lists *lists, const lw_allocator *allocator)
{
    *lists = (struct lwi_lists){ .allocator = allocator };
}

void
lwi_lists_fini(struct lwi_lists *lists)
{
    while (lists->count > 0)
        lwi_free(lists->allocator, lists->arrays[--lists->count]);
}

lw_span *
lwi_lists_array(struct lwi_lists *lists, size_t count)
{
    lw_span *array;

    LW_ASSERT(lists->count < LWI_LISTS_MAX);
    array = lwi_alloc_array(lists->allocator, count, sizeof(*array));
    if (array == NULL)
        lists->no_memory = true;
    else
        lists->arrays[lists->count++] = array;
    return array;
}

struct lwi_texts
lwi_lists_add(struct lwi_lists *lists, const char *const *strings)
{
    uint32_t count = 0, i;
    lw_span *array;

    while (strings != NULL && strings[count] != NULL)
        count++;
    if (count == 0)
        return (struct lwi_texts){ .count = 0 };
    array = lwi_lists_array(lists, count);
    if (array == NULL)
        return (struct lwi_texts){ .count = 0 };
    for (i = 0; i < count; i++)
        array[i] = lwi_span_of(strings[i]);
    return (struct lwi_texts){ .count = count, .items = array };
}
