/*
 * message.h - messages as C structs, made from the table in messages.h.
 *
 * struct lwi_msg_hello, lwi_msg_check and so on have one member for each field.
 * Decoded texts are borrowed from the frame's body and live as long as it
 * does. Nothing here allocates: a list of texts stays packed as it came and
 * is walked by lwi_texts_next.
 */
#ifndef LWI_MESSAGE_H
#define LWI_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lean_worker/span.h>

#include "proto/messages.h"
#include "proto/wire.h"

/*
 * A list of texts, either packed (as it came from the wire) or an array of
 * spans (to be sent).
 */
struct lwi_texts {
    uint32_t count;
    lw_span packed;       /* of a decoded list: what follows the count */
    const lw_span *items; /* of a list to send: count spans; else NULL */
};

/* Why a child said GOODBYE. */
enum lwi_goodbye_reason {
    LWI_GOODBYE_ASKED = 0,        /* SHUTDOWN came */
    LWI_GOODBYE_REQUESTS_END = 1, /* the request pipe was closed */
    LWI_GOODBYE_PROTOCOL = 2,     /* the parent broke the protocol */
    LWI_GOODBYE_SECRET = 3,       /* plugin called by code without its secret */
    LWI_GOODBYE_HOST = 4,         /* the Lean host cannot work; detail says */
};

/* Why a request failed while the child goes on. */
enum lwi_failure_code {
    LWI_FAILURE_INTERNAL = 1,    /* an exception reached the loop */
    LWI_FAILURE_IMPORT = 2,      /* importing the modules failed */
    LWI_FAILURE_NO_SESSION = 3,  /* no such session in this process */
    LWI_FAILURE_UNSUPPORTED = 4, /* this child does not serve the request */
    LWI_FAILURE_BAD_OPTION = 5,  /* an option is unknown or malformed */
    LWI_FAILURE_CANCELLED = 6,   /* a cancel ended it; the child is fine */
    LWI_FAILURE_NO_EXPORT = 7,   /* none of that name, or of another type */
    LWI_FAILURE_EXPORT = 8,      /* the export ended in an error of its own */
};

enum lwi_severity {
    LWI_SEVERITY_INFO = 0,
    LWI_SEVERITY_WARNING = 1,
    LWI_SEVERITY_ERROR = 2,
};

enum lwi_role {
#define LWI_ROLE_ENUM_(symbol, what) LWI_ROLE_##symbol,
    LWI_ROLES(LWI_ROLE_ENUM_)
#undef LWI_ROLE_ENUM_
};

enum lwi_message_type {
#define LWI_TYPE_ENUM_(symbol, name, number, role, what)                       \
    LWI_MSG_##symbol = number,
    LWI_MESSAGES(LWI_TYPE_ENUM_)
#undef LWI_TYPE_ENUM_
};

#define LWI_CTYPE_U32 uint32_t
#define LWI_CTYPE_U64 uint64_t
#define LWI_CTYPE_TEXT lw_span
#define LWI_CTYPE_TEXTS struct lwi_texts
#define LWI_CTYPE_REST lw_span
#define LWI_MEMBER_(of, kind, member, what) LWI_CTYPE_##kind member;
#define LWI_STRUCT_(symbol, name, number, role, what)                          \
    struct lwi_msg_##name {                                                    \
        LWI_FIELDS_##name(LWI_MEMBER_, )                                       \
    };
LWI_MESSAGES(LWI_STRUCT_)
#undef LWI_STRUCT_
#undef LWI_MEMBER_

/* Room for any message; for those who read one before they know its type. */
union lwi_any_message {
#define LWI_UNION_(symbol, name, number, role, what) struct lwi_msg_##name name;
    LWI_MESSAGES(LWI_UNION_)
#undef LWI_UNION_
};

enum lwi_field_kind {
    LWI_KIND_U32,
    LWI_KIND_U64,
    LWI_KIND_TEXT,
    LWI_KIND_TEXTS,
    LWI_KIND_REST,
};

struct lwi_field {
    const char *name;
    const char *what;
    enum lwi_field_kind kind;
    size_t offset; /* of the member in its struct */
};

struct lwi_descriptor {
    const char *name; /* the symbol in the table, such as "HELLO" */
    const char *what;
    const struct lwi_field *fields;
    size_t field_count;
    size_t struct_size;
    enum lwi_role role;
    uint8_t type;
};

/* NULL where the number is not in the table. */
const struct lwi_descriptor *
lwi_message_descriptor(uint8_t type);

bool
lwi_message_known(uint8_t type);

/* The symbol, or "UNKNOWN". */
const char *
lwi_message_name(uint8_t type);

/* All descriptors in the order of the table, for tools and tests. */
const struct lwi_descriptor *
lwi_message_table(size_t *count);

enum lwi_decode_result {
    LWI_DECODE_OK,
    LWI_DECODE_SHORT,    /* the body ends inside a field */
    LWI_DECODE_LEFTOVER, /* bytes behind the last field */
    LWI_DECODE_NOT_UTF8, /* a TEXT is not UTF-8 */
};

/*
 * Fills in the struct of the frame's type (or a union lwi_any_message). On
 * anything but OK the struct's content is unspecified and *field names the
 * field at fault (static storage).
 */
enum lwi_decode_result
lwi_message_decode(const struct lwi_frame *frame, void *message,
                   const char **field);

const char *
lwi_decode_result_text(enum lwi_decode_result result);

/* Bytes of the encoded body; SIZE_MAX where it exceeds what a frame holds. */
size_t
lwi_message_body_size(uint8_t type, const void *message);

/* Writes the body; `to` has lwi_message_body_size bytes. */
void
lwi_message_encode_body(uint8_t type, const void *message, uint8_t *to);

/*
 * Walks a list: `at` starts at 0; false at the end. Texts of a decoded list
 * were checked by lwi_message_decode.
 */
bool
lwi_texts_next(const struct lwi_texts *texts, size_t *at, lw_span *text);

#endif
