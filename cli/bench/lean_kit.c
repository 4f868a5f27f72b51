/* lean_kit.c - real Lean. */
#include "bench/lean_kit.h"

#include <stdio.h>

#include "base/base.h"
#include "base/path.h"
#include "base/text.h"

#define ROW_OF_20 "rrrrrrrrrrrrrrrrrrrr"
#define ROW_OF_100 ROW_OF_20 ROW_OF_20 ROW_OF_20 ROW_OF_20 ROW_OF_20

/* What is asked in a session: an echo, and rows of 100 bytes. */
static const char exports_text[] =
    "import LeanWorker\n"
    "def echo (request : String) : IO String := return request\n"
    "def rows (request : String) (out : LeanWorker.Stream) : IO String := do\n"
    "  let some count := request.toNat?\n"
    "    | throw (IO.userError \"a number is wanted\")\n"
    "  let row := \"" ROW_OF_100 "\"\n"
    "  for _ in LeanWorker.upTo count do\n"
    "    out.row \"rows\" row\n"
    "  return \"\"\n";

static const char small_file[] = "theorem t : 1 + 1 = 2 := rfl\n";

/* ---- the toolchain ---- */

static int
start(lw_worker **worker, struct bench_lean *lean, lw_error *err)
{
    lw_worker_config config = LW_WORKER_CONFIG_INIT;

    config.toolchain = lean->toolchain;
    return lw_worker_start(worker, lean->place.runtime, &config, NULL, err);
}

bool
bench_lean_open(struct bench_lean *lean, struct bench *bench, char *why,
                size_t size)
{
    lw_toolchain_request request = LW_TOOLCHAIN_REQUEST_INIT;
    lw_error err = LW_ERROR_INIT;
    lw_worker *worker = NULL;
    int rc;

    *lean = (struct bench_lean){ .toolchain = NULL };
    request.toolchain = bench->toolchain;
    if (lw_toolchain_find(&lean->toolchain, &request, &err) < 0) {
        snprintf(why, size, "no Lean: %s", err.message);
        return false;
    }
    bench_place_open(&lean->place, bench, BENCH_UNPINNED);
    lean->first_start_us = bench_now_us();
    rc = start(&worker, lean, &err);
    lean->first_start_us = bench_now_us() - lean->first_start_us;
    lw_worker_destroy(worker);
    if (rc < 0) {
        snprintf(why, size, "Lean does not start: %s", err.message);
        bench_lean_close(lean);
    }
    return rc >= 0;
}

void
bench_lean_close(struct bench_lean *lean)
{
    bench_place_close(&lean->place);
    lw_toolchain_destroy(lean->toolchain);
}

double
bench_lean_cold_start(struct bench_lean *lean, const char *import)
{
    const char *imports[] = { import, NULL };
    lw_session_spec session = LW_SESSION_SPEC_INIT;
    lw_check_spec check = LW_CHECK_SPEC_INIT;
    lw_error err = LW_ERROR_INIT;
    lw_check_result result;
    lw_worker *worker = NULL;
    double start_us = bench_now_us(), end_us;

    bench_need(start(&worker, lean, &err), "start Lean", &err);
    if (import != NULL)
        session.imports = imports;
    bench_need(lw_worker_open_session(worker, &check.session, &session, NULL,
                                      NULL, &err),
               "import", &err);
    check.source = (lw_span){ small_file, sizeof(small_file) - 1 };
    bench_need(lw_worker_check(worker, &result, &check, NULL, NULL, &err),
               "check", &err);
    end_us = bench_now_us();
    if (result.errors != 0)
        bench_die("Lean finds fault with a file that has none");
    lw_worker_destroy(worker);
    return end_us - start_us;
}

static const lw_source source = { "Bench",
                                  "Bench.lean",
                                  { exports_text, sizeof(exports_text) - 1 } };

lw_worker *
bench_lean_start(struct bench_lean *lean, lw_session *session)
{
    lw_session_spec spec = LW_SESSION_SPEC_INIT;
    lw_error err = LW_ERROR_INIT;
    lw_worker *worker = NULL;

    bench_need(start(&worker, lean, &err), "start Lean", &err);
    spec.sources = &source;
    spec.source_count = 1;
    bench_need(lw_worker_open_session(worker, session, &spec, NULL, NULL, &err),
               "open a session", &err);
    return worker;
}

lw_capability *
bench_lean_make_key(struct bench_lean *lean)
{
    lw_session_spec session = LW_SESSION_SPEC_INIT;
    lw_capability_spec spec = LW_CAPABILITY_SPEC_INIT;
    lw_restart_policy policy = LW_RESTART_POLICY_INIT;
    lw_error err = LW_ERROR_INIT;
    lw_capability *key = NULL;

    session.sources = &source;
    session.source_count = 1;
    policy.max_restarts = 0;
    spec.worker.toolchain = lean->toolchain;
    spec.worker.policy = &policy;
    spec.session = &session;
    bench_need(lw_capability_create(&key, &spec, &err), "capability", &err);
    return key;
}

/* ---- files ---- */

/* What people write; %d makes each another file. */
static const char *const bodies[] = {
    "theorem t%d (a b : Nat) (h : a < b) : a + 7 < b + 7 := by omega\n",
    "theorem t%d : 12 + 1 = 1 + 12 := by decide\n",
    "theorem t%d (p q : Prop) (hp : p) (hq : q) : q ∧ p := by\n"
    "  constructor\n  · exact hq\n  · exact hp\n",
    "theorem t%d (xs : List Nat) : (xs ++ []).length = xs.length := by simp\n",
    "def f : Nat → Nat\n  | 0 => 3\n  | k + 1 => f k + 1\n"
    "theorem t%d (k : Nat) : f k = k + 3 := by\n"
    "  induction k with\n  | zero => simp [f]\n"
    "  | succ k ih => simp only [f]; omega\n",
};

static void
write_file(const char *path, int number)
{
    FILE *file = fopen(path, "we");
    const char *body = bodies[(size_t)number % LWI_COUNT(bodies)];
    const char *hole = strstr(body, "%d");

    if (file == NULL)
        bench_die("cannot write a file to check");
    fprintf(file, "%.*s%d%s", (int)(hole - body), body, number, hole + 2);
    if (fclose(file) != 0)
        bench_die("cannot write a file to check");
}

void
bench_files_write(struct bench_files *files, int count)
{
    int i;

    lwi_text_copy(files->folder, sizeof(files->folder),
                  "/tmp/lean-worker-bench-XXXXXX");
    files->paths = calloc((size_t)count, sizeof(*files->paths));
    if (files->paths == NULL || mkdtemp(files->folder) == NULL)
        bench_die("cannot make a folder in /tmp");
    for (i = 0; i < count; i++) {
        files->paths[i] = lwi_path_printf("%s/file%04d.lean", files->folder, i);
        if (files->paths[i] == NULL)
            bench_die("out of memory");
        write_file(files->paths[i], i);
    }
    files->count = count;
}

void
bench_files_remove(struct bench_files *files)
{
    int i;

    for (i = 0; i < files->count; i++) {
        unlink(files->paths[i]);
        lwi_free(&lwi_system_allocator, files->paths[i]);
    }
    rmdir(files->folder);
    free(files->paths);
}
