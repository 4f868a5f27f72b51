/*
 * json.c - an export with types: hooks that read and write JSON by hand.
 *
 *     json build/examples/echo
 *
 * The request has a list in a list, which fields.h does not have, so the hooks
 * are written with json.h. The worker sends back what it got.
 */
#include <stdio.h>

#include <lean_worker/lean_worker.h>

struct table {
    const char *title;
    bool sorted;
    double width;
    int64_t offset;
    uint64_t cells[2][3];
};

/* ---- the request ---- */

static int
put_row(lw_writer *to, const uint64_t *row, lw_fault *fault)
{
    int rc = lw_json_begin_list(to, NULL, fault), i;

    for (i = 0; rc == 0 && i < 3; i++)
        rc = lw_json_put_u64(to, NULL, row[i], fault);
    return rc == 0 ? lw_json_end(to, fault) : rc;
}

static int
encode(const void *request, lw_writer *to, lw_fault *fault, void *user)
{
    const struct table *table = request;
    lw_span title = { table->title, 0 };
    int rc, i;

    (void)user;
    while (title.data[title.size] != '\0')
        title.size++;
    rc = lw_json_begin_object(to, NULL, fault);
    if (rc == 0 && title.size == 0)
        rc = lw_json_refuse(to, "title", "a table has a title", fault);
    if (rc == 0)
        rc = lw_json_put_text(to, "title", title, fault);
    if (rc == 0)
        rc = lw_json_put_bool(to, "sorted", table->sorted, fault);
    if (rc == 0)
        rc = lw_json_put_double(to, "width", table->width, fault);
    if (rc == 0)
        rc = lw_json_put_i64(to, "offset", table->offset, fault);
    if (rc == 0)
        rc = lw_json_begin_list(to, "cells", fault);
    for (i = 0; rc == 0 && i < 2; i++)
        rc = put_row(to, table->cells[i], fault);
    return rc; /* the library closes what is open */
}

/* ---- the answer ---- */

static int
sum_up(const lw_json *json, uint64_t *sum, lw_fault *fault)
{
    char at[64];
    size_t rows, cells, i, j;
    uint64_t cell;
    int rc = lw_json_get_count(json, "/cells", &rows, fault);

    *sum = 0;
    for (i = 0; rc == 0 && i < rows; i++) {
        snprintf(at, sizeof(at), "/cells/%lu", (unsigned long)i);
        rc = lw_json_get_count(json, at, &cells, fault);
        for (j = 0; rc == 0 && j < cells; j++) {
            snprintf(at, sizeof(at), "/cells/%lu/%lu", (unsigned long)i,
                     (unsigned long)j);
            rc = lw_json_get_u64(json, at, &cell, fault);
            *sum += rc == 0 ? cell : 0;
        }
    }
    return rc;
}

static int
decode(lw_span bytes, void *answer, lw_fault *fault, void *user)
{
    lw_json *json = NULL;
    lw_span title;
    char word[16];
    bool sorted = false;
    double width = 0;
    int64_t offset = 0;
    int rc = lw_json_parse(&json, bytes, fault);

    (void)user;
    if (rc == 0)
        rc = sum_up(json, answer, fault);
    if (rc == 0)
        rc = lw_json_get_text(json, "/title", &title, fault);
    if (rc == 0)
        rc = lw_json_get_bool(json, "/sorted", &sorted, fault);
    if (rc == 0)
        rc = lw_json_get_double(json, "/width", &width, fault);
    if (rc == 0)
        rc = lw_json_get_i64(json, "/offset", &offset, fault);
    if (rc == 0)
        printf("%s: %s, %g wide, offset %ld, %s\n", title.data,
               sorted ? "sorted" : "not sorted", width, (long)offset,
               lw_json_has(json, "/note") ? "with a note" : "no note");
    if (rc == 0) /* more than 15 bytes are a fault, and nothing is cut */
        rc = lw_json_copy_text(json, "/title", word, sizeof(word), fault);
    lw_json_destroy(json);
    return rc;
}

/* ---- the program ---- */

static int
ask(lw_worker *worker, const char *title)
{
    struct table table = { "", true, 2.5, -7, { { 1, 2, 3 }, { 4, 5, 6 } } };
    lw_command command = LW_COMMAND_INIT;
    lw_command_spec spec = LW_COMMAND_SPEC_INIT;
    lw_error err = LW_ERROR_INIT;
    uint64_t sum = 0;
    int rc;

    table.title = title;
    command.name = "echo";
    command.encode = encode;
    command.decode = decode;
    spec.request = &table;
    spec.answer = &sum;
    rc = lw_worker_run_command(worker, NULL, &command, &spec, NULL, &err);
    if (rc == LW_OK)
        printf("the cells are %lu together\n", (unsigned long)sum);
    else
        printf("%s: %s\n", lw_status_name(rc), err.message);
    return rc;
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
        fprintf(stderr, "usage: json WORKER [ARGUMENT]...\n");
        return 2;
    }
    config.command = (const char *const *)argv + 1;
    rc = lw_runtime_create(&runtime, NULL, &err);
    if (rc == LW_OK)
        rc = lw_worker_start(&worker, runtime, &config, NULL, &err);
    if (rc == LW_OK)
        ok = ask(worker, "a table") == LW_OK && ask(worker, "") == LW_EENCODE &&
             ask(worker, "a title of more bytes") == LW_EDECODE;
    else
        fprintf(stderr, "json: %s\n", err.message);
    lw_worker_destroy(worker);
    lw_runtime_destroy(runtime);
    return ok ? 0 : 1;
}
