/*
 * fields.h - structs that are JSON objects, from a list of their fields.
 *
 *     #define GCD_REQUEST(FIELD) FIELD(U64, a) FIELD(U64, b)
 *     #define GCD_ANSWER(FIELD) FIELD(U64, gcd)
 *     LW_JSON_STRUCT(gcd_request, GCD_REQUEST);
 *     LW_JSON_STRUCT(gcd_answer, GCD_ANSWER);
 *
 *     command.name = "Numbers.gcd";
 *     command.encode = gcd_request_encode;
 *     command.decode = gcd_answer_decode;
 *
 * LW_JSON_STRUCT(NAME, LIST) makes
 *
 *     struct NAME { … };
 *     NAME_encode, NAME_decode   hooks of an lw_command: spec.request, and
 *                                spec.answer, point to a struct NAME
 *     NAME_row                   a hook as well: command.user points to a
 *     struct NAME_rows           whose `take` gets each row as a struct NAME,
 *                                and gives what a hook gives
 *     NAME_get, NAME_put         the same for a part of a value, as json.h has
 *                                it: the kind OBJECT calls them
 *
 * Kinds of fields:
 *
 *     FIELD(BOOL, name)          bool
 *     FIELD(I64, name)           int64_t
 *     FIELD(U64, name)           uint64_t, at most INT64_MAX
 *     FIELD(DOUBLE, name)        double
 *     FIELD(TEXT, name, room)    char name[room], UTF-8 with a NUL at its end
 *     FIELD(OBJECT, name, type)  struct type, made by LW_JSON_STRUCT before
 *     FIELD(I64S, name, room)    int64_t name[room]; size_t name_count
 *     FIELD(U64S, name, room)    uint64_t name[room]; size_t name_count
 *     FIELD(OBJECTS, name, type, room)   struct type name[room]; …_count
 *
 * A member that is missing, of another type, or larger than there is room for
 * is a fault with its JSON pointer; members that are not in the list are passed
 * over. All functions are static: a header may have them. C99 and C++11.
 */
#ifndef LEAN_WORKER_FIELDS_H
#define LEAN_WORKER_FIELDS_H

#include <stdio.h>
#include <string.h>

#include <lean_worker/json.h>

/* clang-format off */
#define LW_JSON_STRUCT(type, LIST)                                             \
    struct type {                                                              \
        LIST(LW_FIELD_MEMBER_)                                                 \
    };                                                                         \
    struct type##_rows {                                                       \
        int (*take)(const struct type *value, const lw_row *row, void *user);  \
        void *user;                                                            \
    };                                                                         \
    LW_FIELD_MADE_ int type##_get(const lw_json *json_, const char *base_,     \
                                 struct type *to_, lw_fault *fault_)           \
    {                                                                          \
        char at_[sizeof(fault_->field)], item_[sizeof(fault_->field)];         \
        size_t i_ = 0;                                                         \
        int rc_ = 0;                                                           \
                                                                               \
        item_[0] = 0;                                                          \
        LIST(LW_FIELD_GET_)                                                    \
        (void)item_;                                                           \
        (void)i_;                                                              \
        return rc_;                                                            \
    }                                                                          \
    LW_FIELD_MADE_ int type##_put(lw_writer *writer_, const char *name_,       \
                                 const struct type *from_, lw_fault *fault_)   \
    {                                                                          \
        int rc_ = lw_json_begin_object(writer_, name_, fault_);                \
        size_t i_ = 0;                                                         \
                                                                               \
        LIST(LW_FIELD_PUT_)                                                    \
        (void)i_;                                                              \
        return rc_ == 0 ? lw_json_end(writer_, fault_) : rc_;                  \
    }                                                                          \
    LW_FIELD_MADE_ int type##_encode(const void *request_, lw_writer *writer_, \
                                    lw_fault *fault_, void *user_)             \
    {                                                                          \
        (void)user_;                                                           \
        return type##_put(writer_, NULL, (const struct type *)request_,        \
                          fault_);                                             \
    }                                                                          \
    LW_FIELD_MADE_ int type##_decode(lw_span bytes_, void *answer_,            \
                                    lw_fault *fault_, void *user_)             \
    {                                                                          \
        lw_json *json_ = NULL;                                                 \
        int rc_ = lw_json_parse(&json_, bytes_, fault_);                       \
                                                                               \
        (void)user_;                                                           \
        if (rc_ == 0)                                                          \
            rc_ = type##_get(json_, "", (struct type *)answer_, fault_);       \
        lw_json_destroy(json_);                                                \
        return rc_;                                                            \
    }                                                                          \
    LW_FIELD_MADE_ int type##_row(const lw_row *row_, lw_fault *fault_,        \
                                 void *user_)                                  \
    {                                                                          \
        const struct type##_rows *rows_ = (const struct type##_rows *)user_;   \
        struct type value_;                                                    \
        int rc_ = type##_decode(row_->payload, &value_, fault_, NULL);         \
                                                                               \
        return rc_ == 0 ? rows_->take(&value_, row_, rows_->user) : rc_;       \
    }                                                                          \
    struct type
