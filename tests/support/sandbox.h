/*
 * sandbox.h - a folder of one's own, to be filled with files that look like
 * toolchains and projects.
 *
 *     struct lwt_sandbox box;
 *     lwt_sandbox_open(&box);
 *     lwt_sandbox_program(&box, "tc/bin/lean");
 *     … lwt_sandbox_path(&box, "tc") …
 *     lwt_sandbox_close(&box);
 */
#ifndef LWT_SANDBOX_H
#define LWT_SANDBOX_H

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <sys/stat.h>

#include "support/test.h"

struct lwt_sandbox {
    char folder[PATH_MAX];
    char paths[8][PATH_MAX]; /* what lwt_sandbox_path gave last */
    unsigned next;
};

static inline void
lwt_sandbox_open(struct lwt_sandbox *box)
{
    const char *base = getenv("TMPDIR");
    char name[PATH_MAX];

    *box = (struct lwt_sandbox){ .next = 0 };
    snprintf(name, sizeof(name), "%s/lwt-XXXXXX", base == NULL ? "/tmp" : base);
    assert_non_null(mkdtemp(name));
    assert_non_null(realpath(name, box->folder));
}

static inline int
lwt_sandbox_remove_(const char *path, const struct stat *facts, int flag,
                    struct FTW *at)
{
    (void)facts, (void)flag, (void)at;
    return remove(path);
}

static inline void
lwt_sandbox_close(struct lwt_sandbox *box)
{
    nftw(box->folder, lwt_sandbox_remove_, 16, FTW_DEPTH | FTW_PHYS);
}

/* The absolute path of a name in the sandbox; good for eight more calls. */
static inline const char *
lwt_sandbox_path(struct lwt_sandbox *box, const char *name)
{
    char *path = box->paths[box->next++ % 8];
    size_t folder = strlen(box->folder), length = strlen(name);

    assert_true(folder + 1 + length < PATH_MAX);
    memmove(path + folder + 1, name, length + 1);
    memcpy(path, box->folder, folder);
    path[folder] = '/';
    return path;
}

/* The folder and all above it. */
static inline void
lwt_sandbox_folder(struct lwt_sandbox *box, const char *name)
{
    char path[PATH_MAX];
    char *at;

    memcpy(path, lwt_sandbox_path(box, name), sizeof(path));
    for (at = path + strlen(box->folder) + 1; (at = strchr(at, '/'));) {
        *at = '\0';
        mkdir(path, 0755);
        *at++ = '/';
    }
    mkdir(path, 0755);
}

static inline void
lwt_sandbox_bytes(struct lwt_sandbox *box, const char *name, const void *data,
                  size_t size, mode_t mode)
{
    char folder[PATH_MAX];
    const char *path = lwt_sandbox_path(box, name);
    char *slash;
    int fd;

    snprintf(folder, sizeof(folder), "%s", name);
    slash = strrchr(folder, '/');
    if (slash != NULL) {
        *slash = '\0';
        lwt_sandbox_folder(box, folder);
    }
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, size), size);
    close(fd);
}

static inline void
lwt_sandbox_file(struct lwt_sandbox *box, const char *name, const char *text)
{
    lwt_sandbox_bytes(box, name, text, strlen(text), 0644);
}

/* A shell script with this body. */
static inline void
lwt_sandbox_script(struct lwt_sandbox *box, const char *name, const char *body)
{
    char text[8192];
    int n = snprintf(text, sizeof(text), "#!/bin/sh\n%s\n", body);

    assert_true(n > 0 && n < (int)sizeof(text));
    lwt_sandbox_bytes(box, name, text, (size_t)n, 0755);
}

static inline void
lwt_sandbox_link(struct lwt_sandbox *box, const char *target, const char *name)
{
    assert_int_equal(symlink(target, lwt_sandbox_path(box, name)), 0);
}

/* A folder that looks like a native toolchain of this version. */
static inline void
lwt_sandbox_toolchain(struct lwt_sandbox *box, const char *name, int minor)
{
    char part[PATH_MAX + 64], text[256];

    snprintf(part, sizeof(part), "%s/bin/lean", name);
    lwt_sandbox_script(box, part, "echo should not be run >&2; exit 99");
    snprintf(part, sizeof(part), "%s/lib/lean/Init.olean", name);
    lwt_sandbox_file(box, part, "olean");
    if (minor < 0)
        return;
    snprintf(part, sizeof(part), "%s/include/lean/version.h", name);
    snprintf(text, sizeof(text),
             "#pragma once\n#define LEAN_VERSION_MAJOR 4\n"
             "#define LEAN_VERSION_MINOR %d\n"
             "#define LEAN_VERSION_PATCH 0\n"
             "#define LEAN_VERSION_IS_RELEASE 1\n"
             "#define LEAN_SPECIAL_VERSION_DESC \"\"\n",
             minor);
    lwt_sandbox_file(box, part, text);
}

#endif
