/* embedded.c - the toolchain that lean-worker installs itself. */
#include "toolchain/embedded.h"

#include <jansson.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "toolchain/program.h"

/* What toolchain/install calls it; CMakeLists.txt reads it from there. */
#ifndef LW_EMBEDDED_NAME
#error "the build gives LW_EMBEDDED_NAME"
#endif

#define MANIFEST "MANIFEST"
#define FILE_LIMIT ((size_t)4 * 1024 * 1024)
#define LARGE                                                                  \
    ((size_t)1024 * 1024) /* bytes from which a file's size is checked */
#define DAMAGED "the embedded toolchain is damaged: "

int
lwi_embedded_folder(char **folder)
{
    const char *data = lwi_environment("LEAN_WORKER_DATA");
    const char *xdg = lwi_environment("XDG_DATA_HOME");
    const char *home = lwi_environment("HOME");

    *folder = NULL;
    if (data != NULL)
        *folder = lwi_path_printf("%s/toolchains/" LW_EMBEDDED_NAME, data);
    /* The XDG specification tells us to pass over a relative folder. */
    else if (xdg != NULL && xdg[0] == '/')
        *folder =
            lwi_path_printf("%s/lean-worker/toolchains/" LW_EMBEDDED_NAME, xdg);
    else if (home != NULL)
        *folder = lwi_path_printf(
            "%s/.local/share/lean-worker/toolchains/" LW_EMBEDDED_NAME, home);
    else
        return LW_OK;
    return *folder == NULL ? LW_ENOMEM : LW_OK;
}

static int
complain(char **problem, char *text)
{
    *problem = text;
    return text == NULL ? LW_ENOMEM : LW_OK;
}

/* ---- whether it is whole ---- */

static int
examine_file(const char *folder, const char *name, int64_t size, char **problem)
{
    char *path = lwi_path_join(folder, name);
    struct stat facts;
    int rc = LW_OK;

    if (path == NULL)
        return LW_ENOMEM;
    if (stat(path, &facts) != 0)
        rc = complain(problem,
                      lwi_path_printf(DAMAGED "%s: %s", path, strerror(errno)));
    else if (facts.st_size != size)
        rc = complain(problem,
                      lwi_path_printf(DAMAGED "%s has %jd bytes, not %jd", path,
                                      (intmax_t)facts.st_size, (intmax_t)size));
    lwi_free(&lwi_system_allocator, path);
    return rc;
}

/*
 * One line of MANIFEST, `SIZE SHA256 PATH`, cut at its newline. Only large
 * files are looked at: a download or a copy that broke off shows in them.
 */
static int
examine_line(const char *folder, const char *line, char **problem)
{
    const char *hash = strchr(line, ' ');
    const char *name = hash == NULL ? NULL : strchr(hash + 1, ' ');
    char digits[20];
    uint64_t size;

    if (name == NULL || name[1] == '\0' ||
        (size_t)(hash - line) >= sizeof(digits))
        return complain(problem, lwi_path_printf(DAMAGED "%s/" MANIFEST
                                                         " is not as it was "
                                                         "written",
                                                 folder));
    memcpy(digits, line, (size_t)(hash - line));
    digits[hash - line] = '\0';
    if (!lwi_parse_u64(digits, LARGE, INT64_MAX, &size))
        return LW_OK;
    return examine_file(folder, name + 1, (int64_t)size, problem);
}

static int
examine_lines(const char *folder, struct lwi_buf *buf, char **problem)
{
    char *line, *end;
    int rc = LW_OK;

    lwi_buf_peek_text(buf); /* puts the NUL there */
    for (line = buf->data; rc == LW_OK && *problem == NULL && *line != '\0';
         line = end) {
        end = line + strcspn(line, "\n");
        if (*end == '\n')
            *end++ = '\0';
        rc = examine_line(folder, line, problem);
    }
    return rc;
}

static int
examine_sizes(const char *folder, char **problem)
{
    char *path = lwi_path_join(folder, MANIFEST);
    struct lwi_buf buf;
    int rc;

    lwi_buf_init(&buf, &lwi_system_allocator);
    rc = path == NULL ? LW_ENOMEM : lwi_file_read(&buf, path, FILE_LIMIT);
    if (rc == LW_EFILE)
        rc = complain(problem,
                      lwi_path_printf(DAMAGED "%s: %s", path, strerror(errno)));
    else if (rc == LW_OK && lwi_buf_reserve(&buf, 1) != LW_OK)
        rc = LW_ENOMEM;
    else if (rc == LW_OK)
        rc = examine_lines(folder, &buf, problem);
    lwi_buf_fini(&buf);
    lwi_free(&lwi_system_allocator, path);
    return rc;
}

