/*
 * discover.c - which modules there are: those that are wanted, by walks over
 * folders, and all that they import, by a list that grows while it is read.
 */
#include <dirent.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/path.h"
#include "base/text.h"
#include "plan/build.h"
#include "plan/name.h"

/* A walk through the folders below one place. */
struct walk {
    struct lwi_plan_build *b;
    const struct lwi_place *place;
    bool wanted;
    size_t found;
    struct lwi_buf name; /* of the folder that is read */
    struct lwi_buf file;
    size_t depth;
};

static const char *
ending_of(const struct lwi_place *place)
{
    return place->compiled ? ".olean" : ".lean";
}

/* ---- the file of a module ---- */

/* "folder/file.lean"; NULL without memory. */
static char *
path_in(const struct lwi_place *place, const char *file)
{
    return lwi_path_printf("%s/%s%s", place->folder, file, ending_of(place));
}

/* The library of sources that the name belongs to, as Lake sees it. */
static bool
place_has(const struct lwi_place *place, const char *name)
{
    size_t i;

    for (i = 0; i < place->root_count; i++)
        if (lwi_glob_has(&place->roots[i], name))
            return true;
    for (i = 0; i < place->glob_count; i++)
        if (lwi_glob_has(&place->globs[i], name))
            return true;
    return place->compiled;
}

/* Two libraries with one folder have one file: that is no duplicate. */
static void
take_place(struct lwi_plan_build *b, struct lwi_module *module,
           const struct lwi_place *place, const char *path)
{
    if (module->path == NULL) {
        module->path = lwi_plan_text(b, path);
        module->place = place;
    } else if (module->place->compiled == place->compiled &&
               strcmp(module->path, path) != 0) {
        lwi_plan_problem(b, LW_PLAN_DUPLICATE, module->name, path,
                         "%s is both %s and %s", module->name, module->path,
                         path);
        module->broken = true;
    } else if (place->compiled && !module->place->compiled) {
        struct stat facts;

        if (module->bytes == 0 && stat(path, &facts) == 0)
            module->bytes = (uint64_t)facts.st_size;
    }
}

/* Looks into every place; sources come first. */
static void
locate(struct lwi_plan_build *b, struct lwi_module *module)
{
    size_t i;
    char *path;

    for (i = 0; i < b->place_count && b->rc == LW_OK; i++) {
        if (!place_has(b->places[i], module->name))
            continue;
        path = path_in(b->places[i], module->file);
        if (path == NULL)
            lwi_plan_no_memory(b);
        else if (lwi_path_is_there(path) && !lwi_path_is_folder(path))
            take_place(b, module, b->places[i], path);
        lwi_free(&lwi_system_allocator, path);
    }
}

/* No link may lead out of the package. */
static void
check_inside(struct lwi_plan_build *b, struct lwi_module *module)
{
    const char *root = module->place->root;
    char *real;

    if (root[0] == '\0' || module->broken)
        return;
    real = lwi_path_resolve(module->path);
    if (real == NULL) {
        lwi_plan_problem(b, LW_PLAN_UNREADABLE, module->name, module->path,
                         "cannot read it: %s", strerror(errno));
        module->broken = true;
    } else if (!lwi_plan_is_inside(real, root)) {
        lwi_plan_problem(b, LW_PLAN_OUTSIDE, module->name, module->path,
                         "it is a link to %s, outside of the package", real);
        module->broken = true;
    }
    lwi_free(&lwi_system_allocator, real);
}

/* ---- walks ---- */

static void
add_found(struct walk *w)
{
    struct lwi_module *module = lwi_plan_module(
        w->b, lwi_buf_peek_text(&w->name), lwi_buf_peek_text(&w->file));

    w->found++;
    if (module != NULL)
        module->wanted |= w->wanted;
}

/* Puts an entry's name behind those of the walk; false where it has none. */
static bool
enter(struct walk *w, const char *entry, size_t size, const char *folder)
{
    int rc = lwi_name_add(&w->name, entry, size);

    if (rc == LW_OK && w->file.size > 0)
        rc = lwi_buf_append_text(&w->file, "/");
    if (rc == LW_OK)
        rc = lwi_buf_append(&w->file, entry, size);
    if (rc == LW_ENOMEM)
        lwi_plan_no_memory(w->b);
    if (rc == LW_EINVAL)
        lwi_plan_problem(w->b, LW_PLAN_BAD_NAME, NULL, folder,
                         "%.*s in this folder cannot be a part of a module's "
                         "name",
                         (int)size, entry);
    return rc == LW_OK;
}