/* clang-format on */

/* ---- helpers: for the macro above alone ---- */

/* Not each of the functions that are made is used. */
#if defined(__GNUC__)
#define LW_FIELD_MADE_ static inline __attribute__((unused))
#else
#define LW_FIELD_MADE_ static inline
#endif

/* ---- what each kind is in a struct ---- */

#define LW_FIELD_MEMBER_(kind, ...) LW_MEMBER_##kind##_(__VA_ARGS__)
#define LW_MEMBER_BOOL_(name) bool name;
#define LW_MEMBER_I64_(name) int64_t name;
#define LW_MEMBER_U64_(name) uint64_t name;
#define LW_MEMBER_DOUBLE_(name) double name;
#define LW_MEMBER_TEXT_(name, room) char name[room];
#define LW_MEMBER_OBJECT_(name, type) struct type name;
#define LW_MEMBER_I64S_(name, room)                                            \
    int64_t name[room];                                                        \
    size_t name##_count;
#define LW_MEMBER_U64S_(name, room)                                            \
    uint64_t name[room];                                                       \
    size_t name##_count;
#define LW_MEMBER_OBJECTS_(name, type, room)                                   \
    struct type name[room];                                                    \
    size_t name##_count;

/* ---- reading: in NAME_get ---- */

/* clang-format off */

/* The pointer to a member or an item; 0, or a fault where it is too long. */
LW_FIELD_MADE_ int lw_field_at_(
    char *at, size_t room, const char *base, const char *name, lw_fault *fault)
{
    int length = snprintf(at, room, "%s/%s", base, name);

    if (length >= 0 && (size_t)length < room)
        return 0;
    return lw_fault_set(fault, base, "what is in it is nested too deeply");
}

LW_FIELD_MADE_ int lw_field_item_(
    char *at, size_t room, const char *base, size_t index, lw_fault *fault)
{
    char digits[24];

    snprintf(digits, sizeof(digits), "%lu", (unsigned long)index);
    return lw_field_at_(at, room, base, digits, fault);
}

/* How many items there are, where there is room for them. */
LW_FIELD_MADE_ int lw_field_count_(
    const lw_json *json, const char *at, size_t room, size_t *count,
    lw_fault *fault)
{
    char detail[96];
    int rc = lw_json_get_count(json, at, count, fault);

    if (rc != 0 || *count <= room)
        return rc;
    snprintf(detail, sizeof(detail),
             "the list has %lu items, and there is room for %lu",
             (unsigned long)*count, (unsigned long)room);
    *count = 0;
    return lw_fault_set(fault, at, detail);
}

/* clang-format on */

