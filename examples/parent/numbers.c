/*
 * numbers.c - a capability's commands with types, and no hooks by hand.
 *
 *     numbers examples/capability
 *
 * The project's modules are given to a session as sources, in the order in
 * which they import each other. Each command has a list of fields for what goes
 * in and what comes out; fields.h makes structs and hooks of them. What does
 * not fit is an error with its place: export, stream, row, field.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lean_worker/lean_worker.h>

/* ---- what goes in and comes out ---- */

#define GCD_REQUEST(FIELD) FIELD(I64, a) FIELD(I64, b)
#define GCD_ANSWER(FIELD) FIELD(U64, gcd)
#define FACTOR_REQUEST(FIELD) FIELD(U64, n)
#define FACTOR_ANSWER(FIELD) FIELD(U64S, factors, 64)
#define PRIMES_REQUEST(FIELD) FIELD(U64, below)
#define PRIMES_ROW(FIELD) FIELD(U64, index) FIELD(U64, prime)
#define PRIMES_ANSWER(FIELD) FIELD(U64, below) FIELD(U64, found)

LW_JSON_STRUCT(gcd_request, GCD_REQUEST);
LW_JSON_STRUCT(gcd_answer, GCD_ANSWER);
LW_JSON_STRUCT(factor_request, FACTOR_REQUEST);
LW_JSON_STRUCT(factor_answer, FACTOR_ANSWER);
LW_JSON_STRUCT(primes_request, PRIMES_REQUEST);
LW_JSON_STRUCT(primes_row, PRIMES_ROW);
LW_JSON_STRUCT(primes_answer, PRIMES_ANSWER);

/* ---- commands ---- */

/* A session, and how the last command on it ended. */
struct numbers {
    lw_worker *worker;
    lw_session session;
    lw_error err;
};

static int
run(struct numbers *numbers, const lw_command *command, const void *request,
    void *answer, const lw_sinks *sinks)
{
    lw_command_spec spec = LW_COMMAND_SPEC_INIT;
    int rc;

    spec.session = numbers->session;
    spec.request = request;
    spec.answer = answer;
    spec.sinks = sinks;
    rc = lw_worker_run_command(numbers->worker, NULL, command, &spec, NULL,
                               &numbers->err);
    if (rc != LW_OK)
        printf("%s: %s\n", lw_status_name(rc), numbers->err.message);
    return rc;
}

static int
show_gcd(struct numbers *numbers, int64_t a, int64_t b)
{
    lw_command command = LW_COMMAND_INIT;
    struct gcd_request request;
    struct gcd_answer answer;
    int rc;

    request.a = a;
    request.b = b;
    command.name = "Numbers.gcd";
    command.encode = gcd_request_encode;
    command.decode = gcd_answer_decode;
    rc = run(numbers, &command, &request, &answer, NULL);
    if (rc == LW_OK)
        printf("gcd of %ld and %ld: %lu\n", (long)a, (long)b,
               (unsigned long)answer.gcd);
    return rc;
}

static int
show_factors(struct numbers *numbers, uint64_t n)
{
    lw_command command = LW_COMMAND_INIT;
    struct factor_request request;
    struct factor_answer answer;
    size_t i;
    int rc;

    request.n = n;
    command.name = "Numbers.factor";
    command.encode = factor_request_encode;
    command.decode = factor_answer_decode;
    rc = run(numbers, &command, &request, &answer, NULL);
    if (rc != LW_OK)
        return rc;
    printf("factors of %lu:", (unsigned long)n);
    for (i = 0; i < answer.factors_count; i++)
        printf(" %lu", (unsigned long)answer.factors[i]);
    printf("\n");
    return rc;
}

/* ---- rows ---- */

static int
take_prime(const struct primes_row *value, const lw_row *row, void *user)
{
    uint64_t *sum = user;

    if (value->index != row->sequence)
        return -1; /* the program wants no more: LW_ESINK */
    *sum += value->prime;
    return 0;
}

static int
take_progress(const lw_progress *progress, void *user)
{
    (void)user;
    fprintf(stderr, "%.*s: %lu of %lu\n", (int)progress->phase.size,
            progress->phase.data, (unsigned long)progress->current,
            (unsigned long)progress->total);
    return 0;
}

static int
show_primes(struct numbers *numbers, uint64_t below)
{
    lw_command command = LW_COMMAND_INIT;
    lw_sinks sinks = LW_SINKS_INIT;
    struct primes_request request;
    struct primes_answer answer;
    struct primes_row_rows rows;
    uint64_t sum = 0;
    int rc;

    request.below = below;
    rows.take = take_prime;
    rows.user = &sum;
    sinks.progress = take_progress;
    command.name = "Numbers.primes";
    command.encode = primes_request_encode;
    command.row = primes_row_row;
    command.decode = primes_answer_decode;
    command.user = &rows;
    rc = run(numbers, &command, &request, &answer, &sinks);
    if (rc == LW_OK)
        printf("%lu primes below %lu, their sum %lu\n",
               (unsigned long)answer.found, (unsigned long)below,
               (unsigned long)sum);
    return rc;
}

