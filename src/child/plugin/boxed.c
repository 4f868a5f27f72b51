/*
 * boxed.c - the plugin's functions as Lean's interpreter looks for them.
 *
 * For a shim that is interpreted (`lean --run`). The interpreter turns the
 * name LeanWorker.Plugin.x into the symbol l_LeanWorker_Plugin_x___boxed, and
 * passes the world as one more argument. Where the shim is compiled into the
 * plugin, start.c takes the place of this file.
 */
#include "plugin.h"
#include "stream.h"

#define BOXED_0(name, function)                                                \
    PLUGIN_VISIBLE lean_object *l_LeanWorker_Plugin_##name##___boxed(          \
        lean_object *world);                                                   \
    lean_object *l_LeanWorker_Plugin_##name##___boxed(lean_object *world)      \
    {                                                                          \
        (void)world;                                                           \
        return function();                                                     \
    }

#define BOXED_1(name, function)                                                \
    PLUGIN_VISIBLE lean_object *l_LeanWorker_Plugin_##name##___boxed(          \
        lean_object *a, lean_object *world);                                   \
    lean_object *l_LeanWorker_Plugin_##name##___boxed(lean_object *a,          \
                                                      lean_object *world)      \
    {                                                                          \
        (void)world;                                                           \
        return function(a);                                                    \
    }

#define BOXED_2(name, function)                                                \
    PLUGIN_VISIBLE lean_object *l_LeanWorker_Plugin_##name##___boxed(          \
        lean_object *a, lean_object *b, lean_object *world);                   \
    lean_object *l_LeanWorker_Plugin_##name##___boxed(                         \
        lean_object *a, lean_object *b, lean_object *world)                    \
    {                                                                          \
        (void)world;                                                           \
        return function(a, b);                                                 \
    }

#define BOXED_4(name, function)                                                \
    PLUGIN_VISIBLE lean_object *l_LeanWorker_Plugin_##name##___boxed(          \
        lean_object *a, lean_object *b, lean_object *c, lean_object *d,        \
        lean_object *world);                                                   \
    lean_object *l_LeanWorker_Plugin_##name##___boxed(                         \
        lean_object *a, lean_object *b, lean_object *c, lean_object *d,        \
        lean_object *world)                                                    \
    {                                                                          \
        (void)world;                                                           \
        return function(a, b, c, d);                                           \
    }

BOXED_0(takeSecret, lw_take_secret)
BOXED_1(preload, lw_preload)
BOXED_1(begin, lw_begin)
BOXED_1(attend, lw_attend)
BOXED_1(next, lw_next)
BOXED_2(num, lw_num)
BOXED_2(str, lw_str)
BOXED_2(isText, lw_is_text)
BOXED_2(strs, lw_strs)
BOXED_4(send, lw_send)
BOXED_1(requestNumber, lw_request_number)
BOXED_1(cancelled, lw_cancelled)
BOXED_1(waitCancel, lw_wait_cancel)
BOXED_1(frameLimit, lw_frame_limit)
BOXED_2(fail, lw_fail)
BOXED_1(heapKib, lw_heap_kib)
BOXED_1(beginRun, lw_begin_run)
BOXED_1(endRun, lw_end_run)

extern lean_object *
lean_eval_const(lean_object *environment, lean_object *options,
                lean_object *name);

/* Pure, so there is no world; Lean's own function borrows. */
PLUGIN_VISIBLE lean_object *
l_LeanWorker_Plugin_evalConst___boxed(lean_object *type,
                                      lean_object *environment,
                                      lean_object *options, lean_object *name);
lean_object *
l_LeanWorker_Plugin_evalConst___boxed(lean_object *type,
                                      lean_object *environment,
                                      lean_object *options, lean_object *name)
{
    lean_object *result = lean_eval_const(environment, options, name);

    lean_release(type);
    lean_release(environment);
    lean_release(options);
    lean_release(name);
    return result;
}
