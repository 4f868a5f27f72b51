/* look_metadata.c - whether what is expected could ever be met. */
#include "base/error.h"
#include "builder/builder.h"
#include "capability/json.h"

static void
bad(struct lwi_builder *b, const char *what)
{
    lwi_find(&b->findings, LW_BOOTSTRAP_BAD_EXPECTATION,
             b->spec.metadata.export_name, "%s", what);
}

static void
look_at_request(struct lwi_builder *b, lw_span request)
{
    struct lwi_json json;
    lw_error err = LW_ERROR_INIT;
    int rc;

    if (request.size == 0)
        return;
    lwi_json_init(&json, request);
    rc = lwi_json_result(&json, LW_EMETADATA, "read a request", &err);
    if (rc == LW_ENOMEM)
        lwi_builder_no_memory(b);
    else if (rc != LW_OK)
        lwi_find(&b->findings, LW_BOOTSTRAP_BAD_EXPECTATION,
                 b->spec.metadata.export_name, "the request for it: %s",
                 err.message);
    lwi_json_fini(&json);
}

static void
look_at_expected(struct lwi_builder *b, lw_span expected)
{
    lw_metadata *metadata = NULL;
    lw_error err = LW_ERROR_INIT;
    int rc;

    if (expected.size == 0)
        return;
    rc = lw_metadata_parse(&metadata, expected, &err);
    if (rc == LW_ENOMEM)
        lwi_builder_no_memory(b);
    else if (rc != LW_OK)
        bad(b, err.message);
    lw_metadata_destroy(metadata);
}

void
lwi_look_expectation(struct lwi_builder *b)
{
    const lw_metadata_expectation *metadata = &b->spec.metadata;

    if (metadata->export_name == NULL) {
        if (metadata->expected.size > 0)
            bad(b, "metadata is expected, and no export is named that gives "
                   "it");
    } else if (metadata->export_name[0] == '\0') {
        bad(b, "the name of the export is empty");
    }
    look_at_request(b, metadata->request);
    look_at_expected(b, metadata->expected);
    if (b->spec.doctor_export != NULL && b->spec.doctor_export[0] == '\0') {
        bad(b, "the name of the doctor's export is empty");
        lwi_find_stage(&b->findings, LW_BUILDER_STAGE_DOCTOR, LW_EMETADATA);
    }
}
