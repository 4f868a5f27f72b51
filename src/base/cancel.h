/*
 * cancel.h - what waits inside the library need of a cancellation token.
 */
#ifndef LWI_CANCEL_H
#define LWI_CANCEL_H

#include <lean_worker/cancel.h>

#include "base/base.h"

/* Readable from the moment the token is set; -1 for NULL. Only to be polled. */
int
lwi_cancel_fd(const lw_cancel *cancel);

#endif
