/*
 * start.c - the one door into a plugin that contains the compiled shim.
 *
 * lean/Start.lean is all that Lean reads; it declares LeanWorker.start, which
 * the interpreter finds here. The module's constants are made first, as the
 * program that Lean would link does it.
 */
#include "channel.h"
#include "lean/lean.h"
#include "plugin.h"

extern lean_object *
initialize_shim(uint8_t builtin);
extern lean_object *
lw_serve(void);
extern lean_object *
lean_io_exit(uint8_t code);

PLUGIN_VISIBLE lean_object *
l_LeanWorker_start___boxed(lean_object *world);
PLUGIN_VISIBLE lean_object *
l_LeanWorker_start___boxed(lean_object *world)
{
    lean_object *result = initialize_shim(1);

    (void)world;
    if (lean_io_result_is_error(result))
        channel_quit(LWI_GOODBYE_HOST, "the shim could not be initialized",
                     PLUGIN_EXIT_HOST);
    lean_release(result);
    (void)lw_serve(); /* a second call is a breach: it takes the secret */
    return lean_io_exit(0);
}
