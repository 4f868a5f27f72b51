/*
 * world.h - what a scenario's parent lives in: time that only moves when it
 * is told, memory that is counted, and a look at what is left behind.
 */
#ifndef SCENARIO_WORLD_H
#define SCENARIO_WORLD_H

#include <lean_worker/runtime.h>

#include "proc/runtime.h"

/*
 * Virtual time. A wait with a deadline waits for something real to happen; if
 * the child has said that it is quiet (its notes, child.h) and was not killed
 * since, nothing will, and the clock jumps to the deadline. Of several threads
 * that wait, the one whose deadline is first takes the jump; and none does
 * while the main thread is not waiting: what it does takes no time. So no
 * scenario sleeps, and none depends on the speed of the machine.
 */

/*
 * In the environment of a child: the how manieth start it is. Each of its
 * notes begins with it, since what a child that is dead has said no longer
 * counts.
 */
#define WORLD_START "LWS_START"

/* Makes the FIFO for notes and starts the thread that reads it. */
void
world_open(void);

/* Ends the thread and removes the FIFO. */
void
world_close(void);

const char *
world_notes_path(void);

const struct lwi_runtime_hooks *
world_hooks(void);

const lw_allocator *
world_allocator(void);

/*
 * What happens, once, when the child next says that it is quiet, or silent for
 * good: called on the thread that reads its notes. True: nothing else is on
 * the way, so that time may jump.
 */
void
world_when_quiet(bool (*act)(void *user, bool silent), void *user);

/*
 * Time stands still while a child is started, until the caller waits for it:
 * called by every wait. Not by the thread that starts children.
 */
void
world_end_spawn(void);

/* Returns when nothing of world_when_quiet runs or will run. */
void
world_settle(void);

/*
 * Waits, in virtual time, until the descriptor of a request in steps can be
 * read; until something is so that another thread brings about.
 */
void
world_wait_readable(int fd);
void
world_wait_until(bool (*is_so)(void *user), void *user);

/* The end: from here on time passes without the main thread. */
void
world_run_free(void);

/* Virtual milliseconds since the start. */
int64_t
world_now_ms(void);

/* Lets so much time pass. Who waits is not woken by it. */
void
world_pass(int64_t ms);

/* What children found wrong; "" where nothing. */
const char *
world_complaints(void);

/* Blocks of the allocator that are in use. */
size_t
world_blocks(void);

/*
 * Open descriptors and threads of this process. Threads that have been joined
 * get a second to vanish, down to the number wanted; 0: count at once.
 */
size_t
world_descriptors(void);
size_t
world_threads(size_t wanted);

/*
 * Waits for descendants that came to us, the subreaper; how many there were.
 * Those that escaped on purpose are killed before; the others must be dead or
 * dying already.
 */
size_t
world_reap_escaped(bool kill_them);

#endif
