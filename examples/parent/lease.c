/*
 * lease.c - all that can be asked on a lease, and how one ends.
 *
 *     lease [--on PROGRAM]
 *
 * --on takes a program that serves the protocol instead of Lean. The pool has
 * opened the session; every question is asked in it.
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

static int
on_declaration(const lw_declaration *declaration, void *user)
{
    (void)user;
    printf("  %.*s\n", (int)declaration->name.size, declaration->name.data);
    return 0;
}

/* A file, commands, and what the kernel says of them. */
static int
prove(lw_lease *lease, lw_error *err)
{
    static const char text[] = "theorem t : 1 + 1 = 2 := rfl";
    lw_check_spec file = LW_CHECK_SPEC_INIT;
    lw_elab_spec commands = LW_ELAB_SPEC_INIT;
    lw_kernel_spec kernel = LW_KERNEL_SPEC_INIT;
    lw_elab_result *elaborated = NULL;
    lw_kernel_result *checked = NULL;
    lw_check_result result;
    int rc;

    file.source = commands.source = kernel.source = span(text);
    rc = lw_lease_check(lease, &result, &file, NULL, NULL, err);
    if (rc == LW_OK)
        printf("as a file: %u errors\n", (unsigned)result.errors);
    if (rc == LW_OK)
        rc = lw_lease_elaborate(lease, &elaborated, &commands, NULL, NULL, err);
    if (rc == LW_OK)
        printf("as commands: %s\n", elaborated->success ? "ok" : "not ok");
    if (rc == LW_OK)
        rc = lw_lease_kernel_check(lease, &checked, &kernel, NULL, NULL, err);
    if (rc == LW_OK)
        printf("the kernel: %s\n", lw_kernel_status_name(checked->status));
    lw_elab_result_destroy(elaborated);
    lw_kernel_result_destroy(checked);
    return rc;
}

/* What there is in the session. */
static int
look(lw_lease *lease, lw_error *err)
{
    lw_declarations_spec list = LW_DECLARATIONS_SPEC_INIT;
    lw_describe_spec describe = LW_DESCRIBE_SPEC_INIT;
    lw_term_spec term = LW_TERM_SPEC_INIT;
    lw_sinks sinks = LW_SINKS_INIT;
    lw_declarations_result listed;
    lw_description *description = NULL;
    lw_term_result *type = NULL;
    int rc;

    list.prefix = describe.name = "Nat.add";
    list.limit = 3;
    sinks.declaration = on_declaration;
    term.operation = LW_TERM_INFER_TYPE;
    term.first = span("Nat.add 1");
    rc = lw_lease_list_declarations(lease, &listed, &list, &sinks, NULL, err);
    if (rc == LW_OK)
        rc = lw_lease_describe(lease, &description, &describe, NULL, err);
    if (rc == LW_OK)
        printf("Nat.add: %s\n", lw_declaration_kind_name(description->kind));
    if (rc == LW_OK)
        rc = lw_lease_query_term(lease, &type, &term, NULL, err);
    if (rc == LW_OK)
        printf("Nat.add 1 : %.*s\n", (int)type->text.size, type->text.data);
    lw_description_destroy(description);
    lw_term_result_destroy(type);
    return rc;
}

/* Who answers, and what it has cost. */
static int
tell(lw_lease *lease, lw_error *err)
{
    lw_worker_metadata metadata;
    lw_pool_snapshot shot;
    int rc;

    memset(&metadata, 0, sizeof(metadata));
    memset(&shot, 0, sizeof(shot));
    metadata.struct_size = sizeof(metadata);
    shot.struct_size = sizeof(shot);
    rc = lw_lease_get_metadata(lease, &metadata, err);
    printf("key %llx\n",
           (unsigned long long)lw_session_key_hash(lw_lease_get_key(lease)));
    if (rc == LW_OK)
        rc = lw_lease_get_snapshot(lease, &shot, err);
    if (rc == LW_OK)
        printf("session %u of Lean %s: %lu requests, %lu imports\n",
               (unsigned)lw_lease_get_session(lease).number,
               metadata.lean_version, (unsigned long)shot.requests,
               (unsigned long)shot.imports);
    return rc;
}

/* A fresh child for who comes next; this lease ends with the old one. */
static int
cycle(lw_lease *lease, lw_error *err)
{
    lw_error why = LW_ERROR_INIT;
    int rc = lw_lease_cycle(lease, err);

    if (rc == LW_OK && lw_lease_check_valid(lease, &why) == LW_ELEASE)
        printf("afterwards: %s\n", why.message);
    return rc;
}

static int
use(lw_pool *pool, lw_capability *capability, lw_error *err)
{
    lw_lease *lease = NULL;
    int rc = lw_pool_acquire(&lease, pool, capability, NULL, err);

    if (rc == LW_OK)
        rc = prove(lease, err);
    if (rc == LW_OK)
        rc = look(lease, err);
    if (rc == LW_OK)
        rc = tell(lease, err);
    if (rc == LW_OK)
        rc = cycle(lease, err);
    lw_lease_release(lease);
    return rc;
}

int
main(int argc, char **argv)
{
    lw_session_spec session = LW_SESSION_SPEC_INIT; /* nothing but Init */
    lw_capability_spec spec = LW_CAPABILITY_SPEC_INIT;
    const char *command[] = { NULL, NULL };
    lw_capability *capability = NULL;
    lw_toolchain *toolchain = NULL;
    lw_runtime *runtime = NULL;
    lw_error err = LW_ERROR_INIT;
    lw_pool *pool = NULL;
    int rc = LW_OK;

    if (argc == 3 && strcmp(argv[1], "--on") == 0) {
        command[0] = argv[2];
        spec.worker.command = command;
    } else if (argc == 1) {
        rc = lw_toolchain_find(&toolchain, NULL, &err);
        spec.worker.toolchain = toolchain;
    } else {
        fprintf(stderr, "usage: lease [--on PROGRAM]\n");
        return 2;
    }
    spec.session = &session;
    if (rc == LW_OK)
        rc = lw_runtime_create(&runtime, NULL, &err);
    if (rc == LW_OK)
        rc = lw_capability_create(&capability, &spec, &err);
    if (rc == LW_OK)
        rc = lw_pool_create(&pool, runtime, NULL, &err);
    if (rc == LW_OK)
        rc = use(pool, capability, &err);
    if (rc != LW_OK)
        fprintf(stderr, "lease: %s: %s\n", lw_status_name(rc), err.message);
    lw_pool_close(pool);
    lw_pool_destroy(pool);
    lw_capability_destroy(capability);
    lw_runtime_destroy(runtime);
    lw_toolchain_destroy(toolchain);
    return rc == LW_OK ? 0 : 1;
}
