/* store.c - the folder of compiled modules. */
#include "build/store.h"

#include <fts.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/cache_folder.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "base/text.h"

#define KEY_TEXT_SIZE 64
#define KEY_ENDING ".key" /* a module may be called as another's folder */

/* What lean writes of a module besides the .olean, which comes last. */
static const char *const endings[] = { ".olean.private", ".olean.server", ".ir",
                                       ".ilean", ".olean" };

static void
fail_file(struct lwi_build_run *b, const char *what, const char *path)
{
    if (b->rc == LW_OK)
        b->rc = lwi_fail_errno(b->err, LW_EFILE, LWI_BUILDING, "cannot %s %s",
                               what, path);
}

/* A text of the arena. */
static const char *
path_of(struct lwi_build_run *b, const char *folder, const char *name,
        const char *ending)
{
    char *path = lwi_path_printf("%s/%s%s", folder, name, ending);
    const char *copy = path == NULL ? NULL : lwi_arena_text(&b->arena, path);

    lwi_free(&lwi_system_allocator, path);
    if (copy == NULL)
        lwi_build_no_memory(b);
    return copy;
}

/* Makes the folder and all above it. */
static void
make_folders(struct lwi_build_run *b, const char *path)
{
    char *copy = lwi_copy_text(&lwi_system_allocator, path);

    if (copy == NULL)
        lwi_build_no_memory(b);
    else if (!lwi_path_make_folders(copy))
        fail_file(b, "make the folder", copy);
    else if (!lwi_path_is_folder(path))
        fail_file(b, "use", path);
    lwi_free(&lwi_system_allocator, copy);
}

/* The folder of a file. */
static void
make_parents(struct lwi_build_run *b, const char *path)
{
    char *copy = lwi_copy_text(&lwi_system_allocator, path);

    if (copy == NULL)
        lwi_build_no_memory(b);
    else if (lwi_path_to_parent(copy))
        make_folders(b, copy);
    lwi_free(&lwi_system_allocator, copy);
}

/* ---- the lock ---- */

static void
fail_lock(struct lwi_build_run *b, const struct lwi_store *store)
{
    long holder = lwi_cache_lock_holder(store->folder);

    if (lwi_build_goes_on(b))
        b->rc = lwi_fail(b->err, LW_EBUSY, LWI_BUILDING,
                         "another build has %s: process %ld", store->folder,
                         holder);
    else if (b->rc == LW_ETIMEOUT)
        lwi_fail(b->err, LW_ETIMEOUT, LWI_BUILDING,
                 "another build has %s all the time, %.1f s: process %ld",
                 store->folder, (double)b->options.timeout_ms / 1000, holder);
}

static void
take_lock(struct lwi_build_run *b, struct lwi_store *store)
{
    int64_t until =
        b->options.lock_timeout_ms == LW_NO_LIMIT
            ? LWI_NEVER
            : lwi_deadline_after(b->clock, b->options.lock_timeout_ms);
    lw_error why = LW_ERROR_INIT;
    int rc;

    if (!lwi_build_goes_on(b))
        return;
    rc =
        lwi_cache_lock(&store->lock, store->folder, b->options.cancel, b->clock,
                       until < b->deadline ? until : b->deadline, &why);
    if (rc == LW_ETIMEOUT || rc == LW_ECANCELLED) {
        fail_lock(b, store);
    } else if (rc != LW_OK) {
        b->rc = rc;
        why.operation = LWI_BUILDING;
        if (b->err != NULL)
            *b->err = why;
    }
}

void
lwi_store_open(struct lwi_build_run *b, struct lwi_store *store,
               const char *folder)
{
    store->lock = -1;
    store->folder = lwi_build_text(b, folder);
    store->library = path_of(b, folder, LWI_BUILD_FOLDER_MODULES, "");
    if (b->rc == LW_OK)
        make_folders(b, store->library);
    if (b->rc == LW_OK)
        take_lock(b, store);
    if (b->rc == LW_OK) {
        const char *rooms = path_of(b, folder, "tmp", "");

        if (rooms != NULL)
            lwi_cache_clear(rooms);
    }
}

/* With the descriptor goes the lock. */
void
lwi_store_close(struct lwi_store *store)
{
    if (store->lock >= 0)
        close(store->lock);
    store->lock = -1;
}

/* ---- keys ---- */

static void
write_key(char text[KEY_TEXT_SIZE], uint64_t key, uint64_t size)
{
    snprintf(text, KEY_TEXT_SIZE, "%016" PRIx64 " %" PRIu64 "\n", key, size);
}