/* ---- what the package says of itself ---- */

static int
show_package(struct numbers *numbers)
{
    lw_ask_spec ask = LW_ASK_SPEC_INIT;
    lw_metadata *metadata = NULL;
    lw_doctor_report *report = NULL;
    int rc;

    ask.session = numbers->session;
    ask.name = "Numbers.metadata";
    rc = lw_worker_read_metadata(numbers->worker, &metadata, &ask, NULL,
                                 &numbers->err);
    ask.name = "Numbers.doctor";
    if (rc == LW_OK)
        rc = lw_worker_run_doctor(numbers->worker, &report, &ask, NULL,
                                  &numbers->err);
    if (rc == LW_OK)
        printf("%lu commands; the doctor has found %lu errors\n",
               (unsigned long)metadata->command_count,
               (unsigned long)report->errors);
    lw_metadata_destroy(metadata);
    lw_doctor_report_destroy(report);
    return rc;
}

/* ---- the session ---- */

static const char *const modules[][2] = {
    { "Numbers.Divisors", "Numbers/Divisors.lean" },
    { "Numbers.Rows", "Numbers/Rows.lean" },
    { "Numbers.Health", "Numbers/Health.lean" },
    { "Numbers", "Numbers.lean" },
};
#define MODULES (sizeof(modules) / sizeof(modules[0]))

/* A file's text: the caller's, to be freed. NULL where it cannot be read. */
static char *
read_text(const char *folder, const char *name)
{
    const size_t room = 1 << 16;
    char path[1024], *text = malloc(room);
    size_t size = 0;
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "rb");
    if (file != NULL && text != NULL)
        size = fread(text, 1, room - 1, file);
    if (file == NULL || ferror(file) || size == 0) {
        fprintf(stderr, "numbers: cannot read %s\n", path);
        free(text);
        text = NULL;
    } else {
        text[size] = '\0';
    }
    if (file != NULL)
        fclose(file);
    return text;
}

static int
open_numbers(struct numbers *numbers, const char *folder)
{
    lw_session_spec spec = LW_SESSION_SPEC_INIT;
    lw_source sources[MODULES];
    char *texts[MODULES] = { NULL };
    size_t i;
    int rc = LW_OK;

    for (i = 0; i < MODULES && rc == LW_OK; i++) {
        texts[i] = read_text(folder, modules[i][1]);
        rc = texts[i] != NULL ? LW_OK : LW_EFILE;
        sources[i].module = modules[i][0];
        sources[i].label = modules[i][1];
        sources[i].text.data = texts[i];
        sources[i].text.size = texts[i] != NULL ? strlen(texts[i]) : 0;
    }
    spec.sources = sources;
    spec.source_count = MODULES;
    if (rc == LW_OK)
        rc = lw_worker_open_session(numbers->worker, &numbers->session, &spec,
                                    NULL, NULL, &numbers->err);
    for (i = 0; i < MODULES; i++)
        free(texts[i]);
    return rc;
}

/* What must come of each command; none of them costs the worker. */
static int
play(struct numbers *numbers)
{
    return show_gcd(numbers, 12, 18) == LW_OK &&
           show_factors(numbers, 360) == LW_OK &&
           show_primes(numbers, 2000) == LW_OK &&
           show_gcd(numbers, -1, 18) == LW_EEXPORTFAILED &&
           show_package(numbers) == LW_OK &&
           lw_worker_get_generation(numbers->worker) == 1;
}

int
main(int argc, char **argv)
{
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_runtime *runtime = NULL;
    struct numbers numbers;
    int rc, ok = 0;

    if (argc != 2) {
        fprintf(stderr, "usage: numbers FOLDER\n");
        return 2;
    }
    memset(&numbers, 0, sizeof(numbers));
    rc = lw_runtime_create(&runtime, NULL, &numbers.err);
    if (rc == LW_OK)
        rc = lw_worker_start(&numbers.worker, runtime, &config, NULL,
                             &numbers.err);
    if (rc == LW_OK)
        rc = open_numbers(&numbers, argv[1]);
    if (rc == LW_OK)
        ok = play(&numbers);
    else
        fprintf(stderr, "numbers: %s: %s\n", lw_status_name(rc),
                numbers.err.message);
    lw_worker_destroy(numbers.worker);
    lw_runtime_destroy(runtime);
    return ok ? 0 : 1;
}
