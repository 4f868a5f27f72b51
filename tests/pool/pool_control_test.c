/* The control socket of a pool: who may ask, what is answered, and what a
 * client can do to it, which is nothing. */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <jansson.h>

#include <lean_worker/pool_control.h>

#include "pool/control.h"
#include "support/test.h"

#define PATIENCE_MS 60000 /* for what must come; it ends the wait at once */

static struct {
    char folder[64];
    char path[96];
    lw_runtime *runtime;
    lw_pool *pool;
    lw_capability *capability;
    lw_error err;
} at;

static int
setup(void **state)
{
    static const char *const command[] = { LW_BUILD_DIR "/tests/pool_helper",
                                           "A", NULL };
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;
    lw_capability_spec spec = LW_CAPABILITY_SPEC_INIT;

    (void)state;
    memset(&at, 0, sizeof(at));
    snprintf(at.folder, sizeof(at.folder), "/tmp/lw-control-XXXXXX");
    assert_non_null(mkdtemp(at.folder));
    snprintf(at.path, sizeof(at.path), "%s/pool.sock", at.folder);
    options.launcher_path = LW_BUILD_DIR "/lean-worker-child";
    assert_int_equal(lw_runtime_create(&at.runtime, &options, &at.err), LW_OK);
    spec.worker.command = command;
    spec.package = "pack \"age\"\n";
    spec.library = "lib";
    assert_int_equal(lw_capability_create(&at.capability, &spec, &at.err),
                     LW_OK);
    assert_int_equal(lw_pool_create(&at.pool, at.runtime, NULL, &at.err),
                     LW_OK);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    lw_pool_destroy(at.pool);
    lw_capability_destroy(at.capability);
    lw_runtime_destroy(at.runtime);
    unlink(at.path);
    assert_int_equal(rmdir(at.folder), 0);
    return 0;
}

static void
open_it(void)
{
    assert_int_equal(lw_pool_open_control(at.pool, at.path, &at.err), LW_OK);
    assert_string_equal(lw_pool_get_control_path(at.pool), at.path);
}

static bool
is_there(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0;
}

/* ---- a client ---- */

static int
come(void)
{
    int fd = lwi_control_socket_connect(at.path, 0);

    assert_true(fd >= 0);
    return fd;
}

static void
say(int fd, const char *text)
{
    size_t size = strlen(text);

    assert_int_equal(send(fd, text, size, MSG_NOSIGNAL), (ssize_t)size);
}

/* One line without its newline; false at the end of all. */
static bool
hear(int fd, char *line, size_t size)
{
    struct pollfd polled = { .fd = fd, .events = POLLIN };
    size_t length = 0;
    ssize_t n;

    for (;;) {
        if (poll(&polled, 1, PATIENCE_MS) != 1)
            fail_msg("no answer");
        n = recv(fd, line + length, 1, 0);
        if (n <= 0)
            return false;
        if (line[length] == '\n')
            break;
        assert_true(++length < size);
    }
    line[length] = '\0';
    return true;
}

static json_t *
hear_json(int fd)
{
    static char line[1 << 20];
    json_error_t error;
    json_t *root;

    assert_true(hear(fd, line, sizeof(line)));
    root = json_loads(line, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL)
        fail_msg("%s: %s", error.text, line);
    return root;
}

static json_t *
ask(const char *word)
{
    int fd = come();
    json_t *root;

    say(fd, word);
    say(fd, "\n");
    root = hear_json(fd);
    close(fd);
    return root;
}

static const char *
text_of(json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    assert_non_null(text);
    return text;
}

static json_int_t
number_of(json_t *object, const char *name)
{
    json_t *number = json_object_get(object, name);

    assert_true(json_is_integer(number));
    return json_integer_value(number);
}

/* ---- answers ---- */

static void
about_says_who_serves(void **state)
{
    json_t *root;

    (void)state;
    open_it();
    root = ask("about");
    assert_string_equal(text_of(root, "server"), "lean-worker");
    assert_int_equal(number_of(root, "protocol"), 1);
    assert_int_equal(number_of(root, "pid"), getpid());
    json_decref(root);
}

static void *
wait_for_a_cancel(void *lease)
{
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_reply *reply = NULL;

    spec.name = "waits";
    lw_lease_run(lease, &reply, &spec, NULL, NULL, NULL);
    lw_reply_destroy(reply);
    return NULL;
}

