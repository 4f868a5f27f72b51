/*
 * extract.c - all theorems of a library as JSON Lines: name, type, axioms.
 *
 *     extract [OPTION]... WORKERS MODULES PATTERN...
 *
 *     extract 2 50 'Init.*' 'Std.*' > theorems.jsonl
 *
 *     --keep DIR    keep what is done there, and go on from it next time
 *     --rss MIB     replace a worker that has become larger (2048)
 *     --requests N  and one that has served so many requests
 *
 * MODULES go into a batch at most.
 *
 * The planner makes batches of modules, the pool has the workers, and each of
 * as many threads takes the next batch. What a worker says of a module is
 * tentative until the module is done: where the worker ends before that, by
 * accident or by policy, the module is begun again in another. A batch is
 * printed when it is whole, behind those before it. So the output is the same
 * with one worker and with many, and whatever happens to them: nothing lost,
 * nothing twice. What happened is told on stderr.
 *
 * With --keep a whole batch becomes a file that is named after its
 * fingerprint: what is in its modules, all that they import, and the
 * toolchain. Where there is one, no worker is asked.
 *
 * Axioms are null where Lean does not know them: a library without its
 * private half, such as the embedded one, hides its proofs.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <lean_worker/lean_worker.h>

#define ASKED_AT_ONCE 100 /* theorems in one request for their axioms */
#define TRIES 5           /* without a module that gets done */
#define PATH_SIZE 4096

/* ---- text that grows ---- */

struct text {
    char *data;
    size_t size, room;
    int failed;
};

static void
put_bytes(struct text *text, const char *data, size_t size)
{
    size_t room = text->room < 4096 ? 4096 : text->room;
    char *grown;

    while (room < text->size + size + 1)
        room *= 2;
    grown = room == text->room ? text->data : realloc(text->data, room);
    if (grown == NULL) {
        text->failed = 1;
        return;
    }
    text->data = grown;
    text->room = room;
    memcpy(grown + text->size, data, size);
    text->size += size;
    grown[text->size] = '\0';
}

static void
put(struct text *text, const char *string)
{
    put_bytes(text, string, strlen(string));
}

/* A JSON string of what is UTF-8. */
static void
put_json(struct text *text, const char *data, size_t size)
{
    char escape[8];
    size_t i;

    put(text, "\"");
    for (i = 0; i < size; i++) {
        if (data[i] == '"' || data[i] == '\\')
            put(text, "\\");
        if ((unsigned char)data[i] >= ' ') {
            put_bytes(text, &data[i], 1);
            continue;
        }
        snprintf(escape, sizeof(escape), "\\u%04x", (unsigned)data[i]);
        put(text, escape);
    }
    put(text, "\"");
}

/* ---- the run ---- */

struct run {
    const lw_plan *plan;
    const lw_toolchain *toolchain;
    lw_restart_policy policy;
    const char *keep; /* folder; NULL: none */
    lw_pool *pool;
    pthread_mutex_t lock;
    size_t next;          /* batch that nobody has taken */
    size_t printed;       /* batches */
    struct text *outputs; /* of each batch, until it is printed */
    char *done;           /* the batch is whole */
    size_t rows, bytes, retries, kept;
    uint64_t peak_kib; /* of all workers together, as far as it was seen */
    lw_error err;      /* the first failure ends the run */
};

/* One batch on one lease. */
struct work {
    lw_lease *lease;
    const char *module;
    struct text names;  /* of the module's theorems, a NUL behind each */
    struct text axioms; /* JSON for each of those asked for, the same */
    size_t line;        /* of the last answer */
    struct text *output;
};

/* ---- what a module declares ---- */

static int
on_declaration(const lw_declaration *declaration, void *user)
{
    struct work *work = user;

    put_bytes(&work->names, declaration->name.data, declaration->name.size);
    put_bytes(&work->names, "", 1);
    return work->names.failed ? -1 : 0;
}

static int
list_theorems(struct work *work, lw_error *err)
{
    lw_declarations_spec spec = LW_DECLARATIONS_SPEC_INIT;
    lw_declarations_result result;
    lw_sinks sinks = LW_SINKS_INIT;

    work->names.size = 0;
    spec.module = work->module;
    spec.kinds = 1u << LW_DECLARATION_THEOREM;
    sinks.declaration = on_declaration;
    sinks.user = work;
    return lw_lease_list_declarations(work->lease, &result, &spec, &sinks, NULL,
                                      err);
}

