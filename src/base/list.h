/*
 * list.h - typed doubly linked lists whose links live in the elements.
 *
 * LWI_LIST(name, struct item, link) defines struct name and static functions
 * name_push_back, name_remove and so on for elements that have a member
 * `struct { struct item *next, *prev; } link` (LWI_LINK). The compiler checks
 * that an element is put into a list of its own kind; nothing is allocated.
 */
#ifndef LWI_LIST_H
#define LWI_LIST_H

#include "base/base.h"

#define LWI_LINK(type)                                                         \
    struct {                                                                   \
        type *next;                                                            \
        type *prev;                                                            \
    }

#define LWI_LIST(name, type, link)                                             \
    struct name {                                                              \
        type *first;                                                           \
        type *last;                                                            \
        size_t count;                                                          \
    };                                                                         \
    static inline void name##_push_back(struct name *list, type *item)         \
    {                                                                          \
        item->link.next = NULL;                                                \
        item->link.prev = list->last;                                          \
        if (list->last != NULL)                                                \
            list->last->link.next = item;                                      \
        else                                                                   \
            list->first = item;                                                \
        list->last = item;                                                     \
        list->count++;                                                         \
    }                                                                          \
    /* before NULL: at the end */                                              \
    static inline void name##_insert_before(struct name *list, type *item,     \
                                            type *before)                      \
    {                                                                          \
        if (before == NULL) {                                                  \
            name##_push_back(list, item);                                      \
            return;                                                            \
        }                                                                      \
        item->link.next = before;                                              \
        item->link.prev = before->link.prev;                                   \
        if (before->link.prev != NULL)                                         \
            before->link.prev->link.next = item;                               \
        else                                                                   \
            list->first = item;                                                \
        before->link.prev = item;                                              \
        list->count++;                                                         \
    }                                                                          \
    static inline void name##_remove(struct name *list, type *item)            \
    {                                                                          \
        LW_ASSERT(list->count > 0);                                            \
        if (item->link.prev != NULL)                                           \
            item->link.prev->link.next = item->link.next;                      \
        else                                                                   \
            list->first = item->link.next;                                     \
        if (item->link.next != NULL)                                           \
            item->link.next->link.prev = item->link.prev;                      \
        else                                                                   \
            list->last = item->link.prev;                                      \
        item->link.next = item->link.prev = NULL;                              \
        list->count--;                                                         \
    }                                                                          \
    static inline type *name##_pop_front(struct name *list)                    \
    {                                                                          \
        type *item = list->first;                                              \
        if (item != NULL)                                                      \
            name##_remove(list, item);                                         \
        return item;                                                           \
    }                                                                          \
    struct name /* so that a use ends in a semicolon */

#endif