static json_t *
first_worker(void)
{
    json_t *root = ask("workers"), *workers, *first;

    workers = json_object_get(root, "workers");
    assert_int_equal(json_array_size(workers), 1);
    first = json_incref(json_array_get(workers, 0));
    json_decref(root);
    return first;
}

static void
a_worker_is_shown_with_what_it_does(void **state)
{
    lw_lease *lease = NULL;
    pthread_t thread;
    json_t *worker;
    bool busy = false;
    int pid, i;

    (void)state;
    open_it();
    assert_int_equal(
        lw_pool_acquire(&lease, at.pool, at.capability, NULL, &at.err), LW_OK);
    assert_int_equal(pthread_create(&thread, NULL, wait_for_a_cancel, lease),
                     0);
    for (i = 0; !busy; i++) { /* until the request is on its way */
        worker = first_worker();
        busy = strcmp(text_of(worker, "doing"), "run an export") == 0;
        if (!busy)
            json_decref(worker);
        assert_true(i < PATIENCE_MS);
    }
    assert_string_equal(text_of(worker, "state"), "leased");
    assert_string_equal(text_of(worker, "key"), "pack \"age\"\n lib");
    assert_int_equal(strlen(text_of(worker, "hash")), 16);
    assert_int_equal(number_of(worker, "place"), 0);
    assert_int_equal(number_of(worker, "generation"), 1);
    assert_true(number_of(worker, "rss_kib") > 0);
    pid = (int)number_of(worker, "pid");
    json_decref(worker);
    assert_int_equal(kill(pid, SIGKILL), 0);
    pthread_join(thread, NULL);
    lw_lease_release(lease);
}

static void
the_snapshot_is_the_pools(void **state)
{
    lw_lease *lease = NULL;
    json_t *root;

    (void)state;
    open_it();
    assert_int_equal(
        lw_pool_acquire(&lease, at.pool, at.capability, NULL, &at.err), LW_OK);
    lw_lease_release(lease);
    root = ask("snapshot");
    assert_int_equal(number_of(json_object_get(root, "snapshot"), "leases"), 1);
    json_decref(root);
    root = ask("all");
    assert_int_equal(number_of(json_object_get(root, "snapshot"), "leases"), 1);
    assert_int_equal(json_array_size(json_object_get(root, "workers")), 1);
    json_decref(root);
}

static void
metrics_come_as_a_string(void **state)
{
    json_t *root;

    (void)state;
    open_it();
    root = ask("metrics");
    assert_non_null(strstr(text_of(root, "metrics"),
                           "\nlean_worker_pool_leases_total 0\n"));
    json_decref(root);
}

static void
an_unknown_word_is_answered_with_those_there_are(void **state)
{
    static const char *const words[] = { "",     "wo",          "workersx",
                                         "all ", "\x01\xff\"{", "ALL" };
    json_t *root;
    size_t i;

    (void)state;
    open_it();
    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        root = ask(words[i]);
        assert_non_null(strstr(text_of(root, "error"), "snapshot"));
        json_decref(root);
    }
}

/* In pieces, and several at once. */
static void
lines_are_lines(void **state)
{
    static const char pieces[] = "about\r\nabout\nabout\n";
    int fd, i;

    (void)state;
    open_it();
    fd = come();
    for (i = 0; pieces[i] != '\0'; i++)
        say(fd, (char[]){ pieces[i], '\0' });
    for (i = 0; i < 3; i++)
        json_decref(hear_json(fd));
    say(fd, pieces);
    for (i = 0; i < 3; i++)
        json_decref(hear_json(fd));
    close(fd);
}

/* `echo about | nc -U PATH` says no more than that. */
static void
a_client_may_close_its_half(void **state)
{
    int fd;

    (void)state;
    open_it();
    fd = come();
    say(fd, "about\nabout\n");
    shutdown(fd, SHUT_WR);
    json_decref(hear_json(fd));
    json_decref(hear_json(fd));
    close(fd);
}

/* ---- hostile clients ---- */

static void
assert_served(void)
{
    json_decref(ask("all"));
}

