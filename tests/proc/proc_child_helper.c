/*
 * proc_child_helper.c - a child that ends, or does not, in the way it is told.
 *
 *      proc_child_helper WORD [ARGUMENT]...
 *
 * What it has to say goes to the response descriptor, a line at a time.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

static int requests, responses, cancels;

static void
say(const char *text)
{
    if (write(responses, text, strlen(text)) < 0 ||
        write(responses, "\n", 1) < 0)
        _exit(99);
}

static void
say_number(const char *name, long number)
{
    char line[128];

    snprintf(line, sizeof(line), "%s%ld", name, number);
    say(line);
}

_Noreturn static void
hold(void)
{
    for (;;)
        pause();
}

/* A process that keeps every pipe open; gives its id. */
static pid_t
keep_pipes(int own_session)
{
    int ready[2];
    char byte;
    pid_t pid;

    if (pipe(ready) < 0)
        _exit(98);
    pid = fork();
    if (pid == 0) {
        if (own_session)
            setsid();
        if (write(ready[1], "r", 1) < 0)
            _exit(97);
        hold();
    }
    if (read(ready[0], &byte, 1) != 1)
        _exit(96);
    return pid;
}

static void
flood(long bytes)
{
    static char block[65536];
    size_t i;

    for (i = 0; i < sizeof(block); i++)
        block[i] = (char)('a' + i % 26);
    while (bytes > 0) {
        size_t size =
            bytes < (long)sizeof(block) ? (size_t)bytes : sizeof(block);
        ssize_t n = write(2, block, size);
        if (n < 0)
            _exit(95);
        bytes -= n;
    }
}

static void
grow(long mib)
{
    size_t size = (size_t)mib << 20;
    char *data = malloc(size);

    if (data == NULL)
        _exit(94);
    memset(data, 1, size);
    say_number("grown ", data[size - 1]);
}

static void
report_fds(void)
{
    char line[256] = "fds";
    DIR *folder = opendir("/proc/self/fd");
    struct dirent *entry;
    int seen[64] = { 0 }, fd;

    while ((entry = readdir(folder)) != NULL) {
        fd = (int)strtol(entry->d_name, NULL, 10);
        if (entry->d_name[0] != '.' && fd != dirfd(folder) && fd < 64)
            seen[fd] = 1;
    }
    closedir(folder);
    for (fd = 0; fd < 64; fd++) {
        if (seen[fd])
            snprintf(line + strlen(line), sizeof(line) - strlen(line), " %d",
                     fd);
    }
    say(line);
}

static void
report_signals(void)
{
    struct sigaction action;
    sigset_t blocked;
    int i, odd = 0;

    sigprocmask(SIG_SETMASK, NULL, &blocked);
    for (i = 1; i < 32; i++) {
        sigaction(i, NULL, &action);
        /* Handlers do not outlive exec; a sanitizer has some of its own. */
        odd += action.sa_handler == SIG_IGN || sigismember(&blocked, i);
    }
    say_number("odd signals ", odd);
}

static void
report_limit(const char *name, int resource)
{
    struct rlimit limit;
    char line[128];

    getrlimit((__rlimit_resource_t)resource, &limit);
    snprintf(line, sizeof(line), "%s %lld %lld", name,
             (long long)limit.rlim_cur, (long long)limit.rlim_max);
    say(line);
}

static void
report(void)
{
    char text[4096];
    int death = 0, fd;
    ssize_t n;

    report_fds();
    report_signals();
    say_number("leads its group ", getpgrp() == getpid());
    prctl(PR_GET_PDEATHSIG, &death, 0, 0, 0);
    say_number("parent death signal ", death);
    report_limit("core", (int)RLIMIT_CORE);
    report_limit("cpu", (int)RLIMIT_CPU);
    report_limit("file", (int)RLIMIT_FSIZE);
    fd = open("/proc/self/oom_score_adj", O_RDONLY);
    n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
    text[n < 1 ? 0 : n - 1] = '\0';
    say(text);
    n = readlink("/proc/self/fd/0", text, sizeof(text) - 1);
    text[n < 0 ? 0 : n] = '\0';
    say(strcmp(text, "/dev/null") == 0 ? "input /dev/null" : "input pipe");
    say(getcwd(text, sizeof(text)) != NULL ? text : "?");
    say(getenv("LWT_ONE") != NULL ? getenv("LWT_ONE") : "unset");
    say(getenv("LWT_TWO") != NULL ? getenv("LWT_TWO") : "unset");
}

static void
echo(void)
{
    char data[4096];
    ssize_t n;

    while ((n = read(requests, data, sizeof(data))) > 0) {
        if (write(responses, data, (size_t)n) != n)
            _exit(93);
    }
}

static int
act(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "";
    long number = argc > 2 ? strtol(argv[2], NULL, 10) : 0;

    if (strcmp(word, "exit") == 0)
        return (int)number;
    if (strcmp(word, "raise") == 0) {
        signal((int)number, SIG_DFL);
        raise((int)number);
    } else if (strcmp(word, "report") == 0)
        report();
    else if (strcmp(word, "echo") == 0)
        echo();
    else if (strcmp(word, "flood") == 0)
        flood(number);
    else if (strcmp(word, "say") == 0)
        fputs(argv[2], stderr);
    else if (strcmp(word, "grow") == 0)
        grow(number);
    else if (strcmp(word, "keep") == 0)
        say_number("", keep_pipes(number != 0));
    else if (strcmp(word, "deaf") == 0) {
        signal(SIGTERM, SIG_IGN);
        say("ready");
        hold();
    } else if (strcmp(word, "stop") == 0) {
        say("ready");
        raise(SIGSTOP);
    } else if (strcmp(word, "hold") == 0) {
        say("ready");
        hold();
    } else if (strcmp(word, "spin") == 0) {
        for (;;)
            number++;
    } else if (strcmp(word, "wait-cancel") == 0) {
        char byte;
        say("ready");
        return read(cancels, &byte, 1) == 1 ? 0 : 92;
    } else if (strcmp(word, "write-file") == 0) {
        int fd = open("/tmp", O_TMPFILE | O_WRONLY, 0600);
        char block[65536] = { 0 };
        while (write(fd, block, sizeof(block)) > 0)
            continue;
    }
    return -1;
}

/* `then`: what to do after the word, as a second word. */
int
main(int argc, char **argv)
{
    const char *places = getenv("LW_CHILD_FDS");
    const char *then = argc > 3 ? argv[3] : "exit";
    int code;

    requests = places != NULL ? 10 : 0;
    responses = places != NULL ? 11 : 1;
    cancels = places != NULL ? 12 : 3;
    code = act(argc, argv);
    if (code >= 0)
        return code;
    if (strcmp(then, "hold") == 0)
        hold();
    if (strcmp(then, "abort") == 0)
        abort();
    return argc > 4 ? (int)strtol(argv[4], NULL, 10) : 0;
}
