/* A side module for `lean --load-dynlib`: reads and writes the process's own
 * descriptors 3, 4 and 5, which Lean sees as 1003, 1004 and 1005.
 *
 * Freestanding wasm32. The interpreter finds `opaque twice` by the symbol
 * l_twice___boxed; a Unit is the boxed scalar 0, which is the pointer 1. */

extern long
read(int fd, void *buffer, unsigned long size);
extern long
write(int fd, const void *buffer, unsigned long size);

#define UNIT ((void *)1)

/* wasm-ld of clang 14 does not make it, and emscripten calls it in each thread.
 */
void *
_emscripten_tls_init(void)
{
    return 0;
}

/* Nat -> Nat, small numbers only. */
void *
l_twice___boxed(void *n)
{
    unsigned long value = (unsigned long)n >> 1;
    return (void *)(value * 2 << 1 | 1);
}

/* BaseIO Unit: copies descriptor 3 to descriptor 4 until its end. */
void *
l_copyAll___boxed(void *world)
{
    char buffer[4096];
    long size;
    (void)world;
    while ((size = read(1003, buffer, sizeof buffer)) > 0) {
        for (long done = 0, n; done < size; done += n)
            if ((n = write(1004, buffer + done, (unsigned long)(size - done))) <
                0)
                return UNIT;
    }
    return UNIT;
}

/* BaseIO Unit: waits for a byte on descriptor 5 that never comes. */
void *
l_waitForEver___boxed(void *world)
{
    char byte;
    (void)world;
    read(1005, &byte, 1);
    return UNIT;
}
