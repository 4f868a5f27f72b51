/*
 * header.c - what a module imports: by Lean's own parser where there is a
 * source, else from the compiled module.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/fnv.h"
#include "base/file.h"
#include "plan/build.h"
#include "plan/name.h"
#include "plan/olean_file.h"
#include "plan/scan.h"
#include "proto/utf8.h"
#include "worker/imports.h"

#define SOURCE_LIMIT ((size_t)64 * 1024 * 1024)
#define OLEAN_LIMIT ((size_t)1024 * 1024 * 1024)

static void
fail_module(struct lwi_plan_build *b, struct lwi_module *module,
            lw_plan_problem_code code, const char *what)
{
    lwi_plan_problem(b, code, module->name, module->path, "%s", what);
    module->broken = true;
}

/* ---- names of imports ---- */

/* Each import once, in the form of name.h. */
static void
keep_names(struct lwi_plan_build *b, struct lwi_module *module)
{
    const lw_header *header = module->header;
    struct lwi_buf name;
    size_t i;
    int rc;

    module->import_names =
        lwi_plan_alloc(b, header->import_count, sizeof(const char *));
    lwi_buf_init(&name, &lwi_system_allocator);
    for (i = 0; b->rc == LW_OK && i < header->import_count; i++) {
        lw_span text = lwi_import_name(header->imports[i]);

        name.size = 0;
        rc = lwi_name_read(&name, NULL, text.data, text.size);
        if (rc == LW_ENOMEM) {
            lwi_plan_no_memory(b);
        } else if (rc != LW_OK) {
            lwi_plan_problem(b, LW_PLAN_BAD_NAME, module->name, module->path,
                             "it imports %.*s, which is no name of a module",
                             (int)(text.size < 200 ? text.size : 200),
                             text.data);
            module->broken = true;
        } else {
            module->import_names[module->import_name_count++] =
                lwi_plan_text(b, lwi_buf_peek_text(&name));
        }
    }
    lwi_buf_fini(&name);
}

/* ---- sources ---- */

static void
start_worker(struct lwi_plan_build *b)
{
    lw_worker_config config = LW_WORKER_CONFIG_INIT;

    if (b->worker != NULL)
        return;
    config.toolchain = b->options.toolchain;
    b->rc = lw_worker_start(&b->worker, b->runtime, &config, b->options.cancel,
                            b->err);
}

/* A copy in the arena, with a NUL behind each text. */
static void
keep_header(struct lwi_plan_build *b, struct lwi_module *module,
            const lw_header *from)
{
    lw_header *copy = lwi_plan_alloc(b, 1, sizeof(*copy));
    lw_span *imports = lwi_plan_alloc(b, from->import_count, sizeof(*imports));
    size_t i;

    if (b->rc != LW_OK)
        return;
    *copy = *from;
    copy->key = lwi_arena_span(&b->arena, from->key);
    copy->error = lwi_arena_span(&b->arena, from->error);
    for (i = 0; i < from->import_count; i++)
        imports[i] = lwi_arena_span(&b->arena, from->imports[i]);
    copy->imports = imports;
    module->header = copy;
    keep_names(b, module);
}

/* Without Lean, for a survey. */
static void
scan_source(struct lwi_plan_build *b, struct lwi_module *module, lw_span text)
{
    lw_header header = { .error = { "", 0 }, .key = { "", 0 } };
    lw_span *imports = NULL, *grown, name;
    struct lwi_scan scan;
    uint32_t line, column;
    size_t room = 0;

    lwi_scan_init(&scan, text);
    header.is_module = scan.is_module;
    header.is_prelude = scan.is_prelude;
    while (b->rc == LW_OK && lwi_scan_next(&scan, &name)) {
        if (header.import_count == room) {
            room = room == 0 ? 16 : room * 2;
            grown = lwi_resize(&lwi_system_allocator, imports,
                               room * sizeof(*imports));
            if (grown == NULL) {
                lwi_plan_no_memory(b);
                break;
            }
            imports = grown;
        }
        imports[header.import_count++] = name;
    }
    if (b->rc == LW_OK && scan.fault != NULL) {
        lwi_scan_place(text, scan.at, &line, &column);
        fail_module(b, module, LW_PLAN_BAD_HEADER, scan.fault);
        lwi_plan_problem_at(b, line, column);
    } else if (b->rc == LW_OK) {
        header.imports = imports;
        keep_header(b, module, &header);
    }
    lwi_free(&lwi_system_allocator, imports);
}

static void
parse_source(struct lwi_plan_build *b, struct lwi_module *module, lw_span text)
{
    lw_request_options how = LW_REQUEST_OPTIONS_INIT;
    lw_header *header = NULL;

    start_worker(b);
    if (b->rc != LW_OK)
        return;
    how.cancel = b->options.cancel;
    b->rc = lw_worker_parse_header(b->worker, &header, module->path, text, &how,
                                   b->err);
    if (b->rc != LW_OK)
        return;
    if (header->error_line > 0) {
        lwi_plan_problem(
            b, LW_PLAN_BAD_HEADER, module->name, module->path, "%.*s",
            (int)(header->error.size < 2000 ? header->error.size : 2000),
            header->error.data);
        lwi_plan_problem_at(b, header->error_line, header->error_column);
        module->broken = true;
    } else {
        keep_header(b, module, header);
    }
    lw_header_destroy(header);
}

