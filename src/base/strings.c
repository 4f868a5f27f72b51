/* strings.c - a list of strings, NULL at the end. */
#include "base/strings.h"

#define FIRST_ROOM 8

static int
make_room(struct lwi_strings *strings)
{
    size_t room = strings->room == 0 ? FIRST_ROOM : strings->room * 2;
    char **items;

    if (strings->count + 1 < strings->room)
        return LW_OK;
    if (room > SIZE_MAX / sizeof(*items))
        return LW_ENOMEM;
    items = lwi_resize(&lwi_system_allocator, strings->items,
                       room * sizeof(*items));
    if (items == NULL)
        return LW_ENOMEM;
    strings->items = items;
    strings->room = room;
    return LW_OK;
}

int
lwi_strings_take(struct lwi_strings *strings, char *text)
{
    if (text == NULL)
        return LW_ENOMEM;
    if (make_room(strings) != LW_OK) {
        lwi_free(&lwi_system_allocator, text);
        return LW_ENOMEM;
    }
    strings->items[strings->count++] = text;
    strings->items[strings->count] = NULL;
    return LW_OK;
}

int
lwi_strings_add(struct lwi_strings *strings, const char *text)
{
    return lwi_strings_take(strings,
                            lwi_copy_text(&lwi_system_allocator, text));
}

bool
lwi_strings_have(const struct lwi_strings *strings, const char *text)
{
    size_t i;

    for (i = 0; i < strings->count; i++) {
        if (strcmp(strings->items[i], text) == 0)
            return true;
    }
    return false;
}

static int
compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void
lwi_strings_sort(struct lwi_strings *strings)
{
    if (strings->count > 1)
        qsort(strings->items, strings->count, sizeof(*strings->items), compare);
}

void
lwi_strings_free(char **items)
{
    size_t i;

    if (items == NULL)
        return;
    for (i = 0; items[i] != NULL; i++)
        lwi_free(&lwi_system_allocator, items[i]);
    lwi_free(&lwi_system_allocator, items);
}

void
lwi_strings_fini(struct lwi_strings *strings)
{
    lwi_strings_free(strings->items);
    *strings = (struct lwi_strings){ 0 };
}
