/* check_capacity_test.c - how many workers fit, on machines made of files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include <ftw.h>
#include <sys/stat.h>

#include <lean_worker/limits.h>

#include "proc/capacity.h"

static char root[] = "/tmp/lw-capacity-test-XXXXXX";

static int
setup(void **state)
{
    (void)state;
    return mkdtemp(root) == NULL ? -1 : 0;
}

static int
remove_one(const char *name, const struct stat *stat, int kind,
           struct FTW *where)
{
    (void)stat;
    (void)kind;
    (void)where;
    return remove(name);
}

static int
teardown(void **state)
{
    (void)state;
    return nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* A file below the root, with its folders. */
static void
put(const char *name, const char *text)
{
    char path[512];
    char *slash;
    FILE *file;

    snprintf(path, sizeof(path), "%s%s", root, name);
    for (slash = strchr(path + sizeof(root), '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    file = fopen(path, "we");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void
test_nothing_known(void **state)
{
    struct lwi_capacity capacity = lwi_capacity_read("/nowhere");

    (void)state;
    assert_true(capacity.cores >= 1);
    assert_true(capacity.memory_kib == LW_NO_LIMIT);
    assert_int_equal(lwi_capacity_workers(&capacity, 1000), capacity.cores);
}

static void
test_the_machine(void **state)
{
    struct lwi_capacity capacity;

    (void)state;
    put("/proc/meminfo", "MemTotal:  100 kB\nMemAvailable:     5000 kB\n");
    capacity = lwi_capacity_read(root);
    assert_int_equal(capacity.memory_kib, 5000);
}

static void
test_groups_v2(void **state)
{
    struct lwi_capacity capacity;

    (void)state;
    put("/proc/self/cgroup", "0::/a/b\n");
    put("/sys/fs/cgroup/a/memory.max", "3072000\n");
    put("/sys/fs/cgroup/a/memory.current", "2048000\n");
    put("/sys/fs/cgroup/a/memory.stat", "anon 5\ninactive_file 1024000\n");
    put("/sys/fs/cgroup/a/b/memory.max", "max\n");
    put("/sys/fs/cgroup/a/b/memory.current", "1024\n");
    put("/sys/fs/cgroup/a/b/cpu.max", "50000 100000\n");
    capacity = lwi_capacity_read(root);
    assert_int_equal(capacity.memory_kib, 2000);
    assert_int_equal(capacity.cores, 1);
    put("/sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
    capacity = lwi_capacity_read(root);
    assert_int_equal(capacity.cores, lwi_capacity_read("/nowhere").cores);
}

static void
test_groups_v1(void **state)
{
    struct lwi_capacity capacity;

    (void)state;
    put("/proc/self/cgroup",
        "4:memory:/host/path\n2:cpu,cpuacct:/\n1:name=systemd:/x\nrubbish\n");
    put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "1024000\n");
    put("/sys/fs/cgroup/memory/memory.usage_in_bytes", "2048000\n");
    put("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
    put("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
    capacity = lwi_capacity_read(root);
    assert_int_equal(capacity.memory_kib, 0); /* over its limit already */
    assert_int_equal(lwi_capacity_workers(&capacity, 1000), 1);
    put("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "1\n");
    assert_int_equal(lwi_capacity_read(root).cores, 1);
}

static void
test_workers(void **state)
{
    struct lwi_capacity capacity = { 8, 5000 };

    (void)state;
    assert_int_equal(lwi_capacity_workers(&capacity, 1000), 5);
    assert_int_equal(lwi_capacity_workers(&capacity, 100), 8);
    assert_int_equal(lwi_capacity_workers(&capacity, 6000), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_known),
        cmocka_unit_test(test_the_machine),
        cmocka_unit_test(test_groups_v2),
        cmocka_unit_test(test_groups_v1),
        cmocka_unit_test(test_workers),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