/*
 * Whether a folder may be walked: a link must stay in the package, and must
 * not lead to where it is seen from.
 */
static bool
may_descend(struct walk *w, const char *path)
{
    const char *root = w->place->root;
    struct stat facts;
    char *real, *above;
    bool fine = false;

    if (lstat(path, &facts) != 0 || !S_ISLNK(facts.st_mode))
        return true;
    real = lwi_path_resolve(path);
    above = lwi_copy_text(&lwi_system_allocator, path);
    if (above != NULL && lwi_path_to_parent(above)) {
        char *from = lwi_path_resolve(above);

        if (real == NULL || from == NULL)
            lwi_plan_problem(w->b, LW_PLAN_UNREADABLE, NULL, path,
                             "this link leads nowhere");
        else if (lwi_plan_is_inside(from, real))
            lwi_plan_problem(w->b, LW_PLAN_UNREADABLE, NULL, path,
                             "this link leads back up, to %s", real);
        else if (root[0] != '\0' && !lwi_plan_is_inside(real, root))
            lwi_plan_problem(w->b, LW_PLAN_OUTSIDE, NULL, path,
                             "this folder is a link to %s, outside of the "
                             "package",
                             real);
        else
            fine = true;
        lwi_free(&lwi_system_allocator, from);
    }
    lwi_free(&lwi_system_allocator, above);
    lwi_free(&lwi_system_allocator, real);
    return fine;
}

static void
walk_folder(struct walk *w, const char *folder);

static void
take_entry(struct walk *w, const char *folder, const char *entry)
{
    const char *ending = ending_of(w->place);
    size_t size = strlen(entry), name = w->name.size, file = w->file.size;
    char *path = lwi_path_join(folder, entry);

    if (path == NULL) {
        lwi_plan_no_memory(w->b);
    } else if (lwi_path_is_folder(path)) {
        /* A folder that holds no module may be called anything. */
        if (lwi_text_ends(entry, ending) || !may_descend(w, path))
            ;
        else if (enter(w, entry, size, folder))
            walk_folder(w, path);
    } else if (lwi_text_ends(entry, ending) && size > strlen(ending)) {
        if (enter(w, entry, size - strlen(ending), folder))
            add_found(w);
    }
    w->name.size = name;
    w->file.size = file;
    lwi_free(&lwi_system_allocator, path);
}

static void
walk_folder(struct walk *w, const char *folder)
{
    struct lwi_strings entries = { 0 };
    struct dirent *entry;
    DIR *list;
    size_t i;
    int rc = LW_OK;

    if (w->depth == LWI_NAME_PARTS_MAX || !lwi_plan_goes_on(w->b))
        return;
    list = opendir(folder);
    if (list == NULL) {
        lwi_plan_problem(w->b, LW_PLAN_UNREADABLE, NULL, folder,
                         "cannot read the folder: %s", strerror(errno));
        return;
    }
    while (rc == LW_OK && (entry = readdir(list)) != NULL) {
        if (entry->d_name[0] != '.')
            rc = lwi_strings_add(&entries, entry->d_name);
    }
    closedir(list);
    if (rc != LW_OK)
        lwi_plan_no_memory(w->b);
    lwi_strings_sort(&entries);
    w->depth++;
    for (i = 0; i < entries.count && w->b->rc == LW_OK; i++)
        take_entry(w, folder, entries.items[i]);
    w->depth--;
    lwi_strings_fini(&entries);
}

/* How many modules of the place the glob has. */
static size_t
expand(struct lwi_plan_build *b, const struct lwi_place *place,
       const struct lwi_glob *glob, bool wanted)
{
    struct walk w = { .b = b, .place = place, .wanted = wanted };
    char *file = path_in(place, glob->file);
    char *folder = lwi_path_join(place->folder, glob->file);

    lwi_buf_init(&w.name, &lwi_system_allocator);
    lwi_buf_init(&w.file, &lwi_system_allocator);
    if (file == NULL || folder == NULL ||
        lwi_buf_append_text(&w.name, glob->name) != LW_OK ||
        lwi_buf_append_text(&w.file, glob->file) != LW_OK)
        lwi_plan_no_memory(b);
    if (b->rc == LW_OK && glob->itself && glob->name[0] != '\0' &&
        lwi_path_is_there(file) && !lwi_path_is_folder(file))
        add_found(&w);
    if (b->rc == LW_OK && glob->below && lwi_path_is_folder(folder))
        walk_folder(&w, folder);
    lwi_buf_fini(&w.name);
    lwi_buf_fini(&w.file);
    lwi_free(&lwi_system_allocator, file);
    lwi_free(&lwi_system_allocator, folder);
    return w.found;
}

