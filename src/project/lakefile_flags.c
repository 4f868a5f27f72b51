/*
 * lakefile_flags.c - what in a lakefile.toml changes the verdict of a module.
 *
 * What Lake has besides (moreServerOptions, moreLinkArgs, platformIndependent,
 * …) changes editors, programs or traces, and no verdict.
 */
#include <inttypes.h>

#include "base/path.h"
#include "project/lakefile_reading.h"
#include "project/lean_arguments.h"

/* ---- options of Lean ---- */

/* "pp.unicode=true"; tables in tables are names with dots. */
static void
add_options(struct lwi_lakefile_reading *r, struct lwi_strings *list,
            const char *prefix, const json_t *table)
{
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)table, key, value)
    {
        char *name = NULL, *text = NULL;

        if (r->rc != LW_OK || strcmp(key, LWI_TOML_LINES) == 0)
            continue;
        name = lwi_path_printf("%s%s%s", prefix, prefix[0] == '\0' ? "" : ".",
                               key);
        if (name == NULL)
            lwi_lakefile_no_memory(r);
        else if (json_is_object(value))
            add_options(r, list, name, value);
        else if (json_is_string(value))
            text = lwi_path_printf("%s=%s", name, json_string_value(value));
        else if (json_is_boolean(value))
            text = lwi_path_printf("%s=%s", name,
                                   json_is_true(value) ? "true" : "false");
        else if (json_is_integer(value) && json_integer_value(value) >= 0)
            text = lwi_path_printf("%s=%" PRIu64, name,
                                   (uint64_t)json_integer_value(value));
        else
            lwi_lakefile_wrong(r, table, key,
                               "a string, a number or a boolean");
        if (r->rc == LW_OK && !json_is_object(value) &&
            lwi_strings_take(list, text) != LW_OK)
            lwi_lakefile_no_memory(r);
        lwi_free(&lwi_system_allocator, name);
    }
}

/* The other form: [[leanOptions]] with name and value. */
static void
add_option_list(struct lwi_lakefile_reading *r, struct lwi_strings *list,
                const json_t *table, const json_t *items)
{
    size_t i;

    for (i = 0; r->rc == LW_OK && i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);
        const char *name = json_string_value(json_object_get(item, "name"));
        json_t *value = json_object_get(item, "value"), *one;

        if (name == NULL || name[0] == '\0' || value == NULL) {
            lwi_lakefile_wrong(r, table, "leanOptions",
                               "a table, or a list of names and values");
            return;
        }
        one = json_pack("{sO}", name, value);
        if (one == NULL)
            lwi_lakefile_no_memory(r);
        add_options(r, list, "", one);
        json_decref(one);
    }
}

static void
read_options(struct lwi_lakefile_reading *r, struct lwi_strings *list,
             const json_t *table)
{
    const json_t *value = json_object_get(table, "leanOptions");

    if (json_is_array(value))
        add_option_list(r, list, table, value);
    else if (value != NULL && !json_is_object(value))
        lwi_lakefile_wrong(r, table, "leanOptions", "a table");
    else
        add_options(r, list, "", value);
}

/* ---- arguments of lean ---- */

/* Keeps the first sentence. */
static void
remark(struct lwi_lakefile_reading *r, char **sentence, const json_t *table,
       const char *key, const char *value, const char *what)
{
    if (r->rc != LW_OK || *sentence != NULL)
        return;
    *sentence = lwi_path_printf("%s, line %u: %s has %s, %s", r->label,
                                lwi_toml_line(table, key), key, value, what);
    if (*sentence == NULL)
        lwi_lakefile_no_memory(r);
}

static void
keep(struct lwi_lakefile_reading *r, struct lwi_strings *list, const char *text)
{
    if (r->rc == LW_OK && lwi_strings_add(list, text) != LW_OK)
        lwi_lakefile_no_memory(r);
}

