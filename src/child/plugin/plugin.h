/*
 * plugin.h - the functions of lean/Plugin.lean, by the names after `extern`.
 *
 * Arguments are owned; `secret` is the one that lw_take_secret gave. Texts and
 * numbers are Lean objects. What each does is told where it is declared for
 * Lean's side, and here in short.
 */
#ifndef LWI_PLUGIN_H
#define LWI_PLUGIN_H

#include "lean_abi.h"

/* What the interpreter may find; all else is hidden. */
#define PLUGIN_VISIBLE __attribute__((visibility("default")))

enum { PLUGIN_SECRET_DIGITS = 32 };

#ifndef __wasm__
/*
 * The launcher's, where Lean runs inside of it: in a fork server it returns
 * once in each fork, and nothing of a worker has been done before.
 */
extern void
lw_launcher_attend(void) __attribute__((weak));

/*
 * In a fork server: a session could not be opened in advance, with the code of
 * the FAILED that says so. The words are for stderr, and the end is ours.
 */
extern void
lw_launcher_refuse(uint32_t code) __attribute__((weak));
#endif

/* Random hexadecimal digits, 128 bits of them, without a NUL. */
void
plugin_draw_secret(char to[PLUGIN_SECRET_DIGITS]);

/* Does not return without the secret; releases it. */
void
plugin_demand_secret(lean_object *given);

/* A shim that is a shared library of its own finds them by these names. */
#ifndef __wasm__
#pragma GCC visibility push(default)
#endif

/* Checks the host; only the first call is lawful. */
lean_object *
lw_take_secret(void);

/*
 * The name of the next request to serve before the handshake (channel.h), or ""
 * if there are no more.
 */
lean_object *
lw_preload(lean_object *secret);

/*
 * Shakes hands, in a fork server in each fork, and gives the secret that holds
 * from now on.
 */
lean_object *
lw_begin(lean_object *secret);

/* For the main thread: reads requests until there will be no more. */
lean_object *
lw_attend(lean_object *secret);

/* The last request is done: the name of the next, or "" if none will come. */
lean_object *
lw_next(lean_object *secret);

/*
 * A U32, a TEXT (or a REST, which lw_is_text has found to be one), a TEXTS of
 * the request in progress, by its name.
 */
lean_object *
lw_num(lean_object *secret, lean_object *field);
lean_object *
lw_str(lean_object *secret, lean_object *field);
lean_object *
lw_strs(lean_object *secret, lean_object *field);

/* 1 where the bytes of a REST are UTF-8. */
lean_object *
lw_is_text(lean_object *secret, lean_object *field);

/* Sends a message in the name of the request in progress. */
lean_object *
lw_send(lean_object *secret, lean_object *message, lean_object *numbers,
        lean_object *texts);

/* Counts requests from 1. */
lean_object *
lw_request_number(lean_object *secret);

/* 1 if the request in progress was cancelled. */
lean_object *
lw_cancelled(lean_object *secret);

/*
 * The number of the request that is to end; 0 when no more cancels can come.
 * Blocks: for a task of its own.
 */
lean_object *
lw_wait_cancel(lean_object *secret);

/* Bytes of the largest body that may be sent. */
lean_object *
lw_frame_limit(lean_object *secret);

/* Ends the process: this host cannot work. */
lean_object *
lw_fail(lean_object *secret, lean_object *detail);

/*
 * The end of the heap on wasm, where it counts against 2 GiB and never
 * shrinks. Elsewhere the parent sees more from outside, and this is 0.
 */
lean_object *
lw_heap_kib(lean_object *secret);

#ifndef __wasm__
#pragma GCC visibility pop
#endif

#endif
