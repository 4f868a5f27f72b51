/* doctor.c - how healthy a package says it is. */
#include <stdio.h>

#include <lean_worker/metadata.h>

#include "base/alloc.h"
#include "base/error.h"
#include "capability/json.h"

#define READING "read a doctor report"
#define REPORT_MAGIC 0x8e51d07au

/* The public struct and the JSON that its texts are borrowed from. */
struct owned {
    lw_doctor_report report; /* first: the public pointer is the block's */
    uint32_t magic;
    struct lwi_json json;
    lw_doctor_finding *findings; /* their details are owned */
};

static const char *const severities[] = {
    [LW_DOCTOR_INFO] = "info",
    [LW_DOCTOR_WARNING] = "warning",
    [LW_DOCTOR_ERROR] = "error",
};

const char *
lw_doctor_severity_name(lw_doctor_severity severity)
{
    return (size_t)severity < LWI_COUNT(severities) ? severities[severity]
                                                    : "unknown";
}

static lw_doctor_severity
read_severity(struct lwi_json *json, const json_t *item, const char *at)
{
    const char *word = lwi_json_text(json, item, at, "severity", NULL);
    size_t i;

    for (i = 0; i < LWI_COUNT(severities); i++) {
        if (strcmp(word, severities[i]) == 0)
            return (lw_doctor_severity)i;
    }
    lwi_json_fault(json, at, "severity",
                   "it must be \"info\", \"warning\" or \"error\"");
    return LW_DOCTOR_ERROR;
}

static void
read_finding(struct owned *owned, const json_t *list, size_t i)
{
    struct lwi_json *json = &owned->json;
    lw_doctor_finding *finding = &owned->findings[i];
    char at[64];
    const json_t *item =
        lwi_json_item(json, list, "/diagnostics", i, at, sizeof(at));

    finding->severity = read_severity(json, item, at);
    finding->code = lwi_json_text(json, item, at, "code", NULL);
    finding->message = lwi_json_text(json, item, at, "message", NULL);
    finding->details = lwi_json_write(json_object_get(item, "details"));
    json->no_memory |= finding->details == NULL;
    owned->report.errors += finding->severity == LW_DOCTOR_ERROR;
    owned->report.warnings += finding->severity == LW_DOCTOR_WARNING;
}

static void
fill(struct owned *owned)
{
    const json_t *list =
        lwi_json_list(&owned->json, owned->json.root, "", "diagnostics");
    size_t count = json_array_size(list), i;

    owned->findings =
        lwi_alloc_array(&lwi_system_allocator, count, sizeof(*owned->findings));
    if (owned->findings == NULL) {
        owned->json.no_memory = true;
        return;
    }
    owned->report.finding_count = count;
    owned->report.findings = owned->findings;
    for (i = 0; i < count; i++)
        read_finding(owned, list, i);
}

int
lw_doctor_parse(lw_doctor_report **out, lw_span json, lw_error *err)
{
    struct owned *owned;
    int rc;

    if (out == NULL)
        return lwi_fail(err, LW_EINVAL, READING, "out is NULL");
    *out = NULL;
    owned = lwi_alloc(&lwi_system_allocator, sizeof(*owned));
    if (owned == NULL)
        return lwi_fail(err, LW_ENOMEM, READING, "out of memory");
    owned->magic = REPORT_MAGIC;
    lwi_json_init(&owned->json, json);
    if (!owned->json.failed)
        fill(owned);
    rc = lwi_json_result(&owned->json, LW_EDOCTOR, READING, err);
    if (rc != LW_OK)
        lw_doctor_report_destroy(&owned->report);
    else
        *out = &owned->report;
    return rc;
}

void
lw_doctor_report_destroy(lw_doctor_report *report)
{
    struct owned *owned = (struct owned *)report;
    size_t i;

    if (!LWI_VALID(owned, REPORT_MAGIC))
        return;
    owned->magic = 0;
    for (i = 0; i < owned->report.finding_count; i++)
        free((char *)owned->findings[i].details);
    lwi_free(&lwi_system_allocator, owned->findings);
    lwi_json_fini(&owned->json);
    lwi_free(&lwi_system_allocator, owned);
}
