/*
 * control_socket.h - where a control socket is, and that it is its user's
 * alone.
 */
#ifndef LWI_POOL_CONTROL_SOCKET_H
#define LWI_POOL_CONTROL_SOCKET_H

#include <sys/stat.h>
#include <sys/un.h>

#include <lean_worker/error.h>

#include "base/base.h"

#define LWI_CONTROL_FOLDERS 2
#define LWI_CONTROL_SUFFIX ".sock"

/* A socket that listens. */
struct lwi_control_socket {
    int fd;
    int folder;   /* that it is in */
    dev_t device; /* of the socket's file, so that no other is removed */
    ino_t inode;
    char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
};

/*
 * The folders that are looked at, 0 to LWI_CONTROL_FOLDERS - 1, the first one
 * first. False: there is no such one (no XDG_RUNTIME_DIR).
 */
bool
lwi_control_folder(unsigned which, char *path, size_t size);

/*
 * Opens a folder that is the user's alone: O_PATH | O_DIRECTORY. -1 with errno;
 * EPERM: it is somebody else's, or others may write there or read.
 */
int
lwi_control_open_folder(const char *path);

/* path NULL: in the first of the folders that can be used, which is made. */
int
lwi_control_socket_open(struct lwi_control_socket *socket, const char *path,
                        lw_error *err);

/* Stops to listen, and removes the file where it is still this one. */
void
lwi_control_socket_close(struct lwi_control_socket *socket, bool remove);

/* A client's, where its user may ask: it does not block; -1 with errno. */
int
lwi_control_socket_accept(const struct lwi_control_socket *socket);

/*
 * Connected to path, close-on-exec; flags: 0 or SOCK_NONBLOCK. -1 with errno,
 * ENAMETOOLONG too.
 */
int
lwi_control_socket_connect(const char *path, int flags);

#endif
