/* toolchain_query.c - which Lean, for which project? */
#include "toolchain_query.h"

#include "cmd.h"
#include "fail.h"

int
toolchain_query_open(struct toolchain_query *query, const char *command,
                     lw_toolchain_request *request)
{
    lw_error err = LW_ERROR_INIT;
    int rc;

    rc = query->folder == NULL
             ? lw_project_find(&query->project, NULL, &err)
             : lw_project_open(&query->project, query->folder, &err);
    if (rc != LW_OK)
        return fail_with(command, &err);
    *request = (lw_toolchain_request)LW_TOOLCHAIN_REQUEST_INIT;
    request->toolchain = query->toolchain;
    request->project = lw_project_get_folder(query->project);
    return EXIT_FINE;
}

void
toolchain_query_close(struct toolchain_query *query)
{
    lw_project_destroy(query->project);
    query->project = NULL;
}