#define LW_FIELD_GET_(kind, ...) LW_GET_##kind##_(__VA_ARGS__)
#define LW_GET_ONE_(name, call)                                                \
    if (rc_ == 0)                                                              \
        rc_ = lw_field_at_(at_, sizeof(at_), base_, #name, fault_);            \
    if (rc_ == 0)                                                              \
        rc_ = call;
#define LW_GET_BOOL_(name)                                                     \
    LW_GET_ONE_(name, lw_json_get_bool(json_, at_, &to_->name, fault_))
#define LW_GET_I64_(name)                                                      \
    LW_GET_ONE_(name, lw_json_get_i64(json_, at_, &to_->name, fault_))
#define LW_GET_U64_(name)                                                      \
    LW_GET_ONE_(name, lw_json_get_u64(json_, at_, &to_->name, fault_))
#define LW_GET_DOUBLE_(name)                                                   \
    LW_GET_ONE_(name, lw_json_get_double(json_, at_, &to_->name, fault_))
#define LW_GET_TEXT_(name, room)                                               \
    LW_GET_ONE_(name, lw_json_copy_text(json_, at_, to_->name, room, fault_))
#define LW_GET_OBJECT_(name, type)                                             \
    LW_GET_ONE_(name, type##_get(json_, at_, &to_->name, fault_))
#define LW_GET_LIST_(name, room, call)                                         \
    LW_GET_ONE_(name,                                                          \
                lw_field_count_(json_, at_, room, &to_->name##_count, fault_)) \
    for (i_ = 0; rc_ == 0 && i_ < to_->name##_count; i_++) {                   \
        rc_ = lw_field_item_(item_, sizeof(item_), at_, i_, fault_);           \
        if (rc_ == 0)                                                          \
            rc_ = call;                                                        \
    }
#define LW_GET_I64S_(name, room)                                               \
    LW_GET_LIST_(name, room,                                                   \
                 lw_json_get_i64(json_, item_, &to_->name[i_], fault_))
#define LW_GET_U64S_(name, room)                                               \
    LW_GET_LIST_(name, room,                                                   \
                 lw_json_get_u64(json_, item_, &to_->name[i_], fault_))
#define LW_GET_OBJECTS_(name, type, room)                                      \
    LW_GET_LIST_(name, room, type##_get(json_, item_, &to_->name[i_], fault_))

/* ---- writing: in NAME_put ---- */

/* clang-format off */

/* A text up to its NUL, which the room must have. */
LW_FIELD_MADE_ int lw_field_text_(
    lw_writer *writer, const char *name, const char *text, size_t room,
    lw_fault *fault)
{
    const char *end = (const char *)memchr(text, '\0', room);
    lw_span span;

    span.data = text;
    span.size = end != NULL ? (size_t)(end - text) : room;
    return end != NULL ? lw_json_put_text(writer, name, span, fault)
                       : lw_json_refuse(writer, name,
                                        "there is no NUL behind it", fault);
}

/* A list that does not claim more than it has. */
LW_FIELD_MADE_ int lw_field_list_(
    lw_writer *writer, const char *name, size_t count, size_t room,
    lw_fault *fault)
{
    return count <= room ? lw_json_begin_list(writer, name, fault)
                         : lw_json_refuse(writer, name,
                                          "it has more items than room", fault);
}

/* clang-format on */

#define LW_FIELD_PUT_(kind, ...) LW_PUT_##kind##_(__VA_ARGS__)
#define LW_PUT_ONE_(call)                                                      \
    if (rc_ == 0)                                                              \
        rc_ = call;
#define LW_PUT_BOOL_(name)                                                     \
    LW_PUT_ONE_(lw_json_put_bool(writer_, #name, from_->name, fault_))
#define LW_PUT_I64_(name)                                                      \
    LW_PUT_ONE_(lw_json_put_i64(writer_, #name, from_->name, fault_))
#define LW_PUT_U64_(name)                                                      \
    LW_PUT_ONE_(lw_json_put_u64(writer_, #name, from_->name, fault_))
#define LW_PUT_DOUBLE_(name)                                                   \
    LW_PUT_ONE_(lw_json_put_double(writer_, #name, from_->name, fault_))
#define LW_PUT_TEXT_(name, room)                                               \
    LW_PUT_ONE_(lw_field_text_(writer_, #name, from_->name, room, fault_))
#define LW_PUT_OBJECT_(name, type)                                             \
    LW_PUT_ONE_(type##_put(writer_, #name, &from_->name, fault_))
#define LW_PUT_LIST_(name, room, call)                                         \
    LW_PUT_ONE_(                                                               \
        lw_field_list_(writer_, #name, from_->name##_count, room, fault_))     \
    for (i_ = 0; rc_ == 0 && i_ < from_->name##_count; i_++)                   \
        rc_ = call;                                                            \
    LW_PUT_ONE_(lw_json_end(writer_, fault_))
#define LW_PUT_I64S_(name, room)                                               \
    LW_PUT_LIST_(name, room,                                                   \
                 lw_json_put_i64(writer_, NULL, from_->name[i_], fault_))
#define LW_PUT_U64S_(name, room)                                               \
    LW_PUT_LIST_(name, room,                                                   \
                 lw_json_put_u64(writer_, NULL, from_->name[i_], fault_))
#define LW_PUT_OBJECTS_(name, type, room)                                      \
    LW_PUT_LIST_(name, room,                                                   \
                 type##_put(writer_, NULL, &from_->name[i_], fault_))

#endif
