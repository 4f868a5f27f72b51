/*
 * program.h - runs a program to its end: what it reads, says, and ends with.
 *
 * Input and output are files, so that neither side ever waits for the other.
 */
#ifndef LWT_PROGRAM_H
#define LWT_PROGRAM_H

#include <fcntl.h>
#include <sys/wait.h>

#include <lean_worker/span.h>

#include "support/test.h"

struct lwt_program {
    const char *const *argv; /* NULL at the end; argv[0] is its path */
    lw_span input;
    bool without_cancel; /* descriptor 3 is closed, else it is a pipe */
    bool without_stderr;
    int extra; /* a descriptor that it inherits besides; 0: none */
};

struct lwt_ran {
    int status; /* of waitpid */
    char out[16384];
    size_t out_size;
    char err[4096]; /* NUL behind both */
};

#define LWT_PROGRAM_SECONDS 150

static inline void
lwt_become(const struct lwt_program *program, const int fds[3], int cancel)
{
    int i;

    for (i = 0; i < 3; i++)
        dup2(fds[i], i);
    if (program->without_stderr)
        close(2);
    if (program->without_cancel)
        close(3);
    else
        dup2(cancel, 3);
    if (program->extra > 0)
        dup2(fds[0], program->extra);
    alarm(LWT_PROGRAM_SECONDS);
    execv(program->argv[0], (char *const *)program->argv);
    _exit(99);
}

static inline size_t
lwt_slurp(FILE *file, char *to, size_t size)
{
    size_t n;

    rewind(file);
    n = fread(to, 1, size - 1, file);
    to[n] = '\0';
    fclose(file);
    return n;
}

static inline void
lwt_run_program(struct lwt_ran *ran, const struct lwt_program *program)
{
    FILE *files[3] = { tmpfile(), tmpfile(), tmpfile() };
    int fds[3], cancel[2], i;
    pid_t pid;

    assert_true(files[0] != NULL && files[1] != NULL && files[2] != NULL);
    assert_int_equal(pipe2(cancel, O_CLOEXEC), 0);
    for (i = 0; i < 3; i++) /* out of the way of 0 to 13 */
        fds[i] = fcntl(fileno(files[i]), F_DUPFD_CLOEXEC, 30);
    cancel[0] = fcntl(cancel[0], F_DUPFD_CLOEXEC, 30);
    assert_int_equal(write(fds[0], program->input.data, program->input.size),
                     program->input.size);
    assert_int_equal(lseek(fds[0], 0, SEEK_SET), 0);
    fflush(NULL);
    pid = (fork)();
    if (pid == 0)
        lwt_become(program, fds, cancel[0]);
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &ran->status, 0), pid);
    ran->out_size = lwt_slurp(files[1], ran->out, sizeof(ran->out));
    lwt_slurp(files[2], ran->err, sizeof(ran->err));
    fclose(files[0]);
    for (i = 0; i < 3; i++)
        close(fds[i]);
    close(cancel[0]);
    close(cancel[1]);
}

/* -1 where it was ended by a signal. */
static inline int
lwt_exit_code(const struct lwt_ran *ran)
{
    return WIFEXITED(ran->status) ? WEXITSTATUS(ran->status) : -1;
}

#endif