/* ---- axioms ---- */

/* "[propext, Quot.sound]", or nothing behind "any axioms". A theorem that
 * rests on itself is one whose proof is hidden. */
static void
put_axioms(struct text *to, const char *name, const char *list, size_t size)
{
    size_t length, i;
    struct text names = { NULL, 0, 0, 0 };
    int hidden = 0;

    for (i = 0; i < size; i += length + 1) {
        while (i < size && (list[i] == ' ' || list[i] == '\n'))
            i++;
        for (length = 0; i + length < size && list[i + length] != ',';)
            length++;
        hidden |= length == strlen(name) && memcmp(list + i, name, length) == 0;
        put(&names, names.size > 0 ? "," : "");
        put_json(&names, list + i, length);
    }
    put(to, hidden ? "null" : "[");
    if (!hidden && names.size > 0)
        put_bytes(to, names.data, names.size);
    put(to, hidden ? "" : "]");
    put_bytes(to, "", 1);
    to->failed |= names.failed;
    free(names.data);
}

/* One answer for each line: 'name' depends on axioms: [a, b] */
static int
on_axioms(const lw_diagnostic *diagnostic, void *user)
{
    struct work *work = user;
    const char *message = diagnostic->message.data, *list, *end;
    const char *name = work->names.data;
    size_t i;

    if (diagnostic->line != work->line + 1)
        return -1;
    work->line++;
    for (i = 1; i < work->line; i++)
        name += strlen(name) + 1;
    list = memchr(message, '[', diagnostic->message.size);
    end = message + diagnostic->message.size - 1;
    if (diagnostic->severity != LW_SEVERITY_INFO)
        put_bytes(&work->axioms, "null", 5);
    else if (list == NULL)
        put_bytes(&work->axioms, "[]", 3);
    else
        put_axioms(&work->axioms, name, list + 1, (size_t)(end - list - 1));
    return work->axioms.failed ? -1 : 0;
}

/* Asks for those from `first` on; their answers are in work->axioms then. */
static int
ask_axioms(struct work *work, const char *first, size_t count, lw_error *err)
{
    lw_elab_spec spec = LW_ELAB_SPEC_INIT;
    lw_elab_result *result = NULL;
    lw_sinks sinks = LW_SINKS_INIT;
    struct text source = { NULL, 0, 0, 0 };
    const char *name = first;
    size_t i;
    int rc;

    for (i = 0; i < count; i++, name += strlen(name) + 1) {
        put(&source, "#print axioms _root_.");
        put(&source, name);
        put(&source, "\n");
    }
    work->axioms.size = work->line = 0;
    spec.source.data = source.data;
    spec.source.size = source.size;
    spec.diagnostic_bytes = UINT32_C(16) * 1024 * 1024;
    sinks.diagnostic = on_axioms;
    sinks.user = work;
    rc = lw_lease_elaborate(work->lease, &result, &spec, &sinks, NULL, err);
    lw_elab_result_destroy(result);
    free(source.data);
    return rc;
}

/* ---- a batch ---- */

static int
put_theorem(struct work *work, const char *name, const char *axioms,
            lw_error *err)
{
    lw_describe_spec spec = LW_DESCRIBE_SPEC_INIT;
    lw_description *description = NULL;
    int rc;

    spec.name = name;
    rc = lw_lease_describe(work->lease, &description, &spec, NULL, err);
    if (rc != LW_OK)
        return rc;
    put(work->output, "{\"module\":");
    put_json(work->output, work->module, strlen(work->module));
    put(work->output, ",\"name\":");
    put_json(work->output, name, strlen(name));
    put(work->output, ",\"type\":");
    put_json(work->output, description->type.data, description->type.size);
    put(work->output, ",\"axioms\":");
    put(work->output, axioms);
    put(work->output, "}\n");
    lw_description_destroy(description);
    return LW_OK;
}

