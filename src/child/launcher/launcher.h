/*
 * launcher.h - lean-worker-child: a process between the library and Lean.
 *
 * It has three lives. As launcher it sets itself up the way a child must be,
 * and then becomes the program that does the work: by exec, or for native Lean
 * by loading its library and calling its main function. As warden it stays, and
 * ends the children when the program that owns them is gone. It is built
 * without the library, has one thread, and does not allocate but for the
 * warden's table.
 */
#ifndef LWI_LAUNCHER_H
#define LWI_LAUNCHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "proc/launcher_wire.h"

#define KEEP_MAX 32

/* The status socket is put behind the protocol's descriptors. */
#define LAUNCHER_FD_STATUS 14
#define LAUNCHER_FD_LAST LAUNCHER_FD_STATUS

/* Exit codes as of env(1) and nice(1). */
#define EXIT_USAGE 2
#define EXIT_OWN_FAILURE 125
#define EXIT_NOT_EXECUTABLE 126
#define EXIT_NOT_FOUND 127

/* Values of limits that are not set. */
#define UNLIMITED UINT64_MAX

enum limit { LIMIT_CORE, LIMIT_CPU, LIMIT_ADDRESS, LIMIT_DATA, LIMIT_FILE };
#define LIMIT_COUNT 5

struct settings {
    bool warden;
    bool zygote;  /* the request descriptor is a control socket: zygote.c; and
                     the ring, if any, is what to open before it forks */
    pid_t parent; /* 0: not given */
    pid_t thread; /* of the parent, that started us; 0: not given */
    int status;   /* socket, or -1: report in words on stderr */
    int ring;     /* memory shared with the library, or -1 */
    uint64_t limits[LIMIT_COUNT];
    int keep[KEEP_MAX];
    size_t keep_count;
    const char *host; /* Lean's shared library; NULL: the command is executed */
    char **command;   /* NULL at the end */
};

/* ---- launch.c ---- */

/* Becomes the command. Returns an exit code where that fails. */
int
launch(struct settings *settings);

/* ---- setup.c: each gives 0, or -1 with errno ---- */

/* Default dispositions, nothing blocked. */
void
reset_signals(void);

/*
 * `signal` comes when the parent dies; ESRCH where it is dead already, or the
 * thread that started us is.
 */
int
tie_to_parent(const struct settings *settings, int signal);

/*
 * Sees to it that LWI_LAUNCH_DESCRIPTORS may be open: a soft limit below that
 * is raised. EMFILE where the hard limit is.
 */
int
allow_descriptors(void);

/* The protocol to its places, fd 0 to nothing, fd 1 to stderr. */
int
move_descriptors(struct settings *settings);

/* Closes all but 0 to 2, the protocol and what is to be kept. */
void
close_others(const struct settings *settings);

/* Closes all but 0 to 2. */
void
close_all(void);

int
set_limits(const struct settings *settings);

/* Asks the kernel to kill this process before its parent. */
void
volunteer_for_oom(void);

/* ---- host.c ---- */

/* False, with the reason on stderr, where the library cannot be loaded. */
bool
load_host(const char *library);

/* Runs Lean's main function with these arguments. Gives the exit code. */
int
become_host(char **command);

/* A function of the library that load_host has loaded, or NULL. */
void *
find_in_host(const char *name);

/* ---- zygote.c ---- */

/* From now on this process is one: lw_launcher_attend forks. */
void
become_zygote(void);

/*
 * Called by the plugin when the shim's main begins, before anything of a
 * worker is done. In a plain child it returns at once. In a zygote it returns
 * in each fork, and never in the zygote itself.
 */
__attribute__((visibility("default"))) void
lw_launcher_attend(void);

/*
 * Called by the plugin where a session could not be opened in advance, for the
 * reason with this number; the process ends next. Does nothing in a plain
 * child.
 */
__attribute__((visibility("default"))) void
lw_launcher_refuse(uint32_t code);

/* ---- warden.c ---- */

/* Stays until the parent is gone. Gives the exit code. */
int
watch(const struct settings *settings);

#endif
