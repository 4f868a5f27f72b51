/*
 * channel.h - the child's ends of the three pipes, and the frames on them.
 *
 * One channel for the process, since there is one set of pipes, and three
 * threads on it:
 *
 *   main       reads requests (channel_attend), and sleeps while one is served
 *   loop       serves them (channel_next, channel_send); its stack is as large
 *              as that of the thread in which `lean FILE` elaborates
 *   cancel     waits for cancels (channel_wait_cancel)
 *
 * Main must not be the loop: under Node its stack is small. It must not sit in
 * a read while Lean works either, since Node does some things for the other
 * threads (ending the process, starting a thread) in the main one only.
 *
 * Frames may be sent from any thread; a lock keeps them whole. A function that
 * meets the end of the parent, or a parent that breaks the protocol, does not
 * return: the process has nobody left to work for.
 */
#ifndef LWI_PLUGIN_CHANNEL_H
#define LWI_PLUGIN_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/message.h"

/* Exit codes; the GOODBYE before them is what the parent goes by. */
enum plugin_exit {
    PLUGIN_EXIT_USAGE = 2,     /* LW_CHILD_FDS is missing or malformed */
    PLUGIN_EXIT_SECRET = 70,   /* called by code without the secret */
    PLUGIN_EXIT_PROTOCOL = 71, /* the parent broke the protocol */
    PLUGIN_EXIT_HOST = 72,     /* this Lean cannot be worked with */
    PLUGIN_EXIT_PARENT = 73,   /* the parent is gone */
    PLUGIN_EXIT_PRELOAD = 74,  /* a session could not be opened in advance */
};

/* A request as it came; its texts live until the next one is read. */
struct channel_request {
    const struct lwi_descriptor *what;
    union lwi_any_message message;
};

/*
 * Before channel_open: the next request of the preload, which is answered like
 * any other; NULL: there is none, or no more. Its answer and its events go
 * nowhere. The process gives up where it failed.
 */
const struct channel_request *
channel_preload(void);

/* Finds the pipes, says HELLO and waits for WELCOME. */
void
channel_open(void);

/*
 * Main: reads requests, hands them to channel_next and answers PINGs. Returns
 * at the orderly end, when GOODBYE has been sent.
 */
void
channel_attend(void);

/* Loop: the last request is done; waits for the next. NULL at the end. */
const struct channel_request *
channel_next(void);

/* The request in progress; NULL before the first. */
const struct channel_request *
channel_current(void);

/* Counts the requests of this process from 1; 0 before the first. */
uint32_t
channel_request_number(void);

/* Whether the request in progress was cancelled. */
bool
channel_request_cancelled(void);

/*
 * Waits for a cancel of the request in progress and returns its number.
 * 0 when no more can come.
 */
uint32_t
channel_wait_cancel(void);

/* Whether there is memory shared with the parent, for what is large. */
bool
channel_has_ring(void);

/* Bytes; no body may be larger. */
uint32_t
channel_frame_limit(void);

/* Sends a message in the name of the request in progress. */
void
channel_send(uint8_t type, const void *message);

/*
 * Like channel_send, but the frame may stay behind until a block is full, 50 ms
 * have passed, or another frame is sent. False, with nothing sent, where the
 * message is larger than a frame may be.
 */
bool
channel_gather(uint8_t type, uint16_t stream, const void *message);

/* Writes what channel_gather has kept. */
void
channel_flush(void);

/* The same, if it was kept for 50 ms. */
void
channel_flush_old(void);

/*
 * How often pipe or ring was full since the process began. On wasm, where a
 * full pipe only makes a write slow: how many writes took more than a
 * millisecond.
 */
uint32_t
channel_waits(void);

/* Says GOODBYE with a reason and ends the process. */
_Noreturn void
channel_quit(enum lwi_goodbye_reason reason, const char *detail, int code);

#endif