/* A module's theorems, some at a time. */
static int
extract_module(struct work *work, lw_error *err)
{
    int rc = list_theorems(work, err);
    const char *name = work->names.data, *end = name + work->names.size;

    while (rc == LW_OK && name < end) {
        const char *last = name, *axioms;
        size_t count = 0;

        for (; last < end && count < ASKED_AT_ONCE; count++)
            last += strlen(last) + 1;
        /* on_axioms counts from the first name that is asked for. */
        memmove(work->names.data, name, (size_t)(end - name));
        end -= name - work->names.data;
        last -= name - work->names.data;
        name = work->names.data;
        rc = ask_axioms(work, name, count, err);
        axioms = work->axioms.data;
        for (; rc == LW_OK && name < last; name += strlen(name) + 1) {
            rc = put_theorem(work, name, axioms, err);
            axioms += strlen(axioms) + 1;
        }
    }
    return rc;
}

/* How much the workers hold now. */
static void
note_memory(struct run *run)
{
    lw_pool_snapshot now;

    now.struct_size = sizeof(now);
    if (lw_pool_get_snapshot(run->pool, &now, NULL) != LW_OK)
        return;
    pthread_mutex_lock(&run->lock);
    if (now.total_child_rss_kib > run->peak_kib)
        run->peak_kib = now.total_child_rss_kib;
    pthread_mutex_unlock(&run->lock);
}

/* The batch's modules from *at on; *at is the first that is not done. */
static int
extract_modules(struct run *run, const lw_plan_batch *batch, struct work *work,
                size_t *at, lw_error *err)
{
    int rc = LW_OK;
    size_t whole;

    for (; *at < batch->module_count; (*at)++) {
        whole = work->output->size;
        work->module = run->plan->modules[batch->modules[*at]].name;
        rc = extract_module(work, err);
        note_memory(run);
        if (rc != LW_OK) {
            work->output->size = whole; /* nothing of half a module */
            break;
        }
    }
    return rc;
}

static int
extract_batch(struct run *run, size_t index, struct work *work, size_t *at,
              lw_error *err)
{
    const lw_plan_batch *batch = &run->plan->batches[index];
    lw_capability_spec spec = LW_CAPABILITY_SPEC_INIT;
    lw_session_spec session = LW_SESSION_SPEC_INIT;
    lw_capability *capability = NULL;
    lw_acquire_options how = LW_ACQUIRE_OPTIONS_INIT;
    int rc;

    session.imports = batch->imports;
    session.options = batch->options;
    session.search_path = run->plan->search_path;
    spec.worker.toolchain = run->toolchain;
    spec.worker.request_timeout_ms = LW_REQUEST_TIMEOUT_LONG_RUNNING_MS;
    spec.worker.policy = &run->policy;
    spec.session = &session;
    spec.package = batch->package;
    spec.library = batch->library;
    how.wait_ms = LW_NO_LIMIT;
    rc = lw_capability_create(&capability, &spec, err);
    if (rc == LW_OK)
        rc = lw_pool_acquire(&work->lease, run->pool, capability, &how, err);
    if (rc == LW_OK)
        rc = extract_modules(run, batch, work, at, err);
    lw_lease_release(work->lease);
    work->lease = NULL;
    lw_capability_destroy(capability);
    return rc;
}

/* Goes on where a worker was lost, with the module that it was at. */
static int
insist(struct run *run, size_t index, struct work *work, lw_error *err)
{
    int rc = LW_OK, tries;
    size_t at = 0, before;

    work->output = &run->outputs[index];
    for (tries = 0; tries < TRIES; tries++) {
        before = at;
        rc = extract_batch(run, index, work, &at, err);
        if (rc == LW_OK ||
            !(lw_status_lost_lease(rc) || lw_status_lost_worker(rc)))
            break;
        if (at > before)
            tries = 0;
        fprintf(stderr, "batch %s goes on from module %lu of %lu: %s\n",
                run->plan->batches[index].id, (unsigned long)at + 1,
                (unsigned long)run->plan->batches[index].module_count,
                err->message);
        pthread_mutex_lock(&run->lock);
        run->retries++;
        pthread_mutex_unlock(&run->lock);
    }
    return rc;
}

/* ---- what is kept ---- */

/* The number is that of the form of the rows. */
static void
kept_path(const struct run *run, size_t index, const char *end, char *path)
{
    snprintf(path, PATH_SIZE, "%s/%s-1.jsonl%s", run->keep,
             run->plan->batches[index].fingerprint, end);
}

