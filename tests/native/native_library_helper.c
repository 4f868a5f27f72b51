/*
 * native_library_helper.c - a worker that loads a user's shared library.
 *
 *     native_library_helper TOOLCHAIN LIBRARY STATUS TEXT
 *
 * STATUS is the name of what must come of the start. LW_OK: the export `user`,
 * which only the library has code for, answers TEXT. Else TEXT is a part of the
 * message, and so is the file's name; a start without it works then.
 */
#include "native/child.h"

#define START_MS UINT64_C(3000) /* that a constructor may hang */

static struct lwt_native native;

static void
ask(const char *wanted)
{
    lw_error err = LW_ERROR_INIT;
    char answer[256] = "";
    int rc = run(&native, "user", "hello", NULL, NULL, answer, &err);

    check(rc == LW_OK && strcmp(answer, wanted) == 0, wanted,
          rc == LW_OK ? answer : err.message);
}

int
main(int argc, char **argv)
{
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    const char *libraries[] = { NULL, NULL };
    lw_error err = LW_ERROR_INIT;
    int rc;

    if (argc != 5)
        return fprintf(stderr, "usage: %s TOOLCHAIN LIBRARY STATUS TEXT\n",
                       argv[0]),
               2;
    libraries[0] = argv[2];
    config.libraries = libraries;
    rc = prepare(&native, argv[1], &config, &err);
    if (strcmp(argv[3], "LW_ETIMEOUT") == 0)
        config.startup_timeout_ms = START_MS;
    if (rc == LW_OK)
        rc = lw_worker_start(&native.worker, native.runtime, &config, NULL,
                             &err);
    check(strcmp(lw_status_name(rc), argv[3]) == 0, argv[3],
          rc == LW_OK ? "LW_OK" : err.message);
    if (rc == LW_OK) {
        ask(argv[4]);
    } else {
        check(strstr(err.message, argv[4]) != NULL, argv[4], err.message);
        check(strstr(err.message, argv[2]) != NULL, argv[2], err.message);
    }
    stop(&native);
    return tell_counts();
}
