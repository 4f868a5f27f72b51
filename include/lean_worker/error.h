/*
 * error.h - what a failed call knows about its failure.
 *
 * The caller owns the struct; the library fills it in and keeps no pointer to
 * it. There is no thread-local "last error": a message can then never belong
 * to another call.
 */
#ifndef LEAN_WORKER_ERROR_H
#define LEAN_WORKER_ERROR_H

#include <lean_worker/status.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LW_ERROR_MESSAGE_SIZE 1024 /* bytes, with the final NUL */

typedef struct lw_error {
    int status;            /* an lw_status */
    int system_errno;      /* errno of the failed call, else 0 */
    int exit_code;         /* of the child, else -1 */
    int exit_signal;       /* of the child, else 0 */
    const char *operation; /* static storage: what was being done */
    char message[LW_ERROR_MESSAGE_SIZE]; /* one sentence, NUL-terminated */
} lw_error;

#define LW_ERROR_INIT                                                          \
    {                                                                          \
        0, 0, -1, 0, "", ""                                                    \
    }

#ifdef __cplusplus
}
#endif
#endif