bool
lwi_store_has(const struct lwi_store *store, const char *file, uint64_t key)
{
    char *olean = lwi_path_printf("%s/%s.olean", store->library, file);
    char *path = lwi_path_printf("%s/keys/%s" KEY_ENDING, store->folder, file);
    char wanted[KEY_TEXT_SIZE];
    struct lwi_buf text;
    struct stat facts;
    bool has = false;

    lwi_buf_init(&text, &lwi_system_allocator);
    if (olean != NULL && path != NULL && stat(olean, &facts) == 0 &&
        lwi_file_read(&text, path, KEY_TEXT_SIZE) == LW_OK) {
        write_key(wanted, key, (uint64_t)facts.st_size);
        has = strcmp(lwi_buf_peek_text(&text), wanted) == 0;
    }
    lwi_buf_fini(&text);
    lwi_free(&lwi_system_allocator, olean);
    lwi_free(&lwi_system_allocator, path);
    return has;
}

void
lwi_store_write(struct lwi_build_run *b, const char *path,
                const struct lwi_buf *text)
{
    FILE *file;
    bool fine;

    make_parents(b, path);
    if (b->rc != LW_OK)
        return;
    file = fopen(path, "wxe");
    if (file == NULL) {
        fail_file(b, "write", path);
        return;
    }
    fine = fwrite(text->data, 1, text->size, file) == text->size;
    fine = fclose(file) == 0 && fine;
    if (!fine)
        fail_file(b, "write", path);
}

/* Through a file beside it: what has its name is whole. */
static void
put_key(struct lwi_build_run *b, const char *room, const char *path, char *text)
{
    const char *draft = path_of(b, room, "key", "");
    struct lwi_buf whole = { .data = text, .size = strlen(text) };

    if (draft != NULL)
        lwi_store_write(b, draft, &whole);
    if (b->rc == LW_OK && rename(draft, path) != 0)
        fail_file(b, "write", path);
}

/* ---- modules ---- */

const char *
lwi_store_room(struct lwi_build_run *b, const struct lwi_store *store,
               size_t number)
{
    char name[40];
    const char *room;

    snprintf(name, sizeof(name), "tmp/%zu", number);
    room = path_of(b, store->folder, name, "");
    if (room != NULL)
        make_folders(b, room);
    return b->rc == LW_OK ? room : NULL;
}

/* Where the compiler did not write one of them, an old one must go. */
static void
move_file(struct lwi_build_run *b, const char *from, const char *to)
{
    if (rename(from, to) == 0)
        return;
    if (errno != ENOENT)
        fail_file(b, "write", to);
    else if (unlink(to) != 0 && errno != ENOENT)
        fail_file(b, "remove", to);
}

void
lwi_store_keep(struct lwi_build_run *b, const struct lwi_store *store,
               const char *room, const char *file, uint64_t key)
{
    const char *keys = path_of(b, store->folder, "keys", "");
    const char *key_path =
        keys == NULL ? NULL : path_of(b, keys, file, KEY_ENDING);
    const char *to = path_of(b, store->library, file, ".olean");
    char text[KEY_TEXT_SIZE];
    struct stat facts;
    size_t i;

    if (b->rc != LW_OK)
        return;
    make_parents(b, key_path);
    make_parents(b, to);
    if (b->rc == LW_OK && unlink(key_path) != 0 && errno != ENOENT)
        fail_file(b, "remove", key_path);
    for (i = 0; b->rc == LW_OK && i < LWI_COUNT(endings); i++) {
        const char *from = path_of(b, room, "module", endings[i]);

        to = path_of(b, store->library, file, endings[i]);
        if (b->rc == LW_OK)
            move_file(b, from, to);
    }
    if (b->rc == LW_OK && stat(to, &facts) != 0)
        fail_file(b, "find", to);
    if (b->rc != LW_OK)
        return;
    write_key(text, key, (uint64_t)facts.st_size);
    put_key(b, room, key_path, text);
}

/* ---- what is no module any more ---- */

static void
remove_module(struct lwi_build_run *b, const struct lwi_store *store,
              const char *key_path, const char *file)
{
    size_t i;

    unlink(key_path);
    for (i = 0; i < LWI_COUNT(endings); i++) {
        const char *path = path_of(b, store->library, file, endings[i]);

        if (path != NULL)
            unlink(path);
    }
}

void
lwi_store_prune(struct lwi_build_run *b, const struct lwi_store *store,
                bool (*is_known)(const char *file, void *user), void *user)
{
    const char *keys = path_of(b, store->folder, "keys", "");
    char *const roots[] = { (char *)keys, NULL };
    FTS *walk =
        keys == NULL ? NULL : fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    FTSENT *entry;

    while (walk != NULL && b->rc == LW_OK && (entry = fts_read(walk)) != NULL) {
        char *file;

        if (entry->fts_info != FTS_F ||
            !lwi_text_ends(entry->fts_path, KEY_ENDING))
            continue;
        file = lwi_copy_text(&lwi_system_allocator,
                             entry->fts_path + strlen(keys) + 1);
        if (file == NULL)
            break;
        file[strlen(file) - strlen(KEY_ENDING)] = '\0';
        if (!is_known(file, user))
            remove_module(b, store, entry->fts_path, file);
        lwi_free(&lwi_system_allocator, file);
    }
    if (walk != NULL)
        fts_close(walk);
}
