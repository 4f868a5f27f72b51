/* pool_forks_test.c - the fork servers of a pool that isolates. */
#include <unistd.h>

#include "pool/lease.h"
#include "pool/pool_support.h"

#define REQUESTS 10

static char folder[] = "/tmp/lw-pool-forks-XXXXXX";

static void
begin(lw_isolation isolation, uint32_t servers)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;

    config.isolation = isolation;
    config.max_workers = 2;
    config.max_fork_servers = servers;
    stand_begin(&config);
    stand.pool->forks.fake = true;
}

/* Of workers that a fork server in this mode can make; with one import. */
static lw_capability *
key(const char *mode, const char *import)
{
    static const char *command[3];
    static const char *imports[2], *folders[2];
    static lw_session_spec session;
    lw_capability_spec *spec = stand_spec("");

    command[0] = LW_BUILD_DIR "/tests/fake_zygote";
    command[1] = mode;
    imports[0] = import;
    folders[0] = folder;
    session = (lw_session_spec)LW_SESSION_SPEC_INIT;
    session.imports = imports;
    session.search_path = folders;
    spec->worker.command = command;
    spec->session = &session;
    return stand_key_of(spec);
}

static void
ask(lw_lease *lease)
{
    assert_int_equal(stand_run(lease, "any"), LW_OK);
}

static lw_worker_metadata
metadata_of(lw_lease *lease)
{
    lw_worker_metadata metadata = { .struct_size = sizeof(metadata) };

    assert_int_equal(lw_lease_get_metadata(lease, &metadata, &stand.err),
                     LW_OK);
    return metadata;
}

/* Who made the process that the lease has now. */
static int
father_of(lw_lease *lease)
{
    char path[64], text[512], *at;
    int father = 0;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/stat",
             lw_worker_get_pid(lwi_lease_peek_worker(lease)));
    file = fopen(path, "re");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof(text), file));
    fclose(file);
    at = strrchr(text, ')');
    assert_non_null(at);
    assert_int_equal(sscanf(at + 1, " %*c %d", &father), 1);
    return father;
}

static void
each_request_has_a_fork_with_the_imports(void **state)
{
    uint64_t last = 0, generation;
    lw_lease *lease;
    int i;

    (void)state;
    begin(LW_ISOLATE_REQUEST, 1);
    lease = stand_acquire(key("good", "A"));
    for (i = 0; i < REQUESTS; i++) {
        ask(lease);
        /* Its number may be gone: it has served, and is ending. */
        generation = lw_worker_get_generation(lwi_lease_peek_worker(lease));
        assert_int_not_equal(generation, last);
        assert_true(metadata_of(lease).forked);
        assert_true(lw_lease_get_session(lease).preloaded);
        last = generation;
    }
    lw_lease_release(lease);
}

static void
each_lease_has_a_fork_of_the_same_server(void **state)
{
    lw_lease *lease;
    int i, father = 0;

    (void)state;
    begin(LW_ISOLATE_LEASE, 1);
    for (i = 0; i < REQUESTS; i++) {
        lease = stand_acquire(key("good", "A"));
        assert_true(metadata_of(lease).forked);
        assert_true(lw_lease_get_session(lease).preloaded);
        if (i > 0)
            assert_int_equal(father_of(lease), father);
        father = father_of(lease);
        ask(lease);
        lw_lease_release(lease);
    }
}

/* Two keys take turns: each has a server, and none is made in vain. */
static void
each_key_has_its_own(void **state)
{
    lw_lease *one, *two;

    (void)state;
    begin(LW_ISOLATE_LEASE, 2);
    one = stand_acquire(key("good", "A"));
    two = stand_acquire(key("good", "B"));
    assert_true(lw_lease_get_session(one).preloaded);
    assert_true(lw_lease_get_session(two).preloaded);
    assert_int_not_equal(father_of(one), father_of(two));
    lw_lease_release(one);
    lw_lease_release(two);
}

/* Its server makes room; its own fork goes on, and the next is of another. */
static void
who_makes_room_takes_no_lease_along(void **state)
{
    lw_capability *first;
    lw_lease *one, *two;
    int father;

    (void)state;
    begin(LW_ISOLATE_LEASE, 1);
    first = key("good", "A");
    one = stand_acquire(first);
    father = father_of(one);
    two = stand_acquire(key("good", "B"));
    assert_true(metadata_of(two).forked);
    ask(one);
    lw_lease_release(one);
    lw_lease_release(two);
    one = stand_acquire(first);
    assert_true(metadata_of(one).forked);
    assert_int_not_equal(father_of(one), father);
    lw_lease_release(one);
}

