/* json_write.c - JSON that a hook writes, a value behind the other. */
#include <math.h>
#include <stdio.h>

#include "base/c_locale.h"
#include "capability/writer.h"
#include "proto/utf8.h"

/* ---- the pointer to where the next value goes ---- */

static void
path_add(lw_writer *writer, char c)
{
    if (writer->path_length + 1 < sizeof(writer->path)) {
        writer->path[writer->path_length++] = c;
        writer->path[writer->path_length] = '\0';
    }
}

static void
path_add_name(lw_writer *writer, const char *name)
{
    path_add(writer, '/');
    for (; *name != '\0'; name++) {
        if (*name == '~' || *name == '/')
            path_add(writer, '~');
        path_add(writer, *name == '~' ? '0' : *name == '/' ? '1' : *name);
    }
}

static void
path_add_index(lw_writer *writer, size_t index)
{
    char digits[24];

    snprintf(digits, sizeof(digits), "%zu", index);
    path_add_name(writer, digits);
}

static void
path_cut(lw_writer *writer, size_t length)
{
    writer->path_length = length;
    writer->path[length] = '\0';
}

/* ---- bytes ---- */

static int
put(lw_writer *writer, const char *text)
{
    return lw_writer_put(writer, text, strlen(text));
}

/* What JSON must not have in a string as it is. */
static int
put_escaped(lw_writer *writer, unsigned char c)
{
    char escape[8];

    if (c == '"' || c == '\\')
        snprintf(escape, sizeof(escape), "\\%c", c);
    else
        snprintf(escape, sizeof(escape), "\\u%04x", c);
    return put(writer, escape);
}

/* UTF-8 in quotes. */
static int
put_string(lw_writer *writer, lw_span text)
{
    size_t i, from = 0;
    int rc = put(writer, "\"");

    for (i = 0; rc == 0 && i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];

        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        rc = lw_writer_put(writer, text.data + from, i - from);
        if (rc == 0)
            rc = put_escaped(writer, c);
        from = i + 1;
    }
    if (rc == 0)
        rc = lw_writer_put(writer, text.data + from, text.size - from);
    return rc == 0 ? put(writer, "\"") : rc;
}

static bool
is_text(lw_span text)
{
    return lwi_utf8_valid_prefix(text.data, text.size) == text.size;
}

/* ---- places ---- */

/* A comma, and the name of a member, before a value; then the path is its. */
static int
begin_member(lw_writer *writer, struct lwi_writer_level *level,
             const char *name, lw_fault *fault)
{
    lw_span text;
    int rc;

    if (level->is_list != (name == NULL))
        return lw_fault_set(fault, writer->path,
                            level->is_list
                                ? "an item of a list was given a name"
                                : "a member of an object was given no name");
    text = name != NULL ? (lw_span){ name, strlen(name) } : (lw_span){ "", 0 };
    if (!is_text(text))
        return lw_fault_set(fault, writer->path,
                            "the name of a member is not UTF-8");
    rc = level->count > 0 ? put(writer, ",") : 0;
    if (rc == 0 && name != NULL)
        rc = put_string(writer, text);
    if (rc == 0 && name != NULL)
        rc = put(writer, ":");
    if (name != NULL)
        path_add_name(writer, name);
    else
        path_add_index(writer, level->count);
    level->count++;
    return rc;
}

static int
begin_value(lw_writer *writer, const char *name, lw_fault *fault)
{
    if (writer->depth > 0)
        return begin_member(writer, &writer->open[writer->depth - 1], name,
                            fault);
    if (name != NULL)
        return lw_fault_set(fault, "", "a value outside was given a name");
    if (writer->values++ > 0)
        return lw_fault_set(fault, "", "a second value was put");
    return 0;
}

/* Behind a value: the path is that of what it is in. */
static void
end_value(lw_writer *writer)
{
    path_cut(writer, writer->depth > 0
                         ? writer->open[writer->depth - 1].path_length
                         : 0);
}

static int
put_value(lw_writer *writer, const char *name, const char *text,
          lw_fault *fault)
{
    int rc = begin_value(writer, name, fault);

    if (rc == 0)
        rc = put(writer, text);
    end_value(writer);
    return rc;
}

/* Its place is known once it was begun. */
int
lw_json_refuse(lw_writer *writer, const char *name, const char *detail,
               lw_fault *fault)
{
    int rc = begin_value(writer, name, fault);

    if (rc == 0)
        rc = lw_fault_set(fault, writer->path, detail);
    end_value(writer);
    return rc;
}

/* ---- objects and lists ---- */

static int
begin_level(lw_writer *writer, const char *name, bool is_list, lw_fault *fault)
{
    int rc;

    if (writer->depth == LW_JSON_DEPTH_MAX)
        return lw_fault_set(fault, writer->path, "it is nested too deeply");
    rc = begin_value(writer, name, fault);
    if (rc == 0)
        rc = put(writer, is_list ? "[" : "{");
    if (rc == 0)
        writer->open[writer->depth++] =
            (struct lwi_writer_level){ is_list, 0, writer->path_length };
    return rc;
}

int
lw_json_begin_object(lw_writer *writer, const char *name, lw_fault *fault)
{
    return begin_level(writer, name, false, fault);
}

int
lw_json_begin_list(lw_writer *writer, const char *name, lw_fault *fault)
{
    return begin_level(writer, name, true, fault);
}

int
lw_json_end(lw_writer *writer, lw_fault *fault)
{
    int rc;

    if (writer->depth == 0)
        return lw_fault_set(fault, "", "nothing is open that could end");
    rc = put(writer, writer->open[--writer->depth].is_list ? "]" : "}");
    end_value(writer);
    return rc;
}

int
lwi_writer_close(lw_writer *writer)
{
    lw_fault ignored;
    int rc = 0;

    while (rc == 0 && writer->depth > 0)
        rc = lw_json_end(writer, &ignored);
    return rc;
}

/* ---- values ---- */

int
lw_json_put_bool(lw_writer *writer, const char *name, bool value,
                 lw_fault *fault)
{
    return put_value(writer, name, value ? "true" : "false", fault);
}

int
lw_json_put_i64(lw_writer *writer, const char *name, int64_t value,
                lw_fault *fault)
{
    char text[32];

    snprintf(text, sizeof(text), "%lld", (long long)value);
    return put_value(writer, name, text, fault);
}

int
lw_json_put_u64(lw_writer *writer, const char *name, uint64_t value,
                lw_fault *fault)
{
    char text[32];

    snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
    return put_value(writer, name, text, fault);
}

/* 17 digits give the same double again; and a whole number stays one with a
 * fraction. */
int
lw_json_put_double(lw_writer *writer, const char *name, double value,
                   lw_fault *fault)
{
    char text[40];
    locale_t before;

    if (!isfinite(value))
        return lw_json_refuse(writer, name, "it is infinite, or no number",
                              fault);
    before = lwi_c_locale_enter();
    snprintf(text, sizeof(text), "%.17g", value);
    lwi_c_locale_leave(before);
    if (strpbrk(text, ".e") == NULL)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), ".0");
    return put_value(writer, name, text, fault);
}

int
lw_json_put_text(lw_writer *writer, const char *name, lw_span text,
                 lw_fault *fault)
{
    int rc;

    if (!is_text(text))
        return lw_json_refuse(writer, name, "it is not UTF-8", fault);
    rc = begin_value(writer, name, fault);
    if (rc == 0)
        rc = put_string(writer, text);
    end_value(writer);
    return rc;
}
