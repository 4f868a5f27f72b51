/*
 * session.c - what there is in a session: modules are imported once, then
 * questions about them cost next to nothing.
 *
 *     session [--on PROGRAM] NAME     such as Nat.add
 *
 * Prints what is below the name, what the name is, and what Lean says of it
 * as a term.
 */
#include <stdio.h>
#include <string.h>

#include <lean_worker/lean_worker.h>

/* While the list is made; the name is borrowed until return. */
static int
on_declaration(const lw_declaration *declaration, void *user)
{
    (void)user;
    printf("  %s %.*s\n", lw_declaration_kind_name(declaration->kind),
           (int)declaration->name.size, declaration->name.data);
    return 0;
}

static int
list(lw_worker *worker, const lw_session *session, const char *name,
     lw_error *err)
{
    lw_declarations_spec spec = LW_DECLARATIONS_SPEC_INIT;
    lw_declarations_result result;
    lw_sinks sinks = LW_SINKS_INIT;
    int rc;

    spec.session = *session;
    spec.prefix = name;
    spec.limit = 10;
    sinks.declaration = on_declaration;
    rc = lw_worker_list_declarations(worker, &result, &spec, &sinks, NULL, err);
    if (rc == LW_OK)
        printf("%lu listed%s\n", (unsigned long)result.count,
               result.limited ? ", and there are more" : "");
    return rc;
}

static int
describe(lw_worker *worker, const lw_session *session, const char *name,
         lw_error *err)
{
    lw_describe_spec spec = LW_DESCRIBE_SPEC_INIT;
    lw_description *description = NULL;
    int rc;

    spec.session = *session;
    spec.name = name;
    rc = lw_worker_describe(worker, &description, &spec, NULL, err);
    if (rc != LW_OK)
        return rc;
    printf("%s: %s, of type %.*s, in %.*s\n", name,
           lw_declaration_kind_name(description->kind),
           (int)description->type.size, description->type.data,
           (int)description->module.size, description->module.data);
    lw_description_destroy(description);
    return LW_OK;
}

static int
infer(lw_worker *worker, const lw_session *session, const char *term,
      lw_error *err)
{
    lw_term_spec spec = LW_TERM_SPEC_INIT;
    lw_term_result *result = NULL;
    int rc;

    spec.session = *session;
    spec.operation = LW_TERM_INFER_TYPE;
    spec.first.data = term;
    spec.first.size = strlen(term);
    rc = lw_worker_query_term(worker, &result, &spec, NULL, err);
    if (rc != LW_OK)
        return rc;
    printf("%s %.*s\n", result->outcome == LW_TERM_OK ? "as a term:" : "error:",
           (int)result->text.size, result->text.data);
    lw_term_result_destroy(result);
    return LW_OK;
}

static int
ask(lw_worker *worker, const char *name, lw_error *err)
{
    static const char *const imports[] = { "Init", NULL };
    lw_session_spec spec = LW_SESSION_SPEC_INIT;
    lw_session session = LW_SESSION_NONE;
    int rc;

    spec.imports = imports;
    rc = lw_worker_open_session(worker, &session, &spec, NULL, NULL, err);
    if (rc == LW_OK)
        printf("%u modules\n", (unsigned)session.modules);
    if (rc == LW_OK)
        rc = list(worker, &session, name, err);
    if (rc == LW_OK)
        rc = describe(worker, &session, name, err);
    if (rc == LW_OK)
        rc = infer(worker, &session, name, err);
    return rc;
}

int
main(int argc, char **argv)
{
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    const char *command[] = { NULL, NULL };
    lw_toolchain *toolchain = NULL;
    lw_runtime *runtime = NULL;
    lw_worker *worker = NULL;
    lw_error err = LW_ERROR_INIT;
    int rc = LW_OK;

    if (argc == 4 && strcmp(argv[1], "--on") == 0) {
        command[0] = argv[2];
        config.command = command;
    } else if (argc != 2) {
        fprintf(stderr, "usage: session [--on PROGRAM] NAME\n");
        return 2;
    } else {
        rc = lw_toolchain_find(&toolchain, NULL, &err);
        config.toolchain = toolchain;
    }
    if (rc == LW_OK)
        rc = lw_runtime_create(&runtime, NULL, &err);
    if (rc == LW_OK)
        rc = lw_worker_start(&worker, runtime, &config, NULL, &err);
    if (rc == LW_OK)
        rc = ask(worker, argv[argc - 1], &err);
    if (rc != LW_OK)
        fprintf(stderr, "session: %s: %s\n", err.operation, err.message);
    lw_worker_destroy(worker);
    lw_runtime_destroy(runtime);
    lw_toolchain_destroy(toolchain);
    return rc == LW_OK ? 0 : 1;
}
