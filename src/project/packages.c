/*
 * packages.c - the packages that a Lake project depends on.
 *
 * Manifest, since version 5:            before:
 *     {"packagesDir": ".lake/packages",     {"packagesDir": "lake-packages",
 *      "packages": [                         "packages": [
 *        {"type": "git", "name": "a",          {"git": {"name": "a", ...}},
 *         "subDir": null, ...},
 *        {"type": "path", "name": "b",         {"path": {"name": "b",
 *         "dir": "../b", ...}]}                          "dir": "../b"}}]}
 */
#include "project/packages.h"

#include <dirent.h>
#include <jansson.h>

#include "base/c_locale.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "base/text.h"

#define MANIFEST "lake-manifest.json"
#define DOING "read " MANIFEST
#define MANIFEST_LIMIT ((size_t)16 * 1024 * 1024)
#define COUNT_LIMIT 4096

static const char *const usual_folders[] = { ".lake/packages",
                                             "lake-packages" };

void
lwi_packages_fini(struct lwi_packages *packages)
{
    lwi_strings_fini(&packages->names);
    lwi_strings_fini(&packages->folders);
}

/* Takes folder over. */
static int
add(struct lwi_packages *out, const char *name, char *folder)
{
    int rc = lwi_strings_take(&out->folders, folder);

    return rc == LW_OK ? lwi_strings_add(&out->names, name) : rc;
}

/* ---- with a manifest ---- */

