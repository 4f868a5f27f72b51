/* elan.c - what elan has installed and would use. */
#include "toolchain/elan.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "base/toml.h"

#define SETTINGS_LIMIT ((size_t)1024 * 1024)

static int
read_settings(struct lwi_elan *elan)
{
    char *path = lwi_path_join(elan->home, "settings.toml");
    struct lwi_buf buf;
    int rc;

    lwi_buf_init(&buf, &lwi_system_allocator);
    rc = path == NULL ? LW_ENOMEM : lwi_file_read(&buf, path, SETTINGS_LIMIT);
    if (rc != LW_ENOMEM) {
        elan->settings = lwi_copy_bytes(&lwi_system_allocator, buf.data,
                                        rc == LW_OK ? buf.size : 0);
        rc = elan->settings == NULL ? LW_ENOMEM : LW_OK;
    }
    lwi_buf_fini(&buf);
    lwi_free(&lwi_system_allocator, path);
    return rc;
}

int
lwi_elan_init(struct lwi_elan *elan)
{
    const char *given = lwi_environment("ELAN_HOME");
    const char *user = lwi_environment("HOME");
    int rc;

    *elan = (struct lwi_elan){ 0 };
    if (given == NULL && user == NULL) {
        elan->settings = lwi_copy_text(&lwi_system_allocator, "");
        return elan->settings == NULL ? LW_ENOMEM : LW_OK;
    }
    elan->home = given != NULL ? lwi_copy_text(&lwi_system_allocator, given)
                               : lwi_path_join(user, ".elan");
    if (elan->home == NULL)
        return LW_ENOMEM;
    elan->installed = lwi_path_is_folder(elan->home);
    rc = read_settings(elan);
    if (rc != LW_OK)
        lwi_elan_fini(elan);
    return rc;
}

void
lwi_elan_fini(struct lwi_elan *elan)
{
    lwi_free(&lwi_system_allocator, elan->home);
    lwi_free(&lwi_system_allocator, elan->settings);
    *elan = (struct lwi_elan){ 0 };
}

/* ---- what is installed ---- */

/* folder/name in a buffer of PATH_MAX; "" where it does not fit. */
static void
put_path(char *out, const char *folder, const char *name)
{
    int size = snprintf(out, PATH_MAX, "%s/%s", folder, name);

    if (size < 0 || size >= PATH_MAX)
        out[0] = '\0';
}

/* *folder stays NULL where elan has no such folder. */
static int
look_for(const struct lwi_elan *elan, const char *name, char **folder)
{
    char *path = lwi_path_printf("%s/toolchains/%s", elan->home, name);

    if (path == NULL)
        return LW_ENOMEM;
    if (lwi_path_is_there(path))
        *folder = path;
    else
        lwi_free(&lwi_system_allocator, path);
    return LW_OK;
}

/* The newest installed release that a channel stands for, "" where none. */
static void
newest_of(const struct lwi_elan *elan, const struct lwi_elan_name *name,
          char *release)
{
    char prefix[LWI_ELAN_FOLDER_SIZE];
    struct lwi_elan_name any = *name;
    struct dirent *entry;
    const char *found;
    char path[PATH_MAX];
    DIR *list;

    release[0] = '\0';
    any.release[0] = '\0';
    lwi_elan_name_folder(&any, prefix);
    put_path(path, elan->home, "toolchains");
    list = opendir(path);
    if (list == NULL)
        return;
    while ((entry = readdir(list)) != NULL) {
        if (!lwi_text_starts(entry->d_name, prefix))
            continue;
        found = entry->d_name + strlen(prefix);
        if (lwi_elan_name_follows(name, found) &&
            strlen(found) < LWI_ELAN_NAME_SIZE &&
            (release[0] == '\0' ||
             lwi_elan_release_compare(found, release) > 0))
            lwi_text_copy(release, LWI_ELAN_NAME_SIZE, found);
    }
    closedir(list);
}

/* The folder of exactly this name. */
static int
look_for_release(const struct lwi_elan *elan, const struct lwi_elan_name *name,
                 char **folder)
{
    char text[LWI_ELAN_FOLDER_SIZE];
    struct lwi_elan_name older = *name;
    int rc;

    lwi_elan_name_folder(name, text);
    rc = look_for(elan, text, folder);
    if (rc != LW_OK || *folder != NULL ||
        !lwi_text_ends(name->origin, "-nightly"))
        return rc;
    /* Before version 1, elan kept nightlies under the plain origin. */
    older.origin[strlen(older.origin) - strlen("-nightly")] = '\0';
    lwi_elan_name_folder(&older, text);
    return look_for(elan, text, folder);
}

int
lwi_elan_find(const struct lwi_elan *elan, const struct lwi_elan_name *name,
              char **folder, char *version)
{
    struct lwi_elan_name newest = *name;
    int rc = LW_OK;

    *folder = NULL;
    version[0] = '\0';
    if (elan->home == NULL)
        return LW_OK;
    /* A linked toolchain goes before a release of the same name. */
    if (!name->has_origin)
        rc = look_for(elan, name->text, folder);
    if (rc != LW_OK || *folder != NULL)
        return rc;
    lwi_elan_release_version(name->release, version);
    rc = look_for_release(elan, name, folder);
    if (rc != LW_OK || *folder != NULL || !name->is_channel)
        return rc;
    newest_of(elan, name, newest.release);
    if (newest.release[0] == '\0')
        return LW_OK;
    lwi_elan_release_version(newest.release, version);
    return look_for_release(elan, &newest, folder);
}