/* Lean is a script there; Node is the program that must fit. */
static int
examine_programs(const char *folder, char **problem)
{
    static const char *const names[] = { "bin/lean", "bin/node" };
    char *path, *clause = NULL;
    int rc = LW_OK;
    size_t i;

    for (i = 0; i < LWI_COUNT(names); i++) {
        path = lwi_path_join(folder, names[i]);
        rc = path == NULL ? LW_ENOMEM : lwi_program_examine(path, &clause);
        if (rc == LW_OK && clause != NULL)
            rc = complain(problem, lwi_path_printf("%s %s", path, clause));
        lwi_free(&lwi_system_allocator, clause);
        lwi_free(&lwi_system_allocator, path);
        if (rc != LW_OK || *problem != NULL)
            break;
    }
    return rc;
}

static int
examine_facts(const char *folder, const json_t *facts, char **version,
              char **problem)
{
    const char *lean =
        json_string_value(json_object_get(facts, "lean_version"));
    int rc;

    *version = lwi_copy_text(&lwi_system_allocator, lean == NULL ? "" : lean);
    if (*version == NULL)
        return LW_ENOMEM;
    rc = examine_programs(folder, problem);
    if (rc == LW_OK && *problem == NULL)
        rc = examine_sizes(folder, problem);
    return rc;
}

/* A mark that cannot be read; *version is still to be given. */
static int
examine_no_facts(const char *path, const char *why, char **version,
                 char **problem)
{
    *version = lwi_copy_text(&lwi_system_allocator, "");
    if (*version == NULL)
        return LW_ENOMEM;
    return complain(problem, lwi_path_printf(DAMAGED "%s: %s", path, why));
}

/* Puts behind a problem what to run: its folder too, where it is not the one
 * that is meant without. */
static int
add_advice(const char *folder, char **problem)
{
    char *usual, *real, *longer;
    bool is_usual;
    int rc = lwi_embedded_folder(&usual);

    if (rc != LW_OK)
        return rc;
    real = usual == NULL ? NULL : lwi_path_resolve(usual);
    is_usual = real != NULL && strcmp(real, folder) == 0;
    longer = lwi_path_printf("%s; run `lean-worker toolchain install%s%s` "
                             "to repair it",
                             *problem, is_usual ? "" : " --prefix ",
                             is_usual ? "" : folder);
    lwi_free(&lwi_system_allocator, *problem);
    lwi_free(&lwi_system_allocator, usual);
    lwi_free(&lwi_system_allocator, real);
    return complain(problem, longer);
}

static int
examine(const char *folder, char **version, char **problem)
{
    char *path = lwi_path_join(folder, LWI_EMBEDDED_MARK);
    json_error_t wrong;
    json_t *facts = NULL;
    struct lwi_buf buf;
    int rc;

    lwi_buf_init(&buf, &lwi_system_allocator);
    rc = path == NULL ? LW_ENOMEM : lwi_file_read(&buf, path, FILE_LIMIT);
    if (rc == LW_OK)
        facts = json_loads(lwi_buf_peek_text(&buf), 0, &wrong);
    if (rc == LW_EFILE)
        rc = examine_no_facts(path, strerror(errno), version, problem);
    else if (rc == LW_OK && !json_is_object(facts))
        rc = examine_no_facts(path, "is not as it was written", version,
                              problem);
    else if (rc == LW_OK)
        rc = examine_facts(folder, facts, version, problem);
    json_decref(facts);
    lwi_buf_fini(&buf);
    lwi_free(&lwi_system_allocator, path);
    return rc;
}

int
lwi_embedded_examine(const char *folder, char **version, char **problem)
{
    int rc;

    *version = *problem = NULL;
    rc = examine(folder, version, problem);
    if (rc == LW_OK && *problem != NULL)
        rc = add_advice(folder, problem);
    if (rc != LW_OK) {
        lwi_free(&lwi_system_allocator, *version);
        lwi_free(&lwi_system_allocator, *problem);
        *version = *problem = NULL;
    }
    return rc;
}
