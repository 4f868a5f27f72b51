/*
 * native_preload_helper.c - a fork server that has imported something, on
 * native Lean: forks have it, ends in between, and imports that go wrong.
 *
 *     native_preload_helper TOOLCHAIN FOLDER
 *
 * FOLDER has .olean files: Base, and Ends, Hang and Busy, which do as they are
 * named when they are imported.
 */
#include <signal.h>

#include "native/child.h"

static const char theorem[] =
    "theorem t : Eq Nat.zero Nat.zero := Eq.refl Nat.zero";

static struct lwt_native native;
static lw_worker_config config = LW_WORKER_CONFIG_INIT;
static lw_error err;
static const char *folder[2];

/* ---- sessions ---- */

/* The shim takes the names as they are, since there is no Init to import. */
struct imported {
    lw_span name;
    lw_header header;
    lw_session_spec spec;
};

static void
import(struct imported *what, const char *module)
{
    static const lw_session_spec defaults = LW_SESSION_SPEC_INIT;

    memset(what, 0, sizeof(*what));
    what->name = (lw_span){ module, strlen(module) };
    what->header.key = what->name;
    what->header.import_count = 1;
    what->header.imports = &what->name;
    what->spec = defaults;
    what->spec.header = &what->header;
    what->spec.search_path = folder;
}

/* LW_OK where the answer is right too. */
static int
ask(lw_session *session, const struct imported *what)
{
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_reply *reply = NULL;
    int rc = lw_worker_open_session(native.worker, session, &what->spec, NULL,
                                    NULL, &err);

    if (rc != LW_OK)
        return rc;
    spec.name = "elaborate";
    spec.session = *session;
    spec.request = (lw_span){ theorem, strlen(theorem) };
    rc = lw_worker_run(native.worker, &reply, &spec, NULL, NULL, &err);
    if (rc == LW_OK &&
        strcmp(lw_reply_get_facts(reply)->response.data, "fine") != 0)
        rc = LW_EWORKER;
    lw_reply_destroy(reply);
    return rc;
}

/* ---- beginning and ending ---- */

static lw_zygote_report
report(void)
{
    lw_zygote_report seen = { .struct_size = sizeof(seen) };

    if (lw_zygote_get_report(native.zygote, &seen, &err) != LW_OK)
        seen.state = LW_ZYGOTE_GIVEN_UP;
    return seen;
}

static int
open_native(const char *toolchain, const struct imported *what,
            uint64_t timeout_ms)
{
    lw_worker_config shorter;
    lw_zygote_config forks = LW_ZYGOTE_CONFIG_INIT;
    int rc = prepare(&native, toolchain, &config, &err);

    config.fork_server = NULL;
    shorter = config;
    if (timeout_ms < PATIENCE_MS) /* it is to pass, whatever a start takes */
        shorter.startup_timeout_ms = 3000;
    forks.worker = &shorter;
    forks.sessions = &what->spec;
    forks.session_count = 1;
    forks.preload_timeout_ms = timeout_ms;
    if (rc == LW_OK)
        rc = lw_zygote_create(&native.zygote, native.runtime, &forks, &err);
    if (rc == LW_OK)
        rc = lw_zygote_wait(native.zygote, PATIENCE_MS * 4, NULL, &err);
    config.fork_server = native.zygote;
    return rc;
}

/* ---- forks that have it ---- */

static void
end_somehow(int i)
{
    switch (i % 4) {
    case 1:
        kill(lw_worker_get_pid(native.worker), SIGKILL);
        break;
    case 2:
        (void)run(&native, "exits", "3", NULL, NULL, NULL, &err);
        break;
    case 3:
        lw_worker_kill(native.worker);
        break;
    default:
        break; /* politely */
    }
    lw_worker_destroy(native.worker);
    native.worker = NULL;
}

static void
many_forks_have_it(const struct imported *what, int forks)
{
    char sentence[128];
    int i, rc = LW_OK, had = 0;

    for (i = 0; i < forks && rc == LW_OK; i++) {
        lw_session session = LW_SESSION_NONE;

        rc = lw_worker_start(&native.worker, native.runtime, &config, NULL,
                             &err);
        if (rc == LW_OK)
            rc = ask(&session, what);
        had += rc == LW_OK && session.preloaded && session.reused;
        end_somehow(i);
    }
    snprintf(sentence, sizeof(sentence), "%d of %d, with %d forks", had, forks,
             (int)report().forks);
    check(rc == LW_OK, "many forks", rc == LW_OK ? "" : err.message);
    check(had == forks && report().forks == (uint64_t)forks &&
              report().starts == 1 && report().fallbacks == 0,
          "many forks have the import", sentence);
}

/* What it has not, a fork opens as any worker does. */
static void
a_fork_opens_others_anew(void)
{
    lw_session session = LW_SESSION_NONE;
    struct imported other, missing;
    int rc =
        lw_worker_start(&native.worker, native.runtime, &config, NULL, &err);

    import(&other, "Base");
    other.header.key = (lw_span){ "another", 7 };
    import(&missing, "Missing");
    if (rc == LW_OK)
        rc = ask(&session, &other);
    check(rc == LW_OK && !session.preloaded && !session.reused,
          "another session", rc == LW_OK ? "is opened anew" : err.message);
    rc = ask(&session, &missing);
    check(rc == LW_EHEADER, "another session that fails", err.message);
    lw_worker_destroy(native.worker);
    native.worker = NULL;
}

/* ---- imports that go wrong ---- */

static void
a_bad_import_gives_it_up(const char *toolchain, const char *module,
                         uint64_t timeout_ms, lw_status wanted,
                         const char *words)
{
    lw_worker_metadata metadata = { .struct_size = sizeof(metadata) };
    struct imported what;
    int rc;

    import(&what, module);
    rc = open_native(toolchain, &what, timeout_ms);
    check(rc == LW_EUNSUPPORTED && report().status == wanted, module,
          lw_status_name(report().status));
    check(strstr(report().reason, words) != NULL, module, report().reason);
    rc = lw_worker_start(&native.worker, native.runtime, &config, NULL, &err);
    if (rc == LW_OK)
        rc = lw_worker_get_metadata(native.worker, &metadata, &err);
    check(rc == LW_OK && !metadata.forked &&
              strstr(metadata.not_forked, words) != NULL,
          module, rc == LW_OK ? "workers are plain, and say why" : err.message);
    stop(&native);
}

int
main(int argc, char **argv)
{
    struct imported base;
    int rc;

    if (argc != 3) {
        fprintf(stderr, "usage: %s TOOLCHAIN FOLDER\n", argv[0]);
        return 2;
    }
    folder[0] = argv[2];
    import(&base, "Base");
    rc = open_native(argv[1], &base, PATIENCE_MS);
    check(rc == LW_OK && report().sessions == 1, "a fork server with an import",
          rc == LW_OK ? "ready" : err.message);
    if (rc == LW_OK) {
        many_forks_have_it(&base, 100);
        a_fork_opens_others_anew();
    }
    stop(&native);
    a_bad_import_gives_it_up(argv[1], "Missing", PATIENCE_MS, LW_EHEADER,
                             "Missing");
    a_bad_import_gives_it_up(argv[1], "Ends", PATIENCE_MS, LW_ECHILDEXITED,
                             "exit code 3");
    a_bad_import_gives_it_up(argv[1], "Hang", 1, LW_ETIMEOUT, "in time");
    a_bad_import_gives_it_up(argv[1], "Busy", 1, LW_ETIMEOUT, "in time");
    return tell_counts();
}