/* Whether the batch was there. */
static int
take_kept(struct run *run, size_t index)
{
    char path[PATH_SIZE], block[65536];
    struct text *output = &run->outputs[index];
    size_t size;
    FILE *file;
    int bad;

    kept_path(run, index, "", path);
    file = fopen(path, "rb");
    if (file == NULL)
        return 0;
    while ((size = fread(block, 1, sizeof(block), file)) > 0)
        put_bytes(output, block, size);
    bad = ferror(file) || output->failed;
    fclose(file);
    if (bad)
        output->size = 0;
    return !bad;
}

/* Whole or not at all: under its name there is nothing until it is written. */
static int
keep(const struct run *run, size_t index, lw_error *err)
{
    char path[PATH_SIZE], part[PATH_SIZE];
    const struct text *output = &run->outputs[index];
    FILE *file;
    int bad;

    kept_path(run, index, "", path);
    kept_path(run, index, ".part", part);
    file = fopen(part, "wb");
    bad = file == NULL ||
          (output->size > 0 &&
           fwrite(output->data, 1, output->size, file) != output->size);
    if (file != NULL)
        bad |= fclose(file) != 0;
    if (!bad && rename(part, path) == 0)
        return LW_OK;
    err->status = LW_EFILE;
    snprintf(err->message, sizeof(err->message), "cannot write %.200s", path);
    return err->status;
}

static int
do_batch(struct run *run, size_t index, struct work *work, lw_error *err)
{
    int rc;

    if (run->keep != NULL && take_kept(run, index)) {
        pthread_mutex_lock(&run->lock);
        run->kept++;
        pthread_mutex_unlock(&run->lock);
        return LW_OK;
    }
    rc = insist(run, index, work, err);
    if (rc == LW_OK && run->outputs[index].failed) {
        err->status = rc = LW_ENOMEM;
        snprintf(err->message, sizeof(err->message), "out of memory");
    }
    return rc == LW_OK && run->keep != NULL ? keep(run, index, err) : rc;
}

/* ---- threads ---- */

/* Prints what is whole, in order. The lock is held. */
static void
print_done(struct run *run)
{
    struct text *output;
    size_t i;

    for (; run->printed < run->plan->batch_count && run->done[run->printed];
         run->printed++) {
        output = &run->outputs[run->printed];
        if (output->size > 0)
            fwrite(output->data, 1, output->size, stdout);
        run->bytes += output->size;
        for (i = 0; i < output->size; i++)
            run->rows += output->data[i] == '\n';
        free(output->data);
        memset(output, 0, sizeof(*output));
    }
    fflush(stdout);
}

static void *
take_batches(void *user)
{
    struct run *run = user;
    struct work work;
    lw_error err = LW_ERROR_INIT;
    size_t index;
    int rc;

    memset(&work, 0, sizeof(work));
    pthread_mutex_lock(&run->lock);
    while (run->err.status == LW_OK && run->next < run->plan->batch_count) {
        index = run->next++;
        pthread_mutex_unlock(&run->lock);
        rc = do_batch(run, index, &work, &err);
        pthread_mutex_lock(&run->lock);
        if (rc != LW_OK && run->err.status == LW_OK)
            run->err = err;
        run->done[index] = rc == LW_OK;
        print_done(run);
    }
    pthread_mutex_unlock(&run->lock);
    free(work.names.data);
    free(work.axioms.data);
    return NULL;
}

