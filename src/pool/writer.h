/*
 * writer.h - text put into room that a caller gave, as snprintf does: what
 * does not fit is left out, and what the whole takes is known at the end.
 */
#ifndef LWI_POOL_WRITER_H
#define LWI_POOL_WRITER_H

#include <lean_worker/span.h>

#include "base/base.h"

struct lwi_writer {
    char *text; /* NULL: only measured */
    size_t size;
    size_t length; /* of the whole */
};

void
lwi_writer_printf(struct lwi_writer *writer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void
lwi_writer_put(struct lwi_writer *writer, const char *bytes, size_t size);

/* A JSON string with its quotes. What is not UTF-8 becomes U+FFFD, each byte.
 */
void
lwi_writer_json_string(struct lwi_writer *writer, lw_span text);

/* Ends the text with a NUL. LW_OK, or LW_ELIMIT where it was cut. */
int
lwi_writer_end(const struct lwi_writer *writer, size_t *length,
               const char *doing, lw_error *err);

#endif
