/*
 * faults.c - what only C code can do wrong, for the tests on native Lean.
 *
 * A shared object that is loaded beside Lean's runtime (LD_PRELOAD). The shim's
 * LeanWorker.Fault.commit finds its function here, as the interpreter finds
 * those of the plugin.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lean_abi.h"

extern lean_object *
lean_mk_string(const char *text);
extern lean_object *
lean_panic_fn(lean_object *value, lean_object *message);
extern void
lean_internal_panic(const char *message);
extern void
lean_set_exit_on_panic(bool on);
extern lean_object *
lean_mk_string_unchecked(const char *data, size_t size, size_t length);

#define BIG_FRAME ((size_t)1 << 20) /* jumps over the guard page */
#define PIECE ((size_t)1 << 24)

static void
touch(volatile char *bytes, size_t size)
{
    bytes[0] = bytes[size - 1] = 1;
}

/* Out of reach, but no compiler knows it. */
static volatile int deepest = 1 << 30;

/* Not turned into loops: the frame is used after the call. */
__attribute__((noinline)) static int
overflow_small(int depth)
{
    volatile char frame[64];

    touch(frame, sizeof(frame));
    return depth == deepest ? 0 : overflow_small(depth + 1) + frame[depth & 63];
}

__attribute__((noinline)) static int
overflow_big(int depth)
{
    volatile char frame[BIG_FRAME];

    touch(frame, sizeof(frame));
    return depth == deepest ? 0 : overflow_big(depth + 1) + frame[depth & 63];
}

/* By Lean's allocator, as a plugin does that gathers without end. */
static void
allocate_without_end(void)
{
    char *piece = calloc(1, PIECE);

    while (piece != NULL)
        (void)lean_mk_string_unchecked(piece, PIECE - 1, PIECE - 1);
}

static void
write_null(void)
{
    *(volatile int *)8 = 1;
}

static void
panic_that_exits(void)
{
    lean_set_exit_on_panic(true);
    lean_release(lean_panic_fn(lean_box(0), lean_mk_string("PANIC at C code")));
}

static void
raise_number(const char *number)
{
    raise(atoi(number));
}

static void
commit(const char *what)
{
    if (strcmp(what, "null") == 0)
        write_null();
    else if (strcmp(what, "small frames") == 0)
        (void)overflow_small(0);
    else if (strcmp(what, "big frames") == 0)
        (void)overflow_big(0);
    else if (strcmp(what, "allocate") == 0)
        allocate_without_end();
    else if (strcmp(what, "abort") == 0)
        abort();
    else if (strcmp(what, "internal panic") == 0)
        lean_internal_panic("on purpose");
    else if (strcmp(what, "exit on panic") == 0)
        panic_that_exits();
    else if (strncmp(what, "raise ", 6) == 0)
        raise_number(what + 6);
    else
        fprintf(stderr, "faults: there is no fault %s\n", what);
}

__attribute__((visibility("default"))) lean_object *
l_LeanWorker_Fault_commit___boxed(lean_object *what, lean_object *world);
lean_object *
l_LeanWorker_Fault_commit___boxed(lean_object *what, lean_object *world)
{
    (void)world;
    commit(lean_string_data(what));
    lean_release(what);
    return lean_box(0);
}

/* The same for compiled code. */
__attribute__((visibility("default"))) lean_object *
lw_fault_commit(lean_object *what);
lean_object *
lw_fault_commit(lean_object *what)
{
    return l_LeanWorker_Fault_commit___boxed(what, lean_box(0));
}
