/*
 * look_build.c - whether what sessions import is compiled, and up to date.
 *
 * By names and times, without the keys that a build compares: a build may find
 * that less, or more, is to be done.
 */
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/path.h"
#include "builder/builder.h"
#include "plan/name.h"
#include "project/build_folder.h"
#include "project/library.h"

struct state {
    struct lwi_builder *b;
    char *folder; /* of .olean files; NULL: there is none */
    bool by_lake; /* then only the project's own modules are there */
    size_t missing, stale;
    const char *first_missing, *first_stale;
};

/* ---- where they are ---- */

static bool
has_lake(const struct lwi_builder *b)
{
    return lwi_path_has(lw_toolchain_get_prefix(b->toolchain), "bin/lake");
}

/* Another build of our own folder holds its lock. */
static void
look_at_lock(struct lwi_builder *b, const char *folder)
{
    char *path = lwi_path_join(folder, "lock");
    int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        lwi_find(&b->findings, LW_BOOTSTRAP_BUILD_LOCKED, folder,
                 "another process builds in %s", folder);
    if (fd >= 0)
        close(fd);
    lwi_free(&lwi_system_allocator, path);
}

static void
find_folder(struct state *s)
{
    struct lwi_builder *b = s->b;
    char *folder;

    s->by_lake = has_lake(b);
    if (s->by_lake) {
        if (lwi_library_find(&s->folder, b->root, NULL) == LW_ENOMEM)
            lwi_builder_no_memory(b);
        return;
    }
    folder = lwi_build_folder(b->root, b->toolchain);
    if (folder != NULL) {
        look_at_lock(b, folder);
        s->folder = lwi_path_join(folder, "lib");
    }
    lwi_free(&lwi_system_allocator, folder);
}

/* ---- each module ---- */

static bool
is_newer(const struct stat *a, const struct stat *b)
{
    return a->st_mtim.tv_sec != b->st_mtim.tv_sec
               ? a->st_mtim.tv_sec > b->st_mtim.tv_sec
               : a->st_mtim.tv_nsec > b->st_mtim.tv_nsec;
}

static void
look_at_olean(struct state *s, const lw_plan_module *module, const char *path)
{
    struct stat source, compiled;

    if (path == NULL || stat(path, &compiled) != 0) {
        s->first_missing = s->missing++ == 0 ? module->name : s->first_missing;
    } else if (stat(module->path, &source) == 0 &&
               is_newer(&source, &compiled)) {
        s->first_stale = s->stale++ == 0 ? module->name : s->first_stale;
    }
}

static void
look_at_module(struct state *s, const lw_plan_module *module)
{
    struct lwi_buf file;
    char *path = NULL;
    int rc;

    lwi_buf_init(&file, &lwi_system_allocator);
    rc = lwi_name_read(NULL, &file, module->name, strlen(module->name));
    if (rc == LW_OK && s->folder != NULL)
        path =
            lwi_path_printf("%s/%s.olean", s->folder, lwi_buf_peek_text(&file));
    if (rc == LW_ENOMEM || (s->folder != NULL && path == NULL))
        lwi_builder_no_memory(s->b);
    else
        look_at_olean(s, module, path);
    lwi_free(&lwi_system_allocator, path);
    lwi_buf_fini(&file);
}

static void
say(struct state *s)
{
    struct lwi_builder *b = s->b;

    if (s->missing > 0)
        lwi_find(&b->findings, LW_BOOTSTRAP_MISSING_BUILD, s->first_missing,
                 "%zu of %zu modules are not compiled, the first: %s",
                 s->missing, b->compiled_count, s->first_missing);
    if (s->stale > 0)
        lwi_find(&b->findings, LW_BOOTSTRAP_STALE_BUILD, s->first_stale,
                 "%zu of %zu modules have changed since they were compiled, "
                 "the first: %s",
                 s->stale, b->compiled_count, s->first_stale);
    if (s->missing + s->stale > 0)
        return;
    lwi_find(&b->findings, LW_BOOTSTRAP_FOUND,
             s->folder != NULL ? s->folder : "",
             "%zu compiled modules, up to date", b->compiled_count);
    lwi_find_stage(&b->findings, LW_BUILDER_STAGE_BUILD, LW_OK);
}

void
lwi_look_build(struct lwi_builder *b)
{
    struct state s = { .b = b };
    size_t i;

    if (b->compiled_count == 0 || b->toolchain == NULL || b->project == NULL)
        return;
    find_folder(&s);
    for (i = 0; i < b->compiled_count && b->rc == LW_OK; i++) {
        if (!s.by_lake ||
            strcmp(b->compiled_modules[i]->package, b->lakefile.package) == 0)
            look_at_module(&s, b->compiled_modules[i]);
    }
    if (b->rc == LW_OK)
        say(&s);
    lwi_free(&lwi_system_allocator, s.folder);
}
