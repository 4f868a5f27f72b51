/*
 * tool.h - a compiler or lake, while it runs: a child of which only what it
 * prints matters, and how it ends.
 */
#ifndef LWI_PROC_TOOL_H
#define LWI_PROC_TOOL_H

#include "base/buf.h"
#include "base/clock.h"
#include "proc/child.h"

struct lwi_tool {
    struct lwi_child *child; /* NULL: none runs */
    struct lwi_buf output;   /* of stdout, as it came */
    size_t limit;            /* of it; what comes behind is lost */
    bool cut;
    bool at_end;
};

struct lwi_tool_words {
    const char *const *argv; /* NULL at the end; a path first */
    const char *const *environment;
    const char *folder;
};

/* Errors: those of lwi_child_spawn, LW_ENOMEM. */
int
lwi_tool_start(struct lwi_tool *tool, lw_runtime *runtime, size_t limit,
               const struct lwi_tool_words *words, lw_error *err);

/* Takes what is in the pipe. LW_OK or LW_ENOMEM. */
int
lwi_tool_drain(struct lwi_tool *tool);

/*
 * Waits until one of them is dead or has printed something, or the cancel is
 * set, or the deadline has passed. Errors, of which `doing` is the operation:
 * LW_ESYSTEM, LW_ENOMEM.
 */
int
lwi_tools_wait(struct lwi_tool *tools, size_t count, int cancel_fd,
               const struct lwi_clock *clock, int64_t deadline,
               const char *doing, lw_error *err);

bool
lwi_tool_is_dead(const struct lwi_tool *tool);

/* True where it is dead: buried, all that it printed is in `output`, and the
 * obituary, borrowed until fini, tells how. */
bool
lwi_tool_ended(struct lwi_tool *tool, const struct lwi_clock *clock,
               struct lwi_obituary *obituary);

/* The end of a text without the blanks behind it, for an error's message. */
lw_span
lwi_tool_end_of(lw_span text);

/* That of what it wrote on stderr. */
lw_span
lwi_tool_last_words(const struct lwi_obituary *obituary);

/* Kills what still runs, with its group, and waits until it is gone. */
void
lwi_tool_fini(struct lwi_tool *tool, const struct lwi_clock *clock,
              enum lwi_kill_reason reason);

#endif
