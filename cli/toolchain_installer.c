/* toolchain_installer.c - running the installer of the embedded toolchain. */
#include "toolchain_installer.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cmd.h"
#include "fail.h"
#include "toolchain/share.h"

extern char **environ;

/* Fills in argv[0]; the caller frees it. */
static int
find(const char *command, const char **argv, char **path)
{
    lw_error err = LW_ERROR_INIT;

    if (lwi_share_file(path, "toolchain/install", &err) != LW_OK)
        return fail_with(command, &err);
    argv[0] = *path;
    fflush(NULL);
    return EXIT_FINE;
}

static int
fail(const char *command, const char *path, int number)
{
    fprintf(stderr, "%s: cannot start %s: %s%s\n", command, path,
            strerror(number), number == ENOENT ? " (it needs bash)" : "");
    return EXIT_CANNOT_RUN;
}

int
installer_become(const char *command, const char **argv)
{
    char *path;
    int code = find(command, argv, &path);

    if (code != EXIT_FINE)
        return code;
    execv(path, (char **)argv);
    code = fail(command, path, errno);
    lwi_free(&lwi_system_allocator, path);
    return code;
}

int
installer_run(const char *command, const char **argv)
{
    int code, number, status = 0;
    char *path;
    pid_t pid;

    code = find(command, argv, &path);
    if (code != EXIT_FINE)
        return code;
    number = posix_spawn(&pid, path, NULL, NULL, (char **)argv, environ);
    if (number != 0) {
        code = fail(command, path, number);
    } else {
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            ;
        code =
            WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }
    lwi_free(&lwi_system_allocator, path);
    return code;
}
