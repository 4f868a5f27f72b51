/*
 * snapshot_key.c - what a start is, and what a snapshot of it rests on.
 *
 * The key has what decides what Lean elaborates and how: this library, the
 * machine, the toolchain, its program and shared libraries, the plugin, the
 * shim with its bytes, all arguments, and the environment as far as Lean looks
 * at it. Not the folder in which it starts, since all paths are absolute. A
 * file is known by device, inode, size and times, which no change leaves as
 * they were, and a small one by its bytes as well.
 */
#include <dirent.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <sys/utsname.h>

#include "base/path.h"
#include "base/text.h"
#include "worker/snapshot.h"

#define SMALL_FILE ((off_t)4 * 1024 * 1024)
#define DEPS_LIMIT ((size_t)64 * 1024 * 1024)
#define MACHINE_ID "/etc/machine-id"

extern char **environ;

static void
add_identity(struct lwi_hash *hash, const struct stat *facts)
{
    lwi_hash_add_number(hash, (uint64_t)facts->st_dev);
    lwi_hash_add_number(hash, (uint64_t)facts->st_ino);
    lwi_hash_add_number(hash, (uint64_t)facts->st_size);
    lwi_hash_add_number(hash, (uint64_t)facts->st_mtim.tv_sec);
    lwi_hash_add_number(hash, (uint64_t)facts->st_mtim.tv_nsec);
    lwi_hash_add_number(hash, (uint64_t)facts->st_ctim.tv_sec);
    lwi_hash_add_number(hash, (uint64_t)facts->st_ctim.tv_nsec);
}

/* One that is not there, or cannot be read, is told by its name alone. */
static void
add_file(struct lwi_hash *hash, const char *path)
{
    struct stat facts;
    int fd;

    lwi_hash_add_text(hash, path);
    if (path == NULL || stat(path, &facts) != 0)
        return;
    add_identity(hash, &facts);
    if (!S_ISREG(facts.st_mode) || facts.st_size > SMALL_FILE)
        return;
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return;
    (void)lwi_hash_add_file(hash, fd, NULL);
    close(fd);
}

/* The words, and the files that they name: FILE, or --option=FILE. */
static void
add_command(struct lwi_hash *hash, char *const *command)
{
    const char *file;

    lwi_hash_add_texts(hash, (const char *const *)command);
    for (; *command != NULL; command++) {
        file = **command == '-' ? strchr(*command, '=') : *command;
        if (file != NULL && *file == '=')
            file++;
        if (file != NULL && *file == '/')
            add_file(hash, file);
    }
}

/*
 * The shared libraries of a folder, in whichever order they are. Lean's code is
 * in several, of which the host is one and loads the others.
 */
static void
add_libraries(struct lwi_hash *hash, const char *folder)
{
    DIR *entries = opendir(folder);
    struct dirent *entry;
    uint64_t sum = 0;

    while (entries != NULL && (entry = readdir(entries)) != NULL) {
        struct lwi_hash own = LWI_HASH_INIT;
        struct stat facts;

        if (strstr(entry->d_name, ".so") == NULL ||
            fstatat(dirfd(entries), entry->d_name, &facts, 0) != 0)
            continue;
        lwi_hash_add_text(&own, entry->d_name);
        add_identity(&own, &facts);
        sum += own.a ^ own.b;
    }
    if (entries != NULL)
        closedir(entries);
    lwi_hash_add_number(hash, sum);
}

/* ---- the environment ---- */

/* Lean's own variables, and those of the dynamic linker. */
static bool
matters(const char *entry)
{
    return lwi_text_starts(entry, "LEAN") || lwi_text_starts(entry, "LD_") ||
           lwi_text_starts(entry, "UV_") || lwi_text_starts(entry, "GLIBC_");
}

/* In whichever order they are: each by itself, and their sum. */
static void
add_inherited(struct lwi_hash *hash)
{
    uint64_t sum = 0;
    char **entry;

    for (entry = environ; entry != NULL && *entry != NULL; entry++) {
        struct lwi_hash own = LWI_HASH_INIT;

        /* Where snapshots are is no part of what they are. */
        if (!matters(*entry) || lwi_text_starts(*entry, "LEAN_WORKER_"))
            continue;
        lwi_hash_add_text(&own, *entry);
        sum += own.a ^ own.b;
    }
    lwi_hash_add_number(hash, sum);
}

/* As the child will have it; NULL: it is not set. Of entries the last wins. */
static const char *
lean_path(const struct lwi_config *config)
{
    static const char name[] = "LEAN_PATH";
    const char *value = lwi_environment(name);
    char *const *entry;

    for (entry = config->environment; *entry != NULL; entry++) {
        if (strcmp(*entry, name) == 0)
            value = NULL;
        else if (lwi_text_starts(*entry, "LEAN_PATH="))
            value = *entry + sizeof(name);
    }
    return value;
}

/*
 * With two folders a file that comes into the first would hide one that the
 * snapshot rests on, and nothing of that would have changed.
 */
