/*
 * span.h - a borrowed run of bytes.
 */
#ifndef LEAN_WORKER_SPAN_H
#define LEAN_WORKER_SPAN_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Borrowed bytes: whoever gives a span says until when it may be read. Not
 * NUL-terminated; may hold NUL bytes. size 0 goes with any pointer.
 */
typedef struct lw_span {
    const char *data;
    size_t size;
} lw_span;

#ifdef __cplusplus
}
#endif
#endif
