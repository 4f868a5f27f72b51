/*
 * stream.h - what an export may do while it runs, and only then.
 *
 * Each run has a token of its own, drawn at random, which is what a Stream of
 * lean/library/LeanWorker.lean is inside. Code that has kept the handle of
 * another run, or made one up, gets an error, and nothing is sent.
 *
 * The loop begins and ends runs. An export may emit from any thread.
 */
#ifndef LWI_PLUGIN_STREAM_H
#define LWI_PLUGIN_STREAM_H

#include "plugin.h"

/* Owned arguments, bare results, as all that the shim calls. */
PLUGIN_VISIBLE lean_object *
lw_begin_run(lean_object *secret); /* the token */
PLUGIN_VISIBLE lean_object *
lw_end_run(lean_object *secret); /* rows, waits; nothing can be sent any more */

#endif
