/*
 * launcher_wire.h - what the library and lean-worker-child say to each other.
 *
 * Options on the command line; a status socket, on which the library says
 * "go" and the launcher how far it came; and the warden's lifeline. Both sides
 * pass --wire, so that a launcher of another version is an error message.
 */
#ifndef LWI_PROC_LAUNCHER_WIRE_H
#define LWI_PROC_LAUNCHER_WIRE_H

#include <stdint.h>

#define LWI_WIRE_VERSION "1"

/* Where the launcher finds things, and where it puts them. */
#define LWI_LAUNCH_FD_REQUEST 0
#define LWI_LAUNCH_FD_RESPONSE 1
#define LWI_LAUNCH_FD_CANCEL 3
#define LWI_LAUNCH_FD_STATUS 4
#define LWI_LAUNCH_FD_RING 5
#define LWI_CHILD_FD_REQUEST 10
#define LWI_CHILD_FD_RESPONSE 11
#define LWI_CHILD_FD_CANCEL 12
#define LWI_CHILD_FD_RING 13
#define LWI_CHILD_FDS_VARIABLE "LW_CHILD_FDS"
#define LWI_CHILD_FDS_VALUE "10,11,12"
#define LWI_CHILD_RING_VARIABLE "LW_CHILD_RING"
#define LWI_CHILD_RING_VALUE "13"

/* In the ring's place a zygote has what to open before it forks: frames. */
#define LWI_CHILD_PRELOAD_VARIABLE "LW_CHILD_PRELOAD"
#define LWI_CHILD_PRELOAD_VALUE LWI_CHILD_RING_VALUE

/* Without a launcher: where its status socket would be. */
#define LWI_DIRECT_FD_RING 4
#define LWI_DIRECT_RING_VALUE "4"

/*
 * How many descriptors a host of Lean must be allowed to have open, or the
 * launcher refuses. Measured on the embedded Lean, Node 26, Linux 6: with 35
 * Node ends without a word about it; with 36 it starts and Lean cannot open
 * its modules, which would be a wrong verdict; 37 do. The others are for what
 * Lean code opens.
 */
#define LWI_LAUNCH_DESCRIPTORS 48u

/* Sent to the launcher once the warden knows of it. */
#define LWI_LAUNCH_GO 'g'

/* How far the launcher came. READY means: the next thing is exec, or
 * Lean's main function in the launcher itself. */
/*        name                        number  what failed */
#define LWI_STAGE_MAP(X)                                                       \
    X(LWI_STAGE_READY, 0, "nothing")                                           \
    X(LWI_STAGE_PARENT, 1, "it could not be tied to this process")             \
    X(LWI_STAGE_DESCRIPTORS, 2, "its descriptors could not be set up")         \
    X(LWI_STAGE_LIMITS, 3, "its resource limits could not be set")             \
    X(LWI_STAGE_EXEC, 4, "the program could not be executed")                  \
    X(LWI_STAGE_LIMITED, 5, "it may open too few descriptors")

#define LWI_STAGE_ENUM_(name, number, text) name = number,
enum lwi_stage { LWI_STAGE_MAP(LWI_STAGE_ENUM_) };
#undef LWI_STAGE_ENUM_

/* What the launcher says on stderr where it hosts Lean and the stack ends. */
#define LWI_STACK_USED_UP "lean-worker-child: the stack is used up"

/* Status record: u32 stage, u32 errno. */
#define LWI_STATUS_SIZE 8u

/* Lifeline record: u32 operation, u32 group, u64 start ticks of its leader. */
#define LWI_LIFELINE_SIZE 16u
#define LWI_LIFELINE_ADD 0x61646420u
#define LWI_LIFELINE_REMOVE 0x72656d20u