static void
extract(struct run *run, unsigned workers)
{
    pthread_t threads[64];
    unsigned i, count = 0;

    run->outputs = calloc(run->plan->batch_count + 1, sizeof(*run->outputs));
    run->done = calloc(run->plan->batch_count + 1, 1);
    pthread_mutex_init(&run->lock, NULL);
    for (i = 0; run->outputs != NULL && run->done != NULL && i < workers; i++)
        count += pthread_create(&threads[count], NULL, take_batches, run) == 0;
    for (i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    for (i = 0; run->outputs != NULL && i < run->plan->batch_count; i++)
        free(run->outputs[i].data);
    pthread_mutex_destroy(&run->lock);
    free(run->outputs);
    free(run->done);
}

/* ---- what came of it ---- */

static double
seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
tell(const struct run *run, double took)
{
    lw_pool_snapshot now;

    now.struct_size = sizeof(now);
    fprintf(stderr,
            "%lu theorems of %lu modules in %lu batches, %lu bytes, %.1f s\n",
            (unsigned long)run->rows, (unsigned long)run->plan->planned_count,
            (unsigned long)run->plan->batch_count, (unsigned long)run->bytes,
            took);
    fprintf(stderr,
            "%lu batches were kept from before; %lu times a batch "
            "went on in another worker\n",
            (unsigned long)run->kept, (unsigned long)run->retries);
    if (lw_pool_get_snapshot(run->pool, &now, NULL) != LW_OK)
        return;
    fprintf(stderr,
            "%lu requests; workers at most %lu MiB together; replaced for "
            "their memory %lu, for their requests %lu, for another batch %lu\n",
            (unsigned long)now.requests, (unsigned long)(run->peak_kib >> 10),
            (unsigned long)now.rss_restarts,
            (unsigned long)now.max_request_restarts,
            (unsigned long)now.evictions);
}

/* ---- the program ---- */

static int
run_plan(struct run *run, lw_runtime *runtime, unsigned workers, lw_error *err)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;
    double began = seconds();
    size_t i;
    int rc;

    for (i = 0; i < run->plan->problem_count; i++)
        fprintf(stderr, "%s\n", run->plan->problems[i].message);
    config.max_workers = workers;
    rc = lw_pool_create(&run->pool, runtime, &config, err);
    if (rc != LW_OK)
        return rc;
    extract(run, workers);
    tell(run, seconds() - began);
    lw_pool_destroy(run->pool);
    *err = run->err;
    if (run->err.status == LW_OK && run->printed < run->plan->batch_count)
        err->status = LW_ENOMEM;
    return err->status;
}

/* The options in front; how many words they were, or -1. */
static int
read_options(struct run *run, int argc, char **argv)
{
    int i;

    run->policy = (lw_restart_policy)LW_RESTART_POLICY_INIT;
    run->policy.max_rss_kib = UINT64_C(2048) * 1024;
    for (i = 1; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2) {
        if (strcmp(argv[i], "--keep") == 0)
            run->keep = argv[i + 1];
        else if (strcmp(argv[i], "--rss") == 0)
            run->policy.max_rss_kib = strtoull(argv[i + 1], NULL, 10) * 1024;
        else if (strcmp(argv[i], "--requests") == 0)
            run->policy.max_requests = strtoull(argv[i + 1], NULL, 10);
        else
            return -1;
    }
    return i - 1;
}

int
main(int argc, char **argv)
{
    struct run run;
    lw_plan_options options = LW_PLAN_OPTIONS_INIT;
    lw_toolchain *toolchain = NULL;
    lw_runtime *runtime = NULL;
    lw_plan *plan = NULL;
    lw_error err = LW_ERROR_INIT;
    unsigned workers = 0;
    int words, rc;

    memset(&run, 0, sizeof(run));
    words = read_options(&run, argc, argv);
    if (words >= 0 && argc - words >= 4)
        workers = (unsigned)strtoul(argv[words + 1], NULL, 10);
    if (workers < 1 || workers > 64) {
        fprintf(stderr, "usage: extract [--keep DIR] [--rss MIB] [--requests "
                        "N] WORKERS MODULES PATTERN...\n");
        return 2;
    }
    rc = lw_toolchain_find(&toolchain, NULL, &err);
    options.toolchain = run.toolchain = toolchain;
    options.modules = (const char *const *)argv + words + 3;
    options.session = LW_PLAN_FOR_DECLARATIONS;
    options.batch_modules = strtoul(argv[words + 2], NULL, 10);
    if (rc == LW_OK)
        rc = lw_plan_create(&plan, &options, &err);
    run.plan = plan;
    if (rc == LW_OK)
        rc = lw_runtime_create(&runtime, NULL, &err);
    if (rc == LW_OK)
        rc = run_plan(&run, runtime, workers, &err);
    if (rc != LW_OK)
        fprintf(stderr, "extract: %s: %s\n", lw_status_name(rc), err.message);
    lw_runtime_destroy(runtime);
    lw_plan_destroy(plan);
    lw_toolchain_destroy(toolchain);
    return rc == LW_OK ? 0 : 1;
}
