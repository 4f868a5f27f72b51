/*
 * error.h - filling in an lw_error.
 */
#ifndef LWI_ERROR_H
#define LWI_ERROR_H

#include "base/base.h"

/*
 * Fills in *err (NULL is allowed) and returns status, so that a failing
 * function ends in `return lwi_fail(err, LW_E…, "operation", "…", …)`.
 * operation must have static storage. The message is cut at the size of the
 * field and made printable, valid UTF-8: a child must not write to a terminal
 * through it.
 */
int
lwi_fail(lw_error *err, lw_status status, const char *operation,
         const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The same with errno saved and its text put after the message. */
int
lwi_fail_errno(lw_error *err, lw_status status, const char *operation,
               const char *format, ...) __attribute__((format(printf, 4, 5)));

/*
 * Control characters in a message come from outside: they become '?', the C1
 * ones (U+0080 to U+009F) as well, newlines and tabs blanks. So does what is
 * not UTF-8, such as a character that was cut in two: a message can always be
 * printed as JSON. In place; the size stays.
 */
void
lwi_make_printable(char *text);

#endif
