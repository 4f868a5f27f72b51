/*
 * json.h - JSON in the hooks of a typed command (command.h): reading what came
 * by JSON pointer, and writing what goes.
 *
 *     int decode(lw_span bytes, void *answer, lw_fault *fault, void *user)
 *     {
 *         lw_json *json = NULL;
 *         int rc = lw_json_parse(&json, bytes, fault);
 *
 *         if (rc == 0)
 *             rc = lw_json_get_u64(json, "/gcd", answer, fault);
 *         lw_json_destroy(json);
 *         return rc;
 *     }
 *
 * Where the fields are a list that is known, fields.h writes such hooks.
 *
 * Functions that have a fault give 0; or LW_MALFORMED with the fault filled in:
 * the JSON pointer (RFC 6901) and what is wrong there; or a negative number
 * where there is no memory. A hook returns it as it is. Whatever the bytes are,
 * nothing is read beyond them, and nothing is cut: a number that does not fit
 * is a fault.
 *
 * Any thread, one at a time on the same value or writer. Nothing blocks.
 */
#ifndef LEAN_WORKER_JSON_H
#define LEAN_WORKER_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lean_worker/command.h>
#include <lean_worker/span.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- reading ---- */

/* A text of JSON that was understood. */
typedef struct lw_json lw_json;

/* Values in each other that are read or written; more is a fault. */
#define LW_JSON_DEPTH_MAX 100

/* Values and names in one text that is read; more is a fault. A million of
 * them take 50 MB, whatever their text has. */
#define LW_JSON_VALUES_MAX 1000000

/*
 * Reads one value (RFC 8259). A fault: what is no JSON, a member twice, a NUL
 * in a string, a whole number beyond 64 bits with sign, a number too large for
 * a double, more depth than LW_JSON_DEPTH_MAX,
 * more than LW_JSON_VALUES_MAX. Ownership: *out is the caller's
 * until lw_json_destroy, and needs the bytes no more; NULL where it failed. Any
 * thread; never blocks.
 */
int
lw_json_parse(lw_json **out, lw_span bytes, lw_fault *fault);

void
lw_json_destroy(lw_json *json); /* NULL is allowed */

/* Whether there is a value at the pointer, and it is not null. Never blocks. */
bool
lw_json_has(const lw_json *json, const char *pointer);

/* true or false. Never blocks. */
int
lw_json_get_bool(const lw_json *json, const char *pointer, bool *value,
                 lw_fault *fault);

/* A number without fraction and exponent that fits. Never blocks. */
int
lw_json_get_i64(const lw_json *json, const char *pointer, int64_t *value,
                lw_fault *fault);

/* The same, and not negative; at most INT64_MAX. Never blocks. */
int
lw_json_get_u64(const lw_json *json, const char *pointer, uint64_t *value,
                lw_fault *fault);

/*
 * Any number: one with a fraction as the nearest double, a whole one only where
 * a double has it exactly. Never blocks.
 */
int
lw_json_get_double(const lw_json *json, const char *pointer, double *value,
                   lw_fault *fault);

/*
 * A string. *text is borrowed from json until lw_json_destroy: UTF-8, without
 * NUL, and with a NUL behind it that is not counted. Never blocks.
 */
int
lw_json_get_text(const lw_json *json, const char *pointer, lw_span *text,
                 lw_fault *fault);

/*
 * The same copied to `to`, with its NUL; one that needs more than `room` bytes
 * is a fault, never cut. Never blocks.
 */
int
lw_json_copy_text(const lw_json *json, const char *pointer, char *to,
                  size_t room, lw_fault *fault);

/* How many items a list has; they are at pointer/0 and so on. Never blocks. */
int
lw_json_get_count(const lw_json *json, const char *pointer, size_t *count,
                  lw_fault *fault);

/* ---- writing ---- */

/*
 * Values are put one behind the other; commas come by themselves. `name` is
 * that of a member where an object is open, and NULL elsewhere. What is put
 * wrong (no name in an object, an end too many, a second value) is a fault. A
 * hook that has put all returns 0; what is still open then is closed.
 *
 * The pointer of a fault is that of the place in what was written so far.
 */

/* Opens an object, in which members are put until lw_json_end. */
int
lw_json_begin_object(lw_writer *writer, const char *name, lw_fault *fault);

/* Opens a list, in which items are put until lw_json_end. */
int
lw_json_begin_list(lw_writer *writer, const char *name, lw_fault *fault);

/* Closes what was opened last. */
int
lw_json_end(lw_writer *writer, lw_fault *fault);

/* true or false. */
int
lw_json_put_bool(lw_writer *writer, const char *name, bool value,
                 lw_fault *fault);

/* A whole number. */
int
lw_json_put_i64(lw_writer *writer, const char *name, int64_t value,
                lw_fault *fault);

/* One that is not negative. */
int
lw_json_put_u64(lw_writer *writer, const char *name, uint64_t value,
                lw_fault *fault);

/* With all its digits; infinity and what is no number are a fault. */
int
lw_json_put_double(lw_writer *writer, const char *name, double value,
                   lw_fault *fault);

/* A string; what is no UTF-8 is a fault. */
int
lw_json_put_text(lw_writer *writer, const char *name, lw_span text,
                 lw_fault *fault);

/*
 * A fault at the place where the next value would be, for what a hook itself
 * finds wrong with it. Gives LW_MALFORMED. Never blocks.
 */
int
lw_json_refuse(lw_writer *writer, const char *name, const char *detail,
               lw_fault *fault);

#ifdef __cplusplus
}
#endif
#endif
