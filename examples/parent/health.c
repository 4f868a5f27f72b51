/*
 * health.c - what a worker's package offers, whether that is what this
 * program needs, and how healthy it is.
 *
 *     health build/examples/package
 */
#include <stdio.h>
#include <string.h>

#include <lean_worker/lean_worker.h>

static lw_span
span(const char *text)
{
    lw_span span;

    span.data = text;
    span.size = strlen(text);
    return span;
}

/* Is there what this program was written for? */
static int
compare(const lw_metadata *actual, lw_error *err)
{
    static const char needed[] =
        "{ \"commands\": [ { \"name\": \"count\", \"version\": \"2\" } ] }";
    lw_metadata *expected = NULL;
    int rc = lw_metadata_parse(&expected, span(needed), err);

    if (rc == LW_OK)
        rc = lw_metadata_compare(actual, expected, LW_METADATA_INCLUDES, err);
    lw_metadata_destroy(expected);
    return rc;
}

static int
show_metadata(lw_worker *worker, lw_error *err)
{
    lw_ask_spec spec = LW_ASK_SPEC_INIT;
    lw_metadata *metadata = NULL;
    size_t i;
    int rc;

    spec.name = "metadata";
    rc = lw_worker_read_metadata(worker, &metadata, &spec, NULL, err);
    if (rc != LW_OK)
        return rc;
    for (i = 0; i < metadata->command_count; i++)
        printf("command %s, version %s\n", metadata->commands[i].name,
               metadata->commands[i].version);
    for (i = 0; i < metadata->capability_count; i++)
        printf("capability %s, version %s\n", metadata->capabilities[i].name,
               metadata->capabilities[i].version);
    printf("extra: %s\n", metadata->extra);
    rc = compare(metadata, err);
    if (rc == LW_OK)
        printf("it is what this program needs\n");
    lw_metadata_destroy(metadata);
    return rc;
}

static int
show_health(lw_worker *worker, lw_error *err)
{
    lw_ask_spec spec = LW_ASK_SPEC_INIT;
    lw_doctor_report *report = NULL;
    size_t i;
    int rc;

    spec.name = "doctor";
    rc = lw_worker_run_doctor(worker, &report, &spec, NULL, err);
    if (rc != LW_OK)
        return rc;
    for (i = 0; i < report->finding_count; i++) {
        const lw_doctor_finding *finding = &report->findings[i];

        printf("%s %s: %s\n", lw_doctor_severity_name(finding->severity),
               finding->code, finding->message);
    }
    printf("%lu errors, %lu warnings\n", (unsigned long)report->errors,
           (unsigned long)report->warnings);
    lw_doctor_report_destroy(report);
    return LW_OK;
}

/* A report from elsewhere, such as a file: what is wrong has its place. */
static int
refuse(lw_error *err)
{
    static const char odd[] = "{ \"diagnostics\": [ { \"severity\": 3 } ] }";
    lw_doctor_report *report = NULL;
    int rc = lw_doctor_parse(&report, span(odd), err);

    printf("%s: %s\n", lw_status_name(rc), err->message);
    lw_doctor_report_destroy(report);
    return rc == LW_EDOCTOR ? LW_OK : LW_EINVAL;
}

int
main(int argc, char **argv)
{
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_runtime *runtime = NULL;
    lw_worker *worker = NULL;
    lw_error err = LW_ERROR_INIT;
    int rc;

    if (argc < 2) {
        fprintf(stderr, "usage: health WORKER [ARGUMENT]...\n");
        return 2;
    }
    config.command = (const char *const *)argv + 1;
    rc = lw_runtime_create(&runtime, NULL, &err);
    if (rc == LW_OK)
        rc = lw_worker_start(&worker, runtime, &config, NULL, &err);
    if (rc == LW_OK)
        rc = show_metadata(worker, &err);
    if (rc == LW_OK)
        rc = show_health(worker, &err);
    if (rc == LW_OK)
        rc = refuse(&err);
    if (rc != LW_OK)
        fprintf(stderr, "health: %s: %s\n", lw_status_name(rc), err.message);
    lw_worker_destroy(worker);
    lw_runtime_destroy(runtime);
    return rc == LW_OK ? 0 : 1;
}