static void
write_module(const char *text)
{
    char path[128], moved[140];
    FILE *file;

    snprintf(path, sizeof(path), "%s/A.olean", folder);
    snprintf(moved, sizeof(moved), "%s.new", path);
    file = fopen(moved, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(rename(moved, path), 0); /* as a build does it */
}

/* What was built since is what a fork has; the lease that is out keeps its. */
static void
a_library_that_is_built_again_has_another(void **state)
{
    lw_lease *one, *two;

    (void)state;
    write_module("one");
    begin(LW_ISOLATE_LEASE, 2);
    one = stand_acquire(key("good", "A"));
    write_module("two, of another size");
    two = stand_acquire(stand.keys[0]);
    assert_true(lw_lease_get_session(two).preloaded);
    assert_int_not_equal(father_of(one), father_of(two));
    ask(one);
    ask(two);
    lw_lease_release(one);
    lw_lease_release(two);
}

static void
without_one_each_is_started(lw_capability *capability, const char *why)
{
    lw_lease *lease = stand_acquire(capability);
    int i;

    for (i = 0; i < 3; i++) {
        ask(lease);
        assert_false(metadata_of(lease).forked);
        assert_false(lw_lease_get_session(lease).preloaded);
    }
    assert_non_null(strstr(metadata_of(lease).not_forked, why));
    lw_lease_release(lease);
}

static void
one_that_cannot_be_is_done_without(void **state)
{
    (void)state;
    begin(LW_ISOLATE_REQUEST, 2);
    without_one_each_is_started(key("import", "A"), "unknown module prefix");
    without_one_each_is_started(key("noisy", "B"), "not quiet");
}

static void
none_is_made_where_none_is_wanted(void **state)
{
    (void)state;
    begin(LW_ISOLATE_REQUEST, 0);
    without_one_each_is_started(key("good", "A"), "");
}

/* A key whose worker makes room for another's loses its server. */
static void
an_evicted_key_has_none(void **state)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;
    lw_lease *lease;
    int father;

    (void)state;
    config.isolation = LW_ISOLATE_LEASE;
    config.max_workers = 1;
    stand_begin(&config);
    stand.pool->forks.fake = true;
    lease = stand_acquire(key("good", "A"));
    father = father_of(lease);
    lw_lease_release(lease);
    lw_lease_release(stand_acquire(key("good", "B")));
    lease = stand_acquire(stand.keys[0]);
    assert_true(metadata_of(lease).forked);
    assert_int_not_equal(father_of(lease), father);
    lw_lease_release(lease);
}

static void *
acquire_and_release(void *argument)
{
    lw_lease *lease = NULL;

    if (lw_pool_acquire(&lease, stand.pool, argument, NULL, NULL) == LW_OK)
        lw_lease_release(lease);
    return NULL;
}

static bool
is_waited_for(void)
{
    bool is;

    pthread_mutex_lock(&stand.pool->forks.lock);
    is = stand.pool->forks.uses > 0;
    pthread_mutex_unlock(&stand.pool->forks.lock);
    return is;
}

/* One that may take 30 days to start, which a closed pool does not wait for. */
static void
a_closed_pool_waits_for_none(void **state)
{
    pthread_t caller;

    (void)state;
    begin(LW_ISOLATE_LEASE, 1);
    assert_int_equal(
        pthread_create(&caller, NULL, acquire_and_release, key("mute", "A")),
        0);
    while (!is_waited_for())
        usleep(1000); /* bounded by the test's own time */
    lw_pool_close(stand.pool);
    assert_int_equal(pthread_join(caller, NULL), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, stand_setup, stand_teardown)
        TEST(each_request_has_a_fork_with_the_imports),
        TEST(each_lease_has_a_fork_of_the_same_server),
        TEST(each_key_has_its_own),
        TEST(who_makes_room_takes_no_lease_along),
        TEST(a_library_that_is_built_again_has_another),
        TEST(one_that_cannot_be_is_done_without),
        TEST(none_is_made_where_none_is_wanted),
        TEST(an_evicted_key_has_none),
        TEST(a_closed_pool_waits_for_none),
    };
    char path[128];
    int rc;

    if (mkdtemp(folder) == NULL)
        return 1;
    rc = LWT_RUN(tests);
    snprintf(path, sizeof(path), "%s/A.olean", folder);
    unlink(path);
    rmdir(folder);
    return rc;
}