/* ---- what it would choose ---- */

/* Fills in name or wrong, and takes over place. */
static int
name_it(struct lwi_elan_choice *out, enum lwi_elan_why why, const char *text,
        char *place)
{
    out->why = why;
    out->place = place;
    if (text != NULL && !lwi_elan_name_parse(&out->name, text))
        out->wrong = "does not hold the name of a toolchain";
    return place == NULL ? LW_ENOMEM : LW_OK;
}

/* lean-toolchain in this folder, where there is one. */
static int
look_at_file(const char *folder, struct lwi_elan_choice *out)
{
    char *path = lwi_path_join(folder, "lean-toolchain");
    struct lwi_buf buf;
    int rc;

    if (path == NULL)
        return LW_ENOMEM;
    if (!lwi_path_is_there(path)) {
        lwi_free(&lwi_system_allocator, path);
        return LW_OK;
    }
    name_it(out, LWI_ELAN_FILE, NULL, path);
    lwi_buf_init(&buf, &lwi_system_allocator);
    rc = lwi_file_read(&buf, path, LWI_ELAN_FILE_LIMIT);
    if (rc == LW_OK)
        out->wrong = lwi_elan_name_read(
            &out->name, buf.size == 0 ? "" : buf.data, buf.size);
    else if (rc == LW_EFILE)
        out->wrong =
            errno == EFBIG ? "is too large to be one" : "cannot be read";
    lwi_buf_fini(&buf);
    return rc == LW_ENOMEM ? rc : LW_OK;
}

static int
look_at_override(const struct lwi_elan *elan, const char *folder,
                 struct lwi_elan_choice *out)
{
    char text[LWI_ELAN_NAME_SIZE];

    if (!lwi_toml_string(elan->settings, "overrides", folder, text,
                         sizeof(text)))
        return LW_OK;
    return name_it(out, LWI_ELAN_OVERRIDE, text,
                   lwi_copy_text(&lwi_system_allocator, folder));
}

/* The folder and each one above it. */
static int
look_upwards(const struct lwi_elan *elan, const char *folder,
             struct lwi_elan_choice *out)
{
    char *at = lwi_copy_text(&lwi_system_allocator, folder);
    int rc = at == NULL ? LW_ENOMEM : LW_OK;

    while (rc == LW_OK) {
        rc = look_at_override(elan, at, out);
        if (rc == LW_OK && out->why == LWI_ELAN_NOTHING)
            rc = look_at_file(at, out);
        if (out->why != LWI_ELAN_NOTHING || !lwi_path_to_parent(at))
            break;
    }
    lwi_free(&lwi_system_allocator, at);
    return rc;
}

int
lwi_elan_choose(const struct lwi_elan *elan, const char *folder,
                bool use_default, struct lwi_elan_choice *out)
{
    const char *variable = lwi_environment("ELAN_TOOLCHAIN");
    char text[LWI_ELAN_NAME_SIZE];
    int rc;

    *out = (struct lwi_elan_choice){ 0 };
    if (variable != NULL) {
        rc = name_it(out, LWI_ELAN_ENVIRONMENT, variable,
                     lwi_copy_text(&lwi_system_allocator, "ELAN_TOOLCHAIN"));
    } else {
        rc = look_upwards(elan, folder, out);
        if (rc == LW_OK && out->why == LWI_ELAN_NOTHING && use_default &&
            lwi_toml_string(elan->settings, "", "default_toolchain", text,
                            sizeof(text)))
            rc = name_it(out, LWI_ELAN_DEFAULT, text,
                         lwi_path_join(elan->home, "settings.toml"));
    }
    if (rc != LW_OK)
        lwi_elan_choice_fini(out);
    return rc;
}

void
lwi_elan_choice_fini(struct lwi_elan_choice *choice)
{
    lwi_free(&lwi_system_allocator, choice->place);
    *choice = (struct lwi_elan_choice){ 0 };
}

/* ---- its proxies ---- */

static bool
same_file(const char *a, const char *b)
{
    struct stat left, right;

    return stat(a, &left) == 0 && stat(b, &right) == 0 &&
           left.st_dev == right.st_dev && left.st_ino == right.st_ino;
}

/* The same file as `elan` in this folder. */
static bool
is_elan_in(const char *folder, const char *program)
{
    char elan[PATH_MAX];

    put_path(elan, folder, "elan");
    return same_file(elan, program);
}

bool
lwi_elan_is_proxy(const struct lwi_elan *elan, const char *program)
{
    char path[PATH_MAX];

    if (realpath(program, path) != NULL &&
        (strcmp(lwi_path_name(path), "elan") == 0 ||
         strcmp(lwi_path_name(path), "elan-init") == 0))
        return true;
    if (!lwi_text_copy(path, sizeof(path), program) ||
        !lwi_path_to_parent(path))
        return false;
    if (is_elan_in(path, program))
        return true;
    if (elan->home == NULL)
        return false;
    put_path(path, elan->home, "bin");
    return is_elan_in(path, program);
}