/* One component of a path, and a real one. */
static bool
is_component(const char *name)
{
    return name[0] != '\0' && strchr(name, '/') == NULL &&
           strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/* Below a folder, without a way out of it. */
static bool
is_below(const char *path)
{
    const char *at = path;
    size_t length;

    if (path[0] == '/')
        return false;
    while (*at != '\0') {
        length = strcspn(at, "/");
        if (length == 2 && strncmp(at, "..", 2) == 0)
            return false;
        at += length + (at[length] == '/');
    }
    return true;
}

/* «doc-gen4» is how Lean writes a name that is no identifier. */
static char *
bare_name(const char *name)
{
    static const char open[] = "\xc2\xab", close[] = "\xc2\xbb";
    size_t length = strlen(name);

    if (length >= 4 && lwi_text_starts(name, open) &&
        lwi_text_ends(name, close))
        return lwi_copy_bytes(&lwi_system_allocator, name + 2, length - 4);
    return lwi_copy_text(&lwi_system_allocator, name);
}

static const char *
text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* A package that Lake has cloned. */
static int
add_cloned(struct lwi_packages *out, const char *packages, const char *name,
           const json_t *facts, lw_error *err)
{
    const char *below = text_of(facts, "subDir");

    if (below == NULL)
        below = text_of(facts, "subDir?");
    if (!is_component(name) || (below != NULL && !is_below(below)))
        return lwi_fail(err, LW_EPROJECT, DOING,
                        "the manifest names a package that would lie outside "
                        "of %s: %s",
                        packages, name);
    return add(out, name,
               below == NULL || below[0] == '\0'
                   ? lwi_path_join(packages, name)
                   : lwi_path_printf("%s/%s/%s", packages, name, below));
}

/* A package that lies where its user keeps it. */
static int
add_local(struct lwi_packages *out, const char *project, const char *name,
          const json_t *facts, lw_error *err)
{
    const char *dir = text_of(facts, "dir");

    if (dir == NULL)
        return lwi_fail(err, LW_EPROJECT, DOING,
                        "%s/" MANIFEST " does not say where the package %s "
                        "lies",
                        project, name);
    return add(out, name, lwi_path_join(project, dir));
}

/* One entry of `packages`. */
static int
read_package(struct lwi_packages *out, const char *project,
             const char *packages, const json_t *entry, lw_error *err)
{
    const json_t *git = json_object_get(entry, "git");
    const json_t *path = json_object_get(entry, "path");
    const json_t *facts = git != NULL ? git : path != NULL ? path : entry;
    const char *type = text_of(entry, "type");
    const char *given = text_of(facts, "name");
    char *name;
    int rc;

    if (given == NULL)
        return lwi_fail(err, LW_EPROJECT, DOING,
                        "%s/" MANIFEST " holds a package without a name",
                        project);
    name = bare_name(given);
    if (name == NULL)
        return LW_ENOMEM;
    if (path != NULL || (type != NULL && strcmp(type, "path") == 0))
        rc = add_local(out, project, name, facts, err);
    else
        rc = add_cloned(out, packages, name, facts, err);
    lwi_free(&lwi_system_allocator, name);
    return rc;
}

static int
read_entries(struct lwi_packages *out, const char *project,
             const json_t *manifest, lw_error *err)
{
    const json_t *entries = json_object_get(manifest, "packages");
    const char *said = text_of(manifest, "packagesDir");
    char *packages;
    int rc = LW_OK;
    size_t i;

    if (!json_is_object(manifest) ||
        (entries != NULL && !json_is_array(entries)))
        return lwi_fail(err, LW_EPROJECT, DOING,
                        "%s/" MANIFEST " is not a manifest of Lake", project);
    if (json_array_size(entries) > COUNT_LIMIT)
        return lwi_fail(err, LW_EPROJECT, DOING,
                        "%s/" MANIFEST " names more than %d packages", project,
                        COUNT_LIMIT);
    packages = lwi_path_join(project, said == NULL ? usual_folders[0] : said);
    if (packages == NULL)
        return LW_ENOMEM;
    for (i = 0; rc == LW_OK && i < json_array_size(entries); i++)
        rc = read_package(out, project, packages, json_array_get(entries, i),
                          err);
    lwi_free(&lwi_system_allocator, packages);
    return rc;
}

static int
read_manifest(struct lwi_packages *out, const char *project,
              const struct lwi_buf *text, lw_error *err)
{
    locale_t before = lwi_c_locale_enter();
    json_error_t wrong;
    json_t *manifest =
        json_loadb(text->size == 0 ? "" : text->data, text->size, 0, &wrong);
    int rc;

    lwi_c_locale_leave(before);
    if (manifest == NULL)
        return lwi_fail(err, LW_EPROJECT, DOING,
                        "%s/" MANIFEST " is not JSON: line %d: %s", project,
                        wrong.line, wrong.text);
    rc = read_entries(out, project, manifest, err);
    json_decref(manifest);
    return rc;
}

/* ---- without one ---- */

static int
list_folder(struct lwi_packages *out, const char *folder)
{
    struct lwi_strings names = { 0 };
    DIR *list = opendir(folder);
    struct dirent *entry;
    int rc = LW_OK;
    size_t i;

    if (list == NULL)
        return LW_OK;
    while (rc == LW_OK && names.count < COUNT_LIMIT &&
           (entry = readdir(list)) != NULL) {
        if (entry->d_name[0] != '.')
            rc = lwi_strings_add(&names, entry->d_name);
    }
    closedir(list);
    lwi_strings_sort(&names);
    for (i = 0; rc == LW_OK && i < names.count; i++)
        rc = add(out, names.items[i], lwi_path_join(folder, names.items[i]));
    lwi_strings_fini(&names);
    return rc;
}

static int
list_packages(struct lwi_packages *out, const char *project)
{
    char *folder;
    int rc = LW_OK;
    size_t i;

    for (i = 0; rc == LW_OK && i < LWI_COUNT(usual_folders); i++) {
        folder = lwi_path_join(project, usual_folders[i]);
        rc = folder == NULL ? LW_ENOMEM : list_folder(out, folder);
        lwi_free(&lwi_system_allocator, folder);
    }
    return rc;
}

int
lwi_packages_read(struct lwi_packages *out, const char *project, lw_error *err)
{
    char *path = lwi_path_join(project, MANIFEST);
    struct lwi_buf buf;
    int rc;

    *out = (struct lwi_packages){ 0 };
    lwi_buf_init(&buf, &lwi_system_allocator);
    if (path == NULL)
        rc = LW_ENOMEM;
    else if (!lwi_path_is_there(path))
        rc = list_packages(out, project);
    else if ((rc = lwi_file_read(&buf, path, MANIFEST_LIMIT)) == LW_EFILE)
        rc = lwi_fail_errno(err, LW_EPROJECT, DOING, "cannot read %s", path);
    else if (rc == LW_OK)
        rc = read_manifest(out, project, &buf, err);
    if (rc == LW_ENOMEM)
        lwi_fail(err, LW_ENOMEM, DOING, "out of memory");
    if (rc != LW_OK)
        lwi_packages_fini(out);
    lwi_buf_fini(&buf);
    lwi_free(&lwi_system_allocator, path);
    return rc;
}
