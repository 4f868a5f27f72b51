/* table.c - modules by name, problems, and what all files of a build use. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"
#include "base/fnv.h"
#include "plan/build.h"

#define MESSAGE_SIZE 4096

void
lwi_plan_no_memory(struct lwi_plan_build *b)
{
    if (b->rc == LW_OK)
        b->rc = lwi_fail(b->err, LW_ENOMEM, LWI_PLANNING, "out of memory");
}

bool
lwi_plan_goes_on(struct lwi_plan_build *b)
{
    if (b->arena.no_memory)
        lwi_plan_no_memory(b);
    if (b->rc == LW_OK && lw_cancel_is_set(b->options.cancel))
        b->rc = lwi_fail(b->err, LW_ECANCELLED, LWI_PLANNING, "cancelled");
    return b->rc == LW_OK;
}

void *
lwi_plan_alloc(struct lwi_plan_build *b, size_t count, size_t size)
{
    void *block = lwi_arena_array(&b->arena, count, size);

    if (block == NULL)
        lwi_plan_no_memory(b);
    return block;
}

const char *
lwi_plan_text(struct lwi_plan_build *b, const char *text)
{
    const char *copy = lwi_arena_text(&b->arena, text);

    if (copy == NULL)
        lwi_plan_no_memory(b);
    return copy;
}

bool
lwi_plan_grow(struct lwi_plan_build *b, void **items, size_t count,
              size_t *room, size_t size)
{
    bool grown = lwi_arena_grow(&b->arena, items, count, room, size);

    if (!grown)
        lwi_plan_no_memory(b);
    return grown;
}

bool
lwi_plan_is_inside(const char *inner, const char *outer)
{
    size_t size = strlen(outer);

    return strncmp(inner, outer, size) == 0 &&
           (inner[size] == '\0' || inner[size] == '/');
}

/* ---- hashes ---- */

const char *
lwi_plan_hex(struct lwi_plan_build *b, uint64_t hash)
{
    char text[17];

    snprintf(text, sizeof(text), "%016" PRIx64, hash);
    return lwi_plan_text(b, text);
}

/* ---- modules ---- */

/* The slot that has the name, or where it would go. */
static size_t
slot_of(const struct lwi_plan_build *b, const char *name)
{
    size_t at = (size_t)lwi_fnv_text(LWI_FNV_INIT, name);

    for (at &= b->slot_count - 1;
         b->slots[at] != NULL && strcmp(b->slots[at]->name, name) != 0;)
        at = (at + 1) & (b->slot_count - 1);
    return at;
}

/* Half of the slots stay empty. */
static bool
make_slots(struct lwi_plan_build *b)
{
    size_t count = b->slot_count == 0 ? 1024 : b->slot_count * 2, i;

    if (b->module_count * 2 < b->slot_count)
        return true;
    b->slots = lwi_plan_alloc(b, count, sizeof(struct lwi_module *));
    if (b->slots == NULL)
        return false;
    b->slot_count = count;
    for (i = 0; i < b->module_count; i++)
        b->slots[slot_of(b, b->modules[i]->name)] = b->modules[i];
    return true;
}

struct lwi_module *
lwi_plan_find_module(const struct lwi_plan_build *b, const char *name)
{
    return b->slot_count == 0 ? NULL : b->slots[slot_of(b, name)];
}

struct lwi_module *
lwi_plan_module(struct lwi_plan_build *b, const char *name, const char *file)
{
    struct lwi_module *module = lwi_plan_find_module(b, name);
    void *items = b->modules;

    if (module != NULL || b->rc != LW_OK)
        return module;
    if (b->module_count == LWI_MODULES_MAX) {
        b->rc = lwi_fail(b->err, LW_ELIMIT, LWI_PLANNING,
                         "there are more than %zu modules", LWI_MODULES_MAX);
        return NULL;
    }
    module = lwi_plan_alloc(b, 1, sizeof(*module));
    if (module == NULL || !make_slots(b) ||
        !lwi_plan_grow(b, &items, b->module_count, &b->module_room,
                       sizeof(struct lwi_module *)))
        return NULL;
    b->modules = items;
    module->name = lwi_plan_text(b, name);
    module->file = lwi_plan_text(b, file);
    if (b->rc != LW_OK)
        return NULL;
    b->modules[b->module_count++] = module;
    b->slots[slot_of(b, name)] = module;
    return module;
}

/* ---- problems ---- */

void
lwi_plan_problem(struct lwi_plan_build *b, lw_plan_problem_code code,
                 const char *module, const char *path, const char *format, ...)
{
    void *items = b->problems;
    char message[MESSAGE_SIZE];
    lw_plan_problem problem = { .code = code };
    va_list values;

    va_start(values, format);
    vsnprintf(message, sizeof(message), format, values);
    va_end(values);
    if (b->rc != LW_OK ||
        !lwi_plan_grow(b, &items, b->problem_count, &b->problem_room,
                       sizeof(*b->problems)))
        return;
    b->problems = items;
    problem.module = lwi_plan_text(b, module == NULL ? "" : module);
    problem.path = lwi_plan_text(b, path == NULL ? "" : path);
    problem.message = lwi_plan_text(b, message);
    if (b->rc == LW_OK)
        b->problems[b->problem_count++] = problem;
}

void
lwi_plan_problem_at(struct lwi_plan_build *b, uint32_t line, uint32_t column)
{
    if (b->problem_count == 0)
        return;
    b->problems[b->problem_count - 1].line = line;
    b->problems[b->problem_count - 1].column = column;
}
