/*
 * native_start_helper.c - starts on native Lean that must fail, each with an
 * error that names what is wrong.
 *
 *     native_start_helper TOOLCHAIN STATUS TEXT [NAME=VALUE]
 *
 * STATUS is the name of the error, TEXT a part of its message. The variable is
 * the child's.
 */
#include "native/child.h"

int
main(int argc, char **argv)
{
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_error err = LW_ERROR_INIT;
    struct lwt_native native;
    int rc;

    if (argc < 4) {
        fprintf(stderr, "usage: %s TOOLCHAIN STATUS TEXT [NAME=VALUE]\n",
                argv[0]);
        return 2;
    }
    config.environment = (const char *const *)argv + 4;
    rc = start(&native, argv[1], &config, &err);
    check(strcmp(lw_status_name(rc), argv[2]) == 0, argv[2],
          lw_status_name(rc));
    check(strstr(err.message, argv[3]) != NULL, argv[3], err.message);
    stop(&native);
    return tell_counts();
}