static const char *
fault(const struct lwi_config *config)
{
    const char *path = lean_path(config);

    if (!config->native)
        return config->launch ? "the embedded Lean writes no snapshots"
                              : "a command of one's own has none";
    if (path != NULL && (*path != '/' || strchr(path, ':') != NULL))
        return "LEAN_PATH is not one absolute folder";
    return NULL;
}

static void
add_machine(struct lwi_hash *hash)
{
    struct utsname name;

    if (uname(&name) == 0) {
        lwi_hash_add_text(hash, name.nodename);
        lwi_hash_add_text(hash, name.machine);
    }
    add_file(hash, MACHINE_ID);
    lwi_hash_add_number(hash, geteuid());
}

int
lwi_snapshot_key(char key[LWI_HASH_TEXT_SIZE], const struct lwi_config *config,
                 const char *launcher, char reason[LWI_SNAPSHOT_REASON])
{
    struct lwi_hash hash = LWI_HASH_INIT;
    const char *what = fault(config);
    char *const *folder;

    if (what != NULL) {
        lwi_text_copy(reason, LWI_SNAPSHOT_REASON, what);
        return LW_EUNSUPPORTED;
    }
    lwi_hash_add_text(&hash, "lean-worker snapshot 1 " LW_VERSION);
    add_machine(&hash);
    lwi_hash_add_text(&hash, config->fingerprint);
    add_command(&hash, config->command);
    add_file(&hash, config->host);
    add_file(&hash, launcher);
    for (folder = config->search_path; *folder != NULL; folder++)
        add_libraries(&hash, *folder);
    lwi_hash_add_texts(&hash, (const char *const *)config->environment);
    lwi_hash_add_text(&hash, lean_path(config));
    add_inherited(&hash);
    lwi_hash_text(&hash, key);
    return LW_OK;
}

/* ---- what it rests on ---- */

/* One module: an object whose values are paths. */
static int
add_module(struct lwi_hash *hash, json_t *module, uint64_t *files,
           char reason[LWI_SNAPSHOT_REASON])
{
    const char *name, *path;
    struct stat facts;
    json_t *value;

    if (!json_is_object(module))
        return lwi_snapshot_fail(reason, "not understood",
                                 "its list of modules");
    json_object_foreach(module, name, value)
    {
        path = json_string_value(value);
        if (path == NULL) {
            if (json_is_null(value))
                continue;
            return lwi_snapshot_fail(reason, "not understood",
                                     "its list of modules");
        }
        if (stat(path, &facts) != 0)
            return lwi_snapshot_fail(reason, "a module is gone", path);
        lwi_hash_add_text(hash, path);
        add_identity(hash, &facts);
        ++*files;
    }
    return LW_OK;
}

static int
add_modules(struct lwi_hash *hash, const struct lwi_buf *text, uint64_t *files,
            char reason[LWI_SNAPSHOT_REASON])
{
    json_t *modules = json_loadb(text->data, text->size, 0, NULL), *module;
    int rc = LW_OK;
    size_t i;

    *files = 0;
    if (!json_is_array(modules))
        rc = lwi_snapshot_fail(reason, "not understood", "its list of modules");
    json_array_foreach(modules, i, module)
    {
        if (rc == LW_OK)
            rc = add_module(hash, module, files, reason);
    }
    json_decref(modules);
    return rc;
}

int
lwi_snapshot_look_below(struct lwi_snapshot *snapshot,
                        const struct lwi_private *folder,
                        char reason[LWI_SNAPSHOT_REASON])
{
    struct lwi_hash hash = LWI_HASH_INIT;
    char name[LWI_SNAPSHOT_FILE + sizeof(LWI_SNAPSHOT_DEPS)];
    struct lwi_buf text;
    int rc;

    lwi_buf_init(&text, &lwi_system_allocator);
    snprintf(name, sizeof(name), "%s" LWI_SNAPSHOT_DEPS, snapshot->file);
    rc = lwi_private_read(folder, name, &text, DEPS_LIMIT);
    if (rc == LW_EFILE)
        rc = lwi_snapshot_fail(reason, strerror(errno), name);
    if (rc == LW_OK) {
        lwi_hash_add(&hash, text.data, text.size);
        rc = add_modules(&hash, &text, &snapshot->files, reason);
    }
    lwi_hash_text(&hash, snapshot->rests_on);
    lwi_buf_fini(&text);
    return rc;
}

int
lwi_snapshot_look_inside(struct lwi_snapshot *snapshot,
                         const struct lwi_private *folder,
                         char reason[LWI_SNAPSHOT_REASON])
{
    struct lwi_hash hash = LWI_HASH_INIT;
    struct stat facts;
    int fd = lwi_private_open_file(folder, snapshot->file, &facts);
    int rc = LW_OK;

    if (fd < 0)
        return lwi_snapshot_fail(reason, strerror(errno), snapshot->file);
    if (!lwi_hash_add_file(&hash, fd, &snapshot->bytes))
        rc = lwi_snapshot_fail(reason, strerror(errno), snapshot->file);
    lwi_hash_text(&hash, snapshot->content);
    close(fd);
    return rc;
}
