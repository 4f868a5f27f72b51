/* Private cache folders: where they are, that they are ours, their lock. */
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/cache_folder.h"
#include "base/path.h"
#include "support/sandbox.h"

static struct lwt_sandbox box;

static int
set_up(void **state)
{
    (void)state;
    lwt_sandbox_open(&box);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    lwt_sandbox_close(&box);
    return 0;
}

static void
expect_folder(const char *cache, const char *home, const char *wanted)
{
    char *folder;

    setenv("XDG_CACHE_HOME", cache, 1);
    setenv("HOME", home, 1);
    folder = lwi_cache_folder("shim");
    if (wanted == NULL)
        assert_null(folder);
    else
        assert_string_equal(folder, wanted);
    lwi_free(&lwi_system_allocator, folder);
}

static void
it_is_below_the_users_cache(void **state)
{
    (void)state;
    expect_folder("/c", "/h", "/c/lean-worker/shim");
    expect_folder("", "/h", "/h/.cache/lean-worker/shim");
    expect_folder("relative", "/h", "/h/.cache/lean-worker/shim");
    expect_folder("relative", "also", NULL);
    assert_int_equal(errno, ENOENT);
}

static void
it_is_made_for_this_user_alone(void **state)
{
    lw_error err = LW_ERROR_INIT;
    struct stat about;
    const char *folder = lwt_sandbox_path(&box, "a/b/c");

    (void)state;
    assert_int_equal(lwi_cache_make(folder, &err), LW_OK);
    assert_int_equal(stat(folder, &about), 0);
    assert_int_equal(about.st_mode & 07777, 0700);
    assert_true(lwi_cache_is_private(folder));
    assert_int_equal(lwi_cache_make(folder, &err), LW_OK);
}

static void
one_that_others_may_change_is_refused(void **state)
{
    lw_error err = LW_ERROR_INIT;
    const char *folder = lwt_sandbox_path(&box, "open");
    const char *link = lwt_sandbox_path(&box, "link");

    (void)state;
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(chmod(folder, 0770), 0);
    assert_int_equal(lwi_cache_make(folder, &err), LW_EFILE);
    assert_non_null(strstr(err.message, "this user's alone"));
    assert_int_equal(chmod(folder, 0700), 0);
    assert_int_equal(symlink(folder, link), 0);
    assert_int_equal(lwi_cache_make(link, &err), LW_EFILE);
    assert_false(lwi_cache_is_private(lwt_sandbox_path(&box, "nowhere")));
    assert_int_equal(errno, ENOENT);
    lwt_sandbox_file(&box, "file", "");
    assert_int_equal(lwi_cache_make(lwt_sandbox_path(&box, "file/below"), &err),
                     LW_EFILE);
    assert_int_equal(lwi_cache_make(lwt_sandbox_path(&box, "file"), &err),
                     LW_EFILE);
}

static void
one_process_has_the_lock(void **state)
{
    lw_error err = LW_ERROR_INIT;
    lw_cancel *cancel = NULL;
    int first, second;

    (void)state;
    assert_int_equal(lwi_cache_lock(&first, box.folder, NULL, &lwi_system_clock,
                                    LWI_NEVER, &err),
                     LW_OK);
    assert_int_equal(
        lwi_cache_lock(&second, box.folder, NULL, &lwi_system_clock, 0, &err),
        LW_ETIMEOUT);
    assert_non_null(strstr(err.message, "process "));
    assert_int_equal(second, -1);
    assert_int_equal(lw_cancel_create(&cancel, &err), LW_OK);
    lw_cancel_set(cancel);
    assert_int_equal(lwi_cache_lock(&second, box.folder, cancel,
                                    &lwi_system_clock, LWI_NEVER, &err),
                     LW_ECANCELLED);
    lw_cancel_destroy(cancel);
    close(first);
    assert_int_equal(
        lwi_cache_lock(&second, box.folder, NULL, &lwi_system_clock, 0, &err),
        LW_OK);
    close(second);
    assert_int_equal(lwi_cache_lock(&second, lwt_sandbox_path(&box, "nowhere"),
                                    NULL, &lwi_system_clock, 0, &err),
                     LW_EFILE);
}

/* What is done with it, such as taking things away, may make room. */
static void
a_full_disk_is_no_reason_to_have_no_lock(void **state)
{
    lw_error err = LW_ERROR_INIT;
    struct rlimit all, none;
    int lock, rc;

    (void)state;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(lwi_cache_lock_holder(box.folder), 0);
    lwt_sandbox_file(&box, "lock", "4321\n");
    assert_int_equal(lwi_cache_lock_holder(box.folder), 4321);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &all), 0);
    none = (struct rlimit){ .rlim_cur = 0, .rlim_max = all.rlim_max };
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    rc = lwi_cache_lock(&lock, box.folder, NULL, &lwi_system_clock, 0, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &all), 0);
    assert_int_equal(rc, LW_OK);
    assert_int_equal(lwi_cache_lock_holder(box.folder), 0);
    close(lock);
}

static void
clearing_follows_no_link(void **state)
{
    (void)state;
    lwt_sandbox_file(&box, "kept/file", "");
    lwt_sandbox_file(&box, "room/below/file", "");
    assert_int_equal(symlink(lwt_sandbox_path(&box, "kept"),
                             lwt_sandbox_path(&box, "room/link")),
                     0);
    lwi_cache_clear(lwt_sandbox_path(&box, "room"));
    assert_false(lwi_path_is_there(lwt_sandbox_path(&box, "room")));
    assert_true(lwi_path_is_file(lwt_sandbox_path(&box, "kept/file")));
    lwi_cache_clear(lwt_sandbox_path(&box, "room"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_is_below_the_users_cache, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(it_is_made_for_this_user_alone, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(one_that_others_may_change_is_refused,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_process_has_the_lock, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            a_full_disk_is_no_reason_to_have_no_lock, set_up, tear_down),
        cmocka_unit_test_setup_teardown(clearing_follows_no_link, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