static void
a_line_that_does_not_end_is_hung_up_on(void **state)
{
    char text[256], line[16];
    int fd;

    (void)state;
    open_it();
    fd = come();
    memset(text, 'a', sizeof(text));
    send(fd, text, sizeof(text), MSG_NOSIGNAL);
    assert_false(hear(fd, line, sizeof(line)));
    close(fd);
    assert_served();
}

/* Says what it can, and reads nothing. */
static void
who_does_not_read_holds_up_nobody(void **state)
{
    struct pollfd polled = { .events = POLLOUT };
    static char words[4096];
    int fds[8], i;
    size_t k;

    (void)state;
    open_it();
    for (k = 0; k + 4 < sizeof(words); k += 4)
        memcpy(words + k, "all\n", 4);
    for (i = 0; i < 8; i++) {
        fds[i] = come();
        fcntl(fds[i], F_SETFL, O_NONBLOCK);
        while (send(fds[i], words, k, MSG_NOSIGNAL) > 0)
            ;
    }
    for (i = 0; i < 20; i++)
        assert_served();
    for (i = 0; i < 8; i++) {
        polled.fd = fds[i];
        poll(&polled, 1, 0);
        close(fds[i]);
    }
    assert_served();
}

/* With all seats taken who came first goes. */
static void
silent_crowds_give_way(void **state)
{
    int fds[3 * LWI_CONTROL_CLIENTS];
    size_t i;

    (void)state;
    open_it();
    for (i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
        fds[i] = come();
        assert_served();
    }
    for (i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
        close(fds[i]);
    assert_served();
}

static void
clients_may_vanish_at_any_time(void **state)
{
    int fd, i;

    (void)state;
    open_it();
    for (i = 0; i < 300; i++) {
        fd = come();
        if (i % 3 > 0)
            say(fd, i % 3 > 1 ? "all\nall\nall\n" : "al");
        close(fd);
    }
    assert_served();
}

static void
noise_is_no_harm(void **state)
{
    char noise[61], line[4096];
    unsigned seed = 1;
    int fd, i;
    size_t k;

    (void)state;
    open_it();
    for (i = 0; i < 200; i++) {
        fd = come();
        for (k = 0; k < sizeof(noise); k++)
            noise[k] = (char)rand_r(&seed);
        noise[sizeof(noise) - 1] = '\n';
        send(fd, noise, sizeof(noise), MSG_NOSIGNAL);
        assert_true(hear(fd, line, sizeof(line)));
        close(fd);
    }
    assert_served();
}

/* A pool may end while it is asked. */
static void
destroy_does_not_wait_for_clients(void **state)
{
    char line[16];
    int fd, other;

    (void)state;
    open_it();
    fd = come();
    other = come();
    say(other, "abo");
    assert_served();
    lw_pool_destroy(at.pool);
    at.pool = NULL;
    assert_false(hear(fd, line, sizeof(line)));
    close(fd);
    close(other);
    assert_false(is_there(at.path));
}

/* ---- the file ---- */

static void
it_is_private_whatever_the_umask(void **state)
{
    mode_t before = umask(0);
    struct stat st;

    (void)state;
    open_it();
    umask(before);
    assert_int_equal(lstat(at.path, &st), 0);
    assert_true(S_ISSOCK(st.st_mode));
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void
fill_address(struct sockaddr_un *address)
{
    *address = (struct sockaddr_un){ .sun_family = AF_UNIX };
    snprintf(address->sun_path, sizeof(address->sun_path), "%.90s", at.path);
}

static void
what_a_dead_process_left_is_replaced(void **state)
{
    struct sockaddr_un address;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    (void)state;
    fill_address(&address);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    close(fd);
    open_it();
    assert_served();
}

static void
a_live_socket_is_left_alone(void **state)
{
    struct sockaddr_un address;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    (void)state;
    fill_address(&address);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(lw_pool_open_control(at.pool, at.path, &at.err), LW_EBUSY);
    assert_non_null(strstr(at.err.message, "a live process serves at"));
    assert_null(lw_pool_get_control_path(at.pool));
    assert_true(is_there(at.path));
    close(fd);
}

static void
another_file_is_left_alone(void **state)
{
    int fd = open(at.path, O_CREAT | O_WRONLY, 0600);

    (void)state;
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(lw_pool_open_control(at.pool, at.path, &at.err), LW_EFILE);
    assert_true(is_there(at.path));
}

/* Also where it took the name after we had it. */
static void
only_its_own_file_is_removed(void **state)
{
    int fd;

    (void)state;
    open_it();
    assert_int_equal(unlink(at.path), 0);
    fd = open(at.path, O_CREAT | O_WRONLY, 0600);
    close(fd);
    lw_pool_destroy(at.pool);
    at.pool = NULL;
    assert_true(is_there(at.path));
}

static void
a_path_that_cannot_be_is_refused(void **state)
{
    char path[200];

    (void)state;
    snprintf(path, sizeof(path), "%s/%0120d", at.folder, 0);
    assert_int_equal(lw_pool_open_control(at.pool, path, &at.err), LW_EINVAL);
    assert_non_null(strstr(at.err.message, "1 to 107 bytes"));
    assert_int_equal(lw_pool_open_control(at.pool, "", &at.err), LW_EINVAL);
    snprintf(path, sizeof(path), "%s/nowhere/x.sock", at.folder);
    assert_int_equal(lw_pool_open_control(at.pool, path, &at.err), LW_EFILE);
    open_it();
    assert_int_equal(lw_pool_open_control(at.pool, at.path, &at.err),
                     LW_EINVAL);
    assert_int_equal(lw_pool_open_control(NULL, at.path, &at.err),
                     LW_EBADHANDLE);
}

static void
a_closed_pool_opens_none(void **state)
{
    (void)state;
    lw_pool_close(at.pool);
    assert_int_equal(lw_pool_open_control(at.pool, at.path, &at.err),
                     LW_ECLOSED);
    assert_false(is_there(at.path));
}

/* A copy made by fork does not take the file from its parent. */
static void
a_forked_copy_leaves_it(void **state)
{
    int status;
    pid_t pid;

    (void)state;
    open_it();

    pid = (fork)();
    if (pid == 0) {
        lw_pool_destroy(at.pool);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_true(is_there(at.path));
    assert_served();
}

/* A copy of the program that keeps a client's connection open is no client. */
static void
a_forked_copy_calls_for_nobody(void **state)
{
    int fd, here[2], status, i;
    pid_t copy;
    char byte = 0;

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, here), 0);
    open_it();
    fd = come();
    say(fd, "about\n");
    json_decref(hear_json(fd));
    copy = (fork)();
    assert_true(copy >= 0);
    if (copy == 0) {
        close(fd); /* the other end it has, as the pool's process has */
        close(here[1]);
        status = write(here[0], &byte, 1) != 1;
        _exit(read(here[0], &byte, 1) == 0 ? status : 1);
    }
    close(here[0]);
    assert_int_equal(read(here[1], &byte, 1), 1);
    close(fd);
    /* Who has the seat that the first one had is not hung up on. */
    fd = come();
    for (i = 0; i < 20; i++) {
        say(fd, "about\n");
        json_decref(hear_json(fd));
    }
    close(fd);
    close(here[1]);
    assert_int_equal(waitpid(copy, &status, 0), copy);
    assert_int_equal(status, 0);
}

/* ---- the folder ---- */

static void
a_folder_must_be_its_users_alone(void **state)
{
    char folder[96];
    int fd;

    (void)state;
    snprintf(folder, sizeof(folder), "%s/f", at.folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    fd = lwi_control_open_folder(folder);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(chmod(folder, 0750), 0);
    assert_int_equal(lwi_control_open_folder(folder), -1);
    assert_int_equal(errno, EPERM);
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(symlink(at.folder, folder), 0);
    assert_int_equal(lwi_control_open_folder(folder), -1);
    unlink(folder);
}

/* One that others could write to: the next is taken, and that is no error. */
static void
a_folder_of_others_is_passed_over(void **state)
{
    char folder[128];

    (void)state;
    setenv("XDG_RUNTIME_DIR", at.folder, 1);
    snprintf(folder, sizeof(folder), "%s/lean-worker", at.folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(chmod(folder, 0777), 0);
    at.err = (lw_error)LW_ERROR_INIT;
    assert_int_equal(lw_pool_open_control(at.pool, NULL, &at.err), LW_OK);
    assert_int_equal(at.err.status, LW_OK);
    assert_string_equal(at.err.message, "");
    assert_null(strstr(lw_pool_get_control_path(at.pool), at.folder));
    unsetenv("XDG_RUNTIME_DIR");
    assert_int_equal(rmdir(folder), 0); /* so it is empty */
}

/* Two pools of a process, where `lean-worker top` looks. */
static void
pools_find_names_of_their_own(void **state)
{
    char first[192], folder[128];
    lw_pool *other = NULL;

    (void)state;
    setenv("XDG_RUNTIME_DIR", at.folder, 1);
    snprintf(folder, sizeof(folder), "%s/lean-worker", at.folder);
    snprintf(first, sizeof(first), "%s/%ld.sock", folder, (long)getpid());
    assert_int_equal(lw_pool_open_control(at.pool, NULL, &at.err), LW_OK);
    assert_string_equal(lw_pool_get_control_path(at.pool), first);
    assert_int_equal(lw_pool_create(&other, at.runtime, NULL, &at.err), LW_OK);
    assert_int_equal(lw_pool_open_control(other, NULL, &at.err), LW_OK);
    assert_non_null(strstr(lw_pool_get_control_path(other), "-2.sock"));
    lw_pool_destroy(other);
    lw_pool_destroy(at.pool);
    at.pool = NULL;
    unsetenv("XDG_RUNTIME_DIR");
    assert_int_equal(rmdir(folder), 0); /* so it is empty */
}

/* It is waited for once, and not for each name that there could be. */
static void
a_folder_that_somebody_holds_is_given_up(void **state)
{
    char folder[128];
    int fd;

    (void)state;
    setenv("XDG_RUNTIME_DIR", at.folder, 1);
    snprintf(folder, sizeof(folder), "%s/lean-worker", at.folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_int_equal(lw_pool_open_control(at.pool, NULL, &at.err), LW_EFILE);
    assert_non_null(strstr(at.err.message, "another process holds"));
    assert_null(lw_pool_get_control_path(at.pool));
    close(fd);
    unsetenv("XDG_RUNTIME_DIR");
    assert_int_equal(rmdir(folder), 0);
}

/* Without a line in the program. */
static void
the_environment_may_ask_for_it(void **state)
{
    lw_pool *other = NULL;

    (void)state;
    setenv("LEAN_WORKER_CONTROL", at.path, 1);
    assert_int_equal(lw_pool_create(&other, at.runtime, NULL, &at.err), LW_OK);
    assert_string_equal(lw_pool_get_control_path(other), at.path);
    /* One that cannot have it is a pool nevertheless. */
    lw_pool_destroy(at.pool);
    assert_int_equal(lw_pool_create(&at.pool, at.runtime, NULL, &at.err),
                     LW_OK);
    assert_null(lw_pool_get_control_path(at.pool));
    unsetenv("LEAN_WORKER_CONTROL");
    lw_pool_destroy(other);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(about_says_who_serves),
        CASE(a_worker_is_shown_with_what_it_does),
        CASE(the_snapshot_is_the_pools),
        CASE(metrics_come_as_a_string),
        CASE(an_unknown_word_is_answered_with_those_there_are),
        CASE(lines_are_lines),
        CASE(a_client_may_close_its_half),
        CASE(a_line_that_does_not_end_is_hung_up_on),
        CASE(who_does_not_read_holds_up_nobody),
        CASE(silent_crowds_give_way),
        CASE(clients_may_vanish_at_any_time),
        CASE(noise_is_no_harm),
        CASE(destroy_does_not_wait_for_clients),
        CASE(it_is_private_whatever_the_umask),
        CASE(what_a_dead_process_left_is_replaced),
        CASE(a_live_socket_is_left_alone),
        CASE(another_file_is_left_alone),
        CASE(only_its_own_file_is_removed),
        CASE(a_path_that_cannot_be_is_refused),
        CASE(a_closed_pool_opens_none),
        CASE(a_forked_copy_leaves_it),
        CASE(a_forked_copy_calls_for_nobody),
        CASE(a_folder_must_be_its_users_alone),
        CASE(a_folder_of_others_is_passed_over),
        CASE(pools_find_names_of_their_own),
        CASE(a_folder_that_somebody_holds_is_given_up),
        CASE(the_environment_may_ask_for_it),
    };

    return cmocka_run_group_tests_name("pool_control", tests, NULL, NULL);
}
