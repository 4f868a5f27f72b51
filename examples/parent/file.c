/*
 * file.c - one file, step by step: its header, a session with its imports,
 * the rest of it.
 *
 *     file [--on PROGRAM] FILE
 *
 * lw_check_files (check.c) does this for many files at once. --on takes a
 * program that serves the protocol instead of Lean.
 */
#include <stdio.h>
#include <string.h>

#include <lean_worker/lean_worker.h>

#define FILE_LIMIT (1024 * 1024)

static char text[FILE_LIMIT];

/* The whole file, into `text`. */
static int
read_file(const char *path, lw_span *source, lw_error *err)
{
    FILE *file = fopen(path, "rb");

    if (file == NULL) {
        snprintf(err->message, sizeof(err->message), "cannot open %s", path);
        return LW_EFILE;
    }
    source->data = text;
    source->size = fread(text, 1, sizeof(text), file);
    fclose(file);
    return LW_OK;
}

static int
print_message(const lw_diagnostic *diagnostic, void *user)
{
    (void)user;
    printf("%u:%u %.*s\n", (unsigned)diagnostic->line,
           (unsigned)diagnostic->column, (int)diagnostic->message.size,
           diagnostic->message.data);
    return 0;
}

/* Elaborates the file in a session of its own header. */
static int
check(lw_worker *worker, const lw_header *header, lw_span source, int *is_right,
      lw_error *err)
{
    lw_session_spec imports = LW_SESSION_SPEC_INIT;
    lw_check_spec spec = LW_CHECK_SPEC_INIT;
    lw_sinks sinks = LW_SINKS_INIT;
    lw_check_result result;
    int rc;

    imports.header = header;
    rc = lw_worker_open_session(worker, &spec.session, &imports, NULL, NULL,
                                err);
    if (rc != LW_OK)
        return rc;
    spec.source = source;
    spec.label = "the file";
    sinks.diagnostic = print_message;
    rc = lw_worker_check(worker, &result, &spec, &sinks, NULL, err);
    if (rc == LW_OK) {
        *is_right = result.errors == 0 && !result.has_sorry;
        printf("%u errors%s\n", (unsigned)result.errors,
               result.has_sorry ? ", and it rests on sorry" : "");
    }
    return rc;
}

/* A header that does not parse is a result too. */
static int
play(lw_worker *worker, const char *path, int *is_right, lw_error *err)
{
    lw_header *header = NULL;
    lw_span source;
    size_t i;
    int rc = read_file(path, &source, err);

    if (rc == LW_OK)
        rc = lw_worker_parse_header(worker, &header, path, source, NULL, err);
    if (rc != LW_OK)
        return rc;
    for (i = 0; i < header->import_count; i++)
        printf("imports %.*s\n", (int)header->imports[i].size,
               header->imports[i].data);
    if (header->error_line != 0)
        printf("%u:%u %.*s\n", (unsigned)header->error_line,
               (unsigned)header->error_column, (int)header->error.size,
               header->error.data);
    else
        rc = check(worker, header, source, is_right, err);
    lw_header_destroy(header);
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
    int is_right = 0, rc = LW_OK;

    if (argc == 4 && strcmp(argv[1], "--on") == 0) {
        command[0] = argv[2];
        config.command = command;
    } else if (argc != 2) {
        fprintf(stderr, "usage: file [--on PROGRAM] FILE\n");
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
        rc = play(worker, argv[argc - 1], &is_right, &err);
    if (rc != LW_OK)
        fprintf(stderr, "file: %s: %s\n", lw_status_name(rc), err.message);
    lw_worker_destroy(worker);
    lw_runtime_destroy(runtime);
    lw_toolchain_destroy(toolchain);
    return is_right ? 0 : 1;
}
