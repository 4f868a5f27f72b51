/* doctor_folders.c - where lean-worker writes, and whether it can. */
#include <limits.h>

#include "base/base.h"
#include "base/path.h"
#include "doctor_look.h"
#include "pool/control_socket.h"

/*
 * 0 where the folder is there and can be written, or can be made; else errno.
 * `path` is cut down to the nearest folder that is there.
 */
static int
judge(char *path)
{
    while (!lwi_path_is_there(path)) {
        if (errno != ENOENT && errno != ENOTDIR)
            return errno;
        if (!lwi_path_to_parent(path))
            return ENOENT;
    }
    if (!lwi_path_is_folder(path))
        return ENOTDIR;
    return access(path, W_OK | X_OK) == 0 ? 0 : errno;
}

/* ---- compiled modules ---- */

static void
look_at_cache(struct doctor_put *put)
{
    const char *cache = lwi_environment("XDG_CACHE_HOME");
    const char *home = lwi_environment("HOME");
    char path[PATH_MAX], nearest[PATH_MAX];
    int problem, length;

    if (cache == NULL && (home == NULL || home[0] != '/')) {
        doctor_put_own(put, LW_DOCTOR_WARNING, "no_cache_folder",
                       "set HOME or XDG_CACHE_HOME, or give --build-folder",
                       "there is no folder for modules that are compiled "
                       "without lake: neither XDG_CACHE_HOME nor HOME is set");
        return;
    }
    length =
        snprintf(path, sizeof(path), "%s%s/lean-worker/build",
                 cache != NULL ? cache : home, cache != NULL ? "" : "/.cache");
    if (length < 0 || (size_t)length >= sizeof(path))
        problem = ENAMETOOLONG;
    else {
        memcpy(nearest, path, sizeof(nearest));
        problem = judge(nearest);
    }
    if (problem == 0)
        doctor_put_own(put, LW_DOCTOR_INFO, "cache_folder", "",
                       "compiled modules go to %s", path);
    else
        doctor_put_own(put, LW_DOCTOR_WARNING, "cache_not_writable",
                       "see to that folder, or set XDG_CACHE_HOME",
                       "%s, for modules that are compiled without lake, "
                       "cannot be written: %s: %s",
                       path, problem == ENAMETOOLONG ? "its name" : nearest,
                       strerror(problem));
}

/* ---- control sockets ---- */

/* 0, or errno; EPERM: it is not the user's alone. */
static int
judge_control(const char *path)
{
    char parent[PATH_MAX];
    int fd;

    if (lwi_path_is_there(path)) {
        fd = lwi_control_open_folder(path);
        if (fd < 0)
            return errno;
        close(fd);
        return access(path, W_OK | X_OK) == 0 ? 0 : errno;
    }
    snprintf(parent, sizeof(parent), "%s", path);
    if (!lwi_path_to_parent(parent))
        return ENOENT;
    if (!lwi_path_is_folder(parent))
        return errno != 0 ? errno : ENOTDIR;
    return access(parent, W_OK | X_OK) == 0 ? 0 : errno;
}

/* The first that can be used, as a pool takes it. */
static void
look_at_control(struct doctor_put *put)
{
    char path[PATH_MAX] = "";
    int problem = ENOENT;
    unsigned which;

    for (which = 0; which < LWI_CONTROL_FOLDERS; which++) {
        if (!lwi_control_folder(which, path, sizeof(path)))
            continue;
        problem = judge_control(path);
        if (problem == 0) {
            doctor_put_own(put, LW_DOCTOR_INFO, "control_folder", "",
                           "control sockets of pools are in %s", path);
            return;
        }
    }
    doctor_put_own(
        put, LW_DOCTOR_WARNING, "control_not_usable",
        "set XDG_RUNTIME_DIR to a folder of this user, with mode 0700",
        "no folder for the control sockets of pools can be used: %s: %s", path,
        problem == EPERM ? "it must be a folder of this user, with mode 0700"
                         : strerror(problem));
}

void
doctor_look_at_folders(struct doctor_put *put)
{
    look_at_cache(put);
    look_at_control(put);
}