static void
take_argument(struct lwi_lakefile_reading *r, struct lwi_lake_flags *flags,
              const json_t *table, const char *key,
              const struct lwi_strings *list, size_t *at)
{
    const char *text = list->items[*at], *option;
    size_t used;
    enum lwi_lean_argument kind =
        lwi_lean_argument_read(list, *at, &used, &option);

    if (kind == LWI_ARGUMENT_UNKNOWN)
        lwi_lakefile_wrong(r, table, key,
                           "arguments that lean has for a build, such as "
                           "-Dname=value");
    else if (kind == LWI_ARGUMENT_OPTION)
        keep(r, &flags->options, option);
    else if (kind == LWI_ARGUMENT_NATIVE)
        remark(r, &flags->native, table, key, text, "which is native code");
    if (kind == LWI_ARGUMENT_BUILD || kind == LWI_ARGUMENT_NATIVE)
        remark(r, &flags->not_in_session, table, key, text,
               "which a session cannot honour");
    for (; used > 0; used--, ++*at) {
        if (kind == LWI_ARGUMENT_QUIET || kind == LWI_ARGUMENT_BUILD)
            keep(r, &flags->arguments, list->items[*at]);
    }
}

static void
read_arguments(struct lwi_lakefile_reading *r, struct lwi_lake_flags *flags,
               const json_t *table, const char *key)
{
    struct lwi_strings list = { 0 };
    size_t at = 0;

    if (r->rc == LW_OK)
        lwi_lakefile_texts(r, &list, table, key);
    while (r->rc == LW_OK && at < list.count)
        take_argument(r, flags, table, key, &list, &at);
    lwi_strings_fini(&list);
}

/* ---- the rest ---- */

static bool
read_flag(struct lwi_lakefile_reading *r, const json_t *table, const char *key)
{
    const json_t *value = json_object_get(table, key);

    if (value != NULL && !json_is_boolean(value))
        lwi_lakefile_wrong(r, table, key, "true or false");
    return json_is_true(value);
}

/* Of the package or of the library: the one that debugs more counts. */
static bool
is_debug(struct lwi_lakefile_reading *r, const json_t *table)
{
    static const char *const types[] = { "debug", "relWithDebInfo",
                                         "minSizeRel", "release" };
    const json_t *value = json_object_get(table, "buildType");
    const char *text = json_string_value(value);
    size_t i;

    for (i = 0; text != NULL && i < LWI_COUNT(types); i++) {
        if (strcmp(text, types[i]) == 0)
            return i == 0;
    }
    if (value != NULL)
        lwi_lakefile_wrong(r, table, "buildType",
                           "debug, relWithDebInfo, minSizeRel or release");
    return false;
}

/* Libraries that lean would load. */
static void
read_native(struct lwi_lakefile_reading *r, struct lwi_lake_flags *flags,
            const json_t *table, const char *key)
{
    const json_t *value = json_object_get(table, key);

    if (value != NULL && !json_is_array(value))
        lwi_lakefile_wrong(r, table, key, "a list");
    if (json_array_size(value) == 0)
        return;
    remark(r, &flags->native, table, key, "targets", "which are native code");
    remark(r, &flags->not_in_session, table, key, "targets",
           "which a session cannot honour");
}

static void
read_table(struct lwi_lakefile_reading *r, struct lwi_lake_flags *flags,
           const json_t *table)
{
    if (r->rc == LW_OK)
        read_options(r, &flags->options, table);
    read_arguments(r, flags, table, "moreLeanArgs");
    read_arguments(r, flags, table, "weakLeanArgs");
    flags->precompiled |= read_flag(r, table, "precompileModules");
    (void)read_flag(r, table, "platformIndependent");
    read_native(r, flags, table, "plugins");
    read_native(r, flags, table, "dynlibs");
}

void
lwi_lakefile_flags(struct lwi_lakefile_reading *r, struct lwi_lake_flags *flags,
                   const json_t *package, const json_t *table)
{
    bool debug;

    if (r->rc != LW_OK)
        return;
    debug = is_debug(r, package);
    debug |= is_debug(r, table);
    /* Lake gives it to Lean before all others. Older ones do not know it. */
    if (debug)
        keep(r, &flags->options, "weak.debugAssertions=true");
    read_table(r, flags, package);
    if (table != NULL)
        read_table(r, flags, table);
}

void
lwi_lake_flags_fini(struct lwi_lake_flags *flags)
{
    lwi_strings_fini(&flags->options);
    lwi_strings_fini(&flags->arguments);
    lwi_free(&lwi_system_allocator, flags->not_in_session);
    lwi_free(&lwi_system_allocator, flags->native);
    *flags = (struct lwi_lake_flags){ .precompiled = false };
}