static void
read_source(struct lwi_plan_build *b, struct lwi_module *module,
            struct lwi_buf *buf)
{
    int rc = lwi_file_read(buf, module->path, SOURCE_LIMIT);
    lw_span text = { buf->size > 0 ? buf->data : "", buf->size };

    if (rc == LW_ENOMEM)
        lwi_plan_no_memory(b);
    else if (rc != LW_OK)
        fail_module(b, module, LW_PLAN_UNREADABLE, strerror(errno));
    else if (lwi_utf8_valid_prefix(text.data, text.size) < text.size)
        fail_module(b, module, LW_PLAN_UNREADABLE, "it is not UTF-8");
    else if (memchr(text.data, '\0', text.size) != NULL)
        fail_module(b, module, LW_PLAN_UNREADABLE, "it has a NUL byte");
    else if (b->light)
        scan_source(b, module, text);
    else
        parse_source(b, module, text);
    module->content = lwi_fnv_bytes(LWI_FNV_INIT, text.data, text.size);
}

/* ---- compiled modules ---- */

/* Header and key, as Lean would give them for its source. */
static void
keep_olean(struct lwi_plan_build *b, struct lwi_module *module,
           const struct lwi_olean *olean)
{
    lw_span *imports = lwi_plan_alloc(b, olean->count, sizeof(*imports));
    lw_header header = { .import_count = olean->count,
                         .imports = imports,
                         .is_module = olean->is_module,
                         .is_prelude = !olean->has_init,
                         .error = { "", 0 } };
    const char *at = olean->imports.data;
    struct lwi_buf key;
    size_t i;
    int rc;

    lwi_buf_init(&key, &lwi_system_allocator);
    rc = lwi_buf_printf(&key, "%s%s", header.is_module ? "module; " : "",
                        header.is_prelude ? "prelude; " : "");
    for (i = 0; rc == LW_OK && imports != NULL && i < olean->count; i++) {
        imports[i] = (lw_span){ at, strlen(at) };
        rc = lwi_buf_printf(&key, "%s%s", i == 0 ? "" : "; ", at);
        at += strlen(at) + 1;
    }
    if (rc != LW_OK)
        lwi_plan_no_memory(b);
    header.key = (lw_span){ lwi_buf_peek_text(&key), key.size };
    if (b->rc == LW_OK)
        keep_header(b, module, &header);
    lwi_buf_fini(&key);
}

/* LW_OK, LW_MORE, LW_ENOMEM, or LW_EFILE, which is a problem then. */
static int
try_olean(struct lwi_plan_build *b, struct lwi_module *module, int fd,
          struct lwi_buf *buf, bool whole)
{
    struct lwi_olean_bytes bytes;
    struct lwi_olean olean;
    const char *fault;
    int rc = lwi_olean_read_ends(fd, buf, module->bytes, whole, &bytes);

    if (rc == LW_EFILE)
        fail_module(b, module, LW_PLAN_UNREADABLE, strerror(errno));
    if (rc != LW_OK)
        return rc;
    rc = lwi_olean_read(&olean, &bytes, &fault);
    if (rc == LW_OK)
        keep_olean(b, module, &olean);
    else if (rc == LW_EFILE)
        fail_module(b, module, LW_PLAN_BAD_OLEAN, fault);
    lwi_olean_fini(&olean);
    return rc;
}

/*
 * The toolchain's fingerprint stands for its modules' contents: of those only
 * the size counts. Others are read whole.
 */
static void
read_open_olean(struct lwi_plan_build *b, struct lwi_module *module, int fd,
                struct lwi_buf *buf)
{
    bool whole = !module->place->of_toolchain;
    int rc = try_olean(b, module, fd, buf, whole);

    if (rc == LW_MORE)
        rc = try_olean(b, module, fd, buf, true);
    if (rc == LW_ENOMEM)
        lwi_plan_no_memory(b);
    module->content =
        lwi_fnv_bytes(LWI_FNV_INIT, &module->bytes, sizeof(module->bytes));
    if (whole && buf->size > 0)
        module->content = lwi_fnv_bytes(module->content, buf->data, buf->size);
}

static void
read_compiled(struct lwi_plan_build *b, struct lwi_module *module,
              struct lwi_buf *buf)
{
    int fd = open(module->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat facts;

    if (fd < 0 || fstat(fd, &facts) != 0) {
        fail_module(b, module, LW_PLAN_UNREADABLE, strerror(errno));
    } else if (!S_ISREG(facts.st_mode) ||
               (uint64_t)facts.st_size > OLEAN_LIMIT) {
        fail_module(b, module, LW_PLAN_UNREADABLE,
                    "it is no regular file of at most 1 GiB");
    } else {
        module->bytes = (uint64_t)facts.st_size;
        read_open_olean(b, module, fd, buf);
    }
    if (fd >= 0)
        close(fd);
}

void
lwi_plan_read_header(struct lwi_plan_build *b, struct lwi_module *module)
{
    struct lwi_buf buf;

    if (b->light && module->place->of_toolchain)
        return;
    lwi_buf_init(&buf, &lwi_system_allocator);
    if (module->place->compiled)
        read_compiled(b, module, &buf);
    else
        read_source(b, module, &buf);
    lwi_buf_fini(&buf);
}
