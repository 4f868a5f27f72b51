/*
 * compiled.c - the door to a shim that the toolchain's own C compiler made a
 * shared library of.
 *
 * Lean has loaded that library before this file's function is called; it reads
 * start.lean and nothing else. Of the library two functions are taken: the one
 * that computes the module's constants, and the one that serves. All else in it
 * is its own, so that no name of it can stand in for one of a checked file.
 */
#include <dlfcn.h>

#include "channel.h"
#include "platform.h"
#include "plugin.h"

typedef lean_object *(*initialize_fn)(uint8_t builtin);
typedef lean_object *(*serve_fn)(void);

/* Does not return where the library does not have it. */
static void *
find(const char *name)
{
    void *found = dlsym(RTLD_DEFAULT, name);

    if (found == NULL)
        channel_quit(LWI_GOODBYE_HOST,
                     "the compiled shim is not what was compiled for this "
                     "version of lean-worker: compile it again",
                     PLUGIN_EXIT_HOST);
    return found;
}

PLUGIN_VISIBLE lean_object *
l_LeanWorker_start___boxed(lean_object *world);
PLUGIN_VISIBLE lean_object *
l_LeanWorker_start___boxed(lean_object *world)
{
    void *initialize_at = find("initialize_LeanWorkerShim");
    void *serve_at = find("lw_serve");
    initialize_fn initialize;
    serve_fn serve;
    lean_object *result;

    (void)world;
    __builtin_memcpy(&initialize, &initialize_at, sizeof(initialize));
    __builtin_memcpy(&serve, &serve_at, sizeof(serve));
    result = initialize(1);
    if (lean_is_scalar(result) || result->tag != 0)
        channel_quit(LWI_GOODBYE_HOST, "the shim could not be initialized",
                     PLUGIN_EXIT_HOST);
    lean_release(result);
    (void)serve(); /* a second call is a breach: it takes the secret */
    _exit(0);
}