/*
 * ---- the fork server: the launcher with --zygote ----
 *
 *      library                          zygote                      its fork
 *         │ ◄── READY, or a refusal ──────│                            │
 *         │ ─── FORK, 5 descriptors ────► │ ── fork ─────────────────► │
 *         │ ◄══ FORKED, pidfd ═══════════ │                            │
 *         │ ═══ go ═══════════════════════╪══════════════════════════► │
 *         │ ◄══ ENDED, exit status ══════ │ (once it is reaped)
 *
 * Single lines: the control socket, in place of the request pipe. Double
 * lines: a socket of that fork alone, whose other end comes with FORK, so that
 * no answer can be taken for another's. Both are of packets, each of one size.
 */

/* Descriptors that come with FORK, in this order. */
enum lwi_fork_fd {
    LWI_FORK_FD_REQUEST,
    LWI_FORK_FD_RESPONSE,
    LWI_FORK_FD_CANCEL,
    LWI_FORK_FD_STDERR,
    LWI_FORK_FD_STATUS,
    LWI_FORK_FDS,
};

/* On the control socket, both ways: u32 word, u32 number. */
#define LWI_CONTROL_SIZE 8u
#define LWI_CONTROL_FORK 0x666f726bu

/*
 * What the zygote says there, once; the number is one of threads, an errno, or
 * an lwi_failure_code. Why a session could not be opened is on its stderr.
 */
/*        name                          number  why it will not fork */
#define LWI_ZYGOTE_MAP(X)                                                      \
    X(LWI_ZYGOTE_READY, 0, "nothing")                                          \
    X(LWI_ZYGOTE_NOT_QUIET, 1,                                                 \
      "it is not quiet: threads of it live on after its task manager has "     \
      "ended, and a fork would wait for them for ever")                        \
    X(LWI_ZYGOTE_NO_MANAGER, 2,                                                \
      "this Lean has no functions that end its task manager and begin it "     \
      "again")                                                                 \
    X(LWI_ZYGOTE_NO_PIDFD, 3, "this system has no pidfd")                      \
    X(LWI_ZYGOTE_DESCRIPTORS, 4, "it has too many descriptors open")           \
    X(LWI_ZYGOTE_NOT_OPENED, 5, "a session could not be opened in it")

#define LWI_ZYGOTE_ENUM_(name, number, text) name = number,
enum lwi_zygote_word { LWI_ZYGOTE_MAP(LWI_ZYGOTE_ENUM_) };
#undef LWI_ZYGOTE_ENUM_

/* The thread that forks, and that of libuv, which sleeps in its loop. */
#define LWI_ZYGOTE_THREADS 2u

/*
 * On a fork's own socket: u32 word, u32 number, u32 code, u32 0, u64 largest
 * resident KiB, u64 user µs, u64 system µs. FORKED: number is the process id,
 * and its pidfd comes along. NOT_FORKED: number is errno. ENDED: code and
 * number are si_code and si_status of waitid(2).
 */
#define LWI_FORK_STATUS_SIZE 40u
#define LWI_FORK_FORKED 1u
#define LWI_FORK_NOT_FORKED 2u
#define LWI_FORK_ENDED 3u

/* Little-endian, whatever the machine. */
static inline void
lwi_launch_put_u32(unsigned char *to, uint32_t value)
{
    int i;

    for (i = 0; i < 4; i++)
        to[i] = (unsigned char)(value >> (8 * i));
}

static inline uint32_t
lwi_launch_get_u32(const unsigned char *from)
{
    return (uint32_t)from[0] | (uint32_t)from[1] << 8 |
           (uint32_t)from[2] << 16 | (uint32_t)from[3] << 24;
}

static inline void
lwi_launch_put_u64(unsigned char *to, uint64_t value)
{
    lwi_launch_put_u32(to, (uint32_t)value);
    lwi_launch_put_u32(to + 4, (uint32_t)(value >> 32));
}

static inline uint64_t
lwi_launch_get_u64(const unsigned char *from)
{
    return lwi_launch_get_u32(from) | (uint64_t)lwi_launch_get_u32(from + 4)
                                          << 32;
}

#endif
