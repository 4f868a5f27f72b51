/* oleans.c - the compiled modules behind a session: are they still the same? */
#include "pool/oleans.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/text.h"
#include "plan/name.h"
#include "plan/olean_file.h"
#include "worker/imports.h"

/* What tells a file from another one with its name. All 0: there is none. */
struct identity {
    uint64_t device;
    uint64_t inode;
    int64_t size;
    int64_t seconds;
    int64_t nanoseconds;
};

struct entry {
    char *path;
    struct identity identity;
};

struct lwi_oleans {
    const lw_allocator *allocator;
    size_t count;
    struct entry entries[LWI_OLEANS_MAX];
};

/* A look in progress. */
struct look {
    struct lwi_oleans *oleans;
    const lw_capability_spec *spec;
    struct lwi_buf path;
    struct lwi_buf bytes;
};

/* ---- files ---- */

static struct identity
identify(const char *path)
{
    struct stat about;

    if (stat(path, &about) != 0)
        return (struct identity){ 0 };
    return (struct identity){ .device = (uint64_t)about.st_dev,
                              .inode = (uint64_t)about.st_ino,
                              .size = (int64_t)about.st_size,
                              .seconds = (int64_t)about.st_mtim.tv_sec,
                              .nanoseconds = (int64_t)about.st_mtim.tv_nsec };
}

static bool
is_there(const struct identity *identity)
{
    return identity->inode != 0;
}

static bool
is_same(const struct identity *a, const struct identity *b)
{
    return a->device == b->device && a->inode == b->inode &&
           a->size == b->size && a->seconds == b->seconds &&
           a->nanoseconds == b->nanoseconds;
}

static bool
is_known(const struct lwi_oleans *oleans, const char *path)
{
    size_t i = 0;

    while (i < oleans->count && strcmp(oleans->entries[i].path, path) != 0)
        i++;
    return i < oleans->count;
}

/* True where the search for the module is over: it is here. */
static bool
add_file(struct lwi_oleans *oleans, const char *path, bool direct)
{
    struct identity identity;
    struct entry *entry;

    if (oleans->count == LWI_OLEANS_MAX || is_known(oleans, path))
        return true;
    identity = identify(path);
    /* One that comes into being can hide another: worth it near by only. */
    if (!direct && !is_there(&identity))
        return false;
    entry = &oleans->entries[oleans->count];
    entry->path = lwi_alloc(oleans->allocator, strlen(path) + 1);
    if (entry->path == NULL)
        return true;
    memcpy(entry->path, path, strlen(path) + 1);
    entry->identity = identity;
    oleans->count++;
    return is_there(&identity);
}

/* ---- modules ---- */

/* The toolchain's own folders: nobody builds those anew. */
static bool
is_toolchains(const lw_capability_spec *spec, const char *folder)
{
    const char *const *own =
        spec->worker.toolchain != NULL
            ? lw_toolchain_get_search_path(spec->worker.toolchain)
            : NULL;

    while (own != NULL && *own != NULL && strcmp(*own, folder) != 0)
        own++;
    return own != NULL && *own != NULL;
}

static void
add_module(struct look *look, const char *name, size_t size, bool direct)
{
    const char *const *folder = look->spec->session->search_path;
    char path[4096];
    bool found = false;
    int length;

    look->path.size = 0;
    if (lwi_name_read(NULL, &look->path, name, size) != LW_OK)
        return; /* the session will say so */
    for (; !found && *folder != NULL; folder++) {
        if (is_toolchains(look->spec, *folder))
            continue;
        length = snprintf(path, sizeof(path), "%s/%.*s.olean", *folder,
                          (int)look->path.size, look->path.data);
        if (length > 0 && (size_t)length < sizeof(path))
            found = add_file(look->oleans, path, direct);
    }
}

static void
add_direct(struct look *look)
{
    const lw_session_spec *session = look->spec->session;
    const char *const *name = session->imports;
    size_t i;

    if (session->header == NULL) {
        for (; name != NULL && *name != NULL; name++)
            add_module(look, *name, strlen(*name), true);
        return;
    }
    for (i = 0; i < session->header->import_count; i++)
        add_module(look, session->header->imports[i].data,
                   session->header->imports[i].size, true);
}

/* ---- what a module imports ---- */

/* Its beginning and its end; false: not to be had. */
static bool
read_ends(struct look *look, const char *path, struct lwi_olean_bytes *ends)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat about;
    bool ok;

    ok = fd >= 0 && fstat(fd, &about) == 0 && S_ISREG(about.st_mode) &&
         lwi_olean_read_ends(fd, &look->bytes, (uint64_t)about.st_size, false,
                             ends) == LW_OK;
    if (fd >= 0)
        close(fd);
    return ok;
}

static void
add_imports_of(struct look *look, const struct entry *entry)
{
    struct lwi_olean_bytes ends;
    struct lwi_olean olean;
    const char *text, *fault;
    lw_span name;
    size_t i;

    if (!is_there(&entry->identity) || !read_ends(look, entry->path, &ends))
        return;
    if (lwi_olean_read(&olean, &ends, &fault) == LW_OK) {
        text = olean.imports.data;
        for (i = 0; i < olean.count; i++, text += strlen(text) + 1) {
            name = lwi_import_name(lwi_span_of(text));
            add_module(look, name.data, name.size, false);
        }
    }
    lwi_olean_fini(&olean);
}

/* ---- the whole ---- */

struct lwi_oleans *
lwi_oleans_create(const lw_allocator *allocator,
                  const lw_capability *capability)
{
    const lw_capability_spec *spec = lwi_capability_spec(capability);
    struct look look = { .spec = spec };
    size_t i;

    if (spec->session == NULL || spec->session->search_path == NULL)
        return NULL;
    look.oleans = lwi_alloc(allocator, sizeof(*look.oleans));
    if (look.oleans == NULL)
        return NULL;
    look.oleans->allocator = allocator;
    lwi_buf_init(&look.path, allocator);
    lwi_buf_init(&look.bytes, allocator);
    add_direct(&look);
    for (i = 0; i < look.oleans->count; i++)
        add_imports_of(&look, &look.oleans->entries[i]);
    lwi_buf_fini(&look.path);
    lwi_buf_fini(&look.bytes);
    return look.oleans;
}

void
lwi_oleans_destroy(struct lwi_oleans *oleans)
{
    size_t i;

    if (oleans == NULL)
        return;
    for (i = 0; i < oleans->count; i++)
        lwi_free(oleans->allocator, oleans->entries[i].path);
    lwi_free(oleans->allocator, oleans);
}

bool
lwi_oleans_changed(const struct lwi_oleans *oleans)
{
    size_t i;

    for (i = 0; i < oleans->count; i++) {
        struct identity now = identify(oleans->entries[i].path);

        if (!is_same(&now, &oleans->entries[i].identity))
            return true;
    }
    return false;
}
