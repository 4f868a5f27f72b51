/*
 * command.c - an export with types: numbers go in, numbers come out.
 *
 *     command build/examples/count
 *
 * The library carries bytes. The hooks below say how this program's types
 * become bytes and back, and what does not fit is an error with its place:
 * which stream, which row, which field.
 */
#include <stdio.h>
#include <string.h>

#include <lean_worker/lean_worker.h>

/* What the hooks get as user pointer. */
struct sum {
    unsigned long total;
    unsigned long largest; /* a row above it is refused; 0: none is */
};

static int
encode(const void *request, lw_writer *to, lw_fault *fault, void *user)
{
    const unsigned long *last = request;
    char text[24];
    int size = snprintf(text, sizeof(text), "%lu", *last);

    (void)user;
    if (*last == 0)
        return lw_fault_set(fault, "", "counting to 0 would never end");
    return lw_writer_put(to, text, (size_t)size);
}

/* Decimal digits and nothing else. */
static int
read_number(lw_span bytes, unsigned long *number)
{
    size_t i;

    *number = 0;
    for (i = 0; i < bytes.size; i++) {
        if (bytes.data[i] < '0' || bytes.data[i] > '9')
            return 0;
        *number = *number * 10 + (unsigned long)(bytes.data[i] - '0');
    }
    return bytes.size > 0 && bytes.size < 10;
}

static int
take_row(const lw_row *row, lw_fault *fault, void *user)
{
    struct sum *sum = user;
    unsigned long number;

    if (!read_number(row->payload, &number))
        return lw_fault_set(fault, "", "it is no number");
    if (sum->largest != 0 && number > sum->largest)
        return lw_fault_set(fault, "", "it is too large");
    sum->total += number;
    return 0;
}

/* The summary: this worker says in a word that it has come to the end. */
static int
decode(lw_span bytes, void *answer, lw_fault *fault, void *user)
{
    int *is_complete = answer;

    (void)user;
    if (bytes.size != 7 || memcmp(bytes.data, "counted", 7) != 0)
        return lw_fault_set(fault, "", "it is not \"counted\"");
    *is_complete = 1;
    return 0;
}

/* Sums up to `last` in the child's rows. */
static int
add_up(lw_worker *worker, unsigned long last, struct sum *sum)
{
    lw_command command = LW_COMMAND_INIT;
    lw_command_spec spec = LW_COMMAND_SPEC_INIT;
    lw_command_failure failure;
    lw_reply *reply = NULL;
    lw_error err = LW_ERROR_INIT;
    int is_complete = 0, rc;

    command.name = "count";
    command.encode = encode;
    command.row = take_row;
    command.decode = decode;
    command.stop_at_bad_row = true;
    command.user = sum;
    spec.request = &last;
    spec.answer = &is_complete;
    spec.failure = &failure;
    rc = lw_worker_run_command(worker, &reply, &command, &spec, NULL, &err);
    if (rc == LW_OK)
        printf("sum to %lu: %lu, in %lu rows%s\n", last, sum->total,
               (unsigned long)lw_reply_get_facts(reply)->rows,
               is_complete ? "" : ", not complete");
    else if (rc == LW_EROWDECODE)
        printf("row %lu of %s: %s\n", (unsigned long)failure.sequence,
               failure.stream, failure.fault.detail);
    else
        printf("%s: %s\n", lw_status_name(rc), err.message);
    lw_reply_destroy(reply);
    return rc;
}

/* What must come of each call; the worker outlives all of them. */
static int
play(lw_worker *worker)
{
    struct sum all = { 0, 0 }, small = { 0, 10 }, none = { 0, 0 };
    int ok = add_up(worker, 100, &all) == LW_OK && all.total == 5050;

    ok = add_up(worker, 20, &small) == LW_EROWDECODE && ok;
    ok = add_up(worker, 0, &none) == LW_EENCODE && ok;
    return ok && lw_worker_get_generation(worker) == 1;
}

int
main(int argc, char **argv)
{
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_runtime *runtime = NULL;
    lw_worker *worker = NULL;
    lw_error err = LW_ERROR_INIT;
    int rc, ok = 0;

    if (argc < 2) {
        fprintf(stderr, "usage: command WORKER [ARGUMENT]...\n");
        return 2;
    }
    config.command = (const char *const *)argv + 1;
    rc = lw_runtime_create(&runtime, NULL, &err);
    if (rc == LW_OK)
        rc = lw_worker_start(&worker, runtime, &config, NULL, &err);
    if (rc == LW_OK)
        ok = play(worker);
    else
        fprintf(stderr, "command: %s\n", err.message);
    lw_worker_destroy(worker);
    lw_runtime_destroy(runtime);
    return ok ? 0 : 1;
}