/* ---- what is wanted ---- */

static void
want_pattern(struct lwi_plan_build *b, const char *text)
{
    struct lwi_glob glob;
    size_t found = 0, i;

    if (!lwi_plan_read_glob(b, &glob, text)) {
        b->rc = lwi_fail(b->err, LW_EINVAL, LWI_PLANNING,
                         "%s is no pattern of modules: a name, a name with "
                         ".* or .+ behind it, or *",
                         text);
        return;
    }
    for (i = 0; i < b->place_count && b->rc == LW_OK; i++) {
        const struct lwi_place *place = b->places[i];

        /* "*" means the project's own, where there is one. */
        if (glob.name[0] != '\0' || place->wanted)
            found += expand(b, place, &glob, true);
    }
    if (found == 0)
        lwi_plan_problem(b, LW_PLAN_MISSING, glob.below ? NULL : glob.name,
                         NULL, "there is no module %s", text);
}

static void
want_place(struct lwi_plan_build *b, const struct lwi_place *place)
{
    const struct lwi_glob everything = { "", "", true, true };
    size_t i;

    if (place->compiled)
        expand(b, place, &everything, true);
    for (i = 0; i < place->glob_count && b->rc == LW_OK; i++) {
        if (expand(b, place, &place->globs[i], true) == 0)
            lwi_plan_problem(b, LW_PLAN_MISSING, place->globs[i].name,
                             place->folder,
                             "the library %s has no module %s%s here",
                             place->library, place->globs[i].name,
                             !place->globs[i].below   ? ""
                             : place->globs[i].itself ? ".*"
                                                      : ".+");
    }
}

/*
 * Without Lean nobody knows all that it has: a survey takes the library for
 * authors of exports to be there, and without a toolchain whatever is not the
 * project's.
 */
static void
assume(struct lwi_plan_build *b, struct lwi_module *module)
{
    size_t i;

    if (b->options.toolchain != NULL && strcmp(module->name, "LeanWorker") != 0)
        return;
    for (i = 0; i < b->place_count; i++) {
        if (!b->places[i]->compiled && place_has(b->places[i], module->name))
            return;
    }
    module->path = "";
    module->place = b->assumed;
}

/* What a walk finds in a place that the name does not belong to is left. */
static void
load(struct lwi_plan_build *b, struct lwi_module *module, bool by_import)
{
    locate(b, module);
    if (b->rc != LW_OK)
        return;
    if (b->light && module->path == NULL && by_import)
        assume(b, module);
    if (module->path == NULL) {
        module->broken = true;
        module->wanted = false;
        return;
    }
    if (by_import && b->options.modules == NULL)
        module->wanted |= module->place->wanted;
    check_inside(b, module);
    if (!module->broken)
        lwi_plan_read_header(b, module);
}

/* Takes the imports of a module into the list. */
static void
follow(struct lwi_plan_build *b, struct lwi_module *module)
{
    struct lwi_buf name, file;
    size_t i;

    lwi_buf_init(&name, &lwi_system_allocator);
    lwi_buf_init(&file, &lwi_system_allocator);
    for (i = 0; i < module->import_name_count && b->rc == LW_OK; i++) {
        const char *text = module->import_names[i];

        name.size = file.size = 0;
        if (lwi_name_read(&name, &file, text, strlen(text)) != LW_OK)
            lwi_plan_no_memory(b); /* it was read before */
        else
            lwi_plan_module(b, text, lwi_buf_peek_text(&file));
    }
    lwi_buf_fini(&name);
    lwi_buf_fini(&file);
}

void
lwi_plan_discover(struct lwi_plan_build *b)
{
    const char *const *pattern = b->options.modules;
    size_t i, seeds;

    for (; pattern != NULL && *pattern != NULL && b->rc == LW_OK; pattern++)
        want_pattern(b, *pattern);
    for (i = 0; b->options.modules == NULL && i < b->place_count; i++) {
        if (b->places[i]->wanted && b->rc == LW_OK)
            want_place(b, b->places[i]);
    }
    seeds = b->module_count;
    for (i = 0; i < b->module_count && lwi_plan_goes_on(b); i++) {
        load(b, b->modules[i], i >= seeds);
        if (b->rc == LW_OK)
            follow(b, b->modules[i]);
    }
}
