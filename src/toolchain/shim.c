/* shim.c - the shim as a child would have it. */
#include "toolchain/shim.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/cache_folder.h"
#include "base/error.h"
#include "base/file.h"
#include "base/fnv.h"
#include "base/path.h"
#include "base/process.h"
#include "base/text.h"
#include "toolchain/fingerprint.h"
#include "toolchain/share.h"

#define DOING "look at the shim"
#define FORM 1 /* another: what was compiled before does not count */
#define TEXT_LIMIT ((size_t)16 * 1024 * 1024)
#define LIBRARY_LIMIT ((size_t)256 * 1024 * 1024)
#define RECORD_LIMIT ((size_t)4096)
#define PROVED "proved"
#define IDENTITY_SIZE 128
#define NOT_COMPILED "it is not compiled: lean-worker toolchain compile"

const char *
lw_shim_state_name(lw_shim_state state)
{
    switch (state) {
    case LW_SHIM_NONE:
        return "none";
    case LW_SHIM_INTERPRETED:
        return "interpreted";
    case LW_SHIM_COMPILED:
        return "compiled";
    case LW_SHIM_BUILT_IN:
        return "built in";
    }
    return "unknown";
}

void
lwi_shim_fini(struct lwi_shim *shim)
{
    lwi_free(&lwi_system_allocator, shim->text);
    lwi_free(&lwi_system_allocator, shim->start);
    lwi_free(&lwi_system_allocator, shim->leanc);
    lwi_free(&lwi_system_allocator, shim->root);
    lwi_free(&lwi_system_allocator, shim->folder);
    lwi_free(&lwi_system_allocator, shim->library);
    *shim = (struct lwi_shim){ .state = LW_SHIM_NONE };
}

/* ---- the record ---- */

/* False, with errno, where it is no file of this user's. */
static bool
identify(const char *library, char to[IDENTITY_SIZE])
{
    struct stat about;

    if (lstat(library, &about) != 0)
        return false;
    errno = EPERM;
    if (!S_ISREG(about.st_mode) || about.st_uid != geteuid() ||
        (about.st_mode & 022) != 0)
        return false;
    snprintf(to, IDENTITY_SIZE, "%lld %lld.%09ld %llu %llu",
             (long long)about.st_size, (long long)about.st_mtim.tv_sec,
             about.st_mtim.tv_nsec, (unsigned long long)about.st_dev,
             (unsigned long long)about.st_ino);
    return true;
}

/* Of the library's bytes. LW_OK, LW_EFILE, LW_ENOMEM. */
static int
hash_library(const struct lwi_shim *shim, uint64_t *hash)
{
    struct lwi_buf bytes;
    int rc;

    lwi_buf_init(&bytes, &lwi_system_allocator);
    rc = lwi_file_read(&bytes, shim->library, LIBRARY_LIMIT);
    if (rc == LW_OK)
        *hash = lwi_fnv_bytes(LWI_FNV_INIT, bytes.data, bytes.size);
    lwi_buf_fini(&bytes);
    return rc;
}

/* Who proves it, until it is proved. NULL: no memory. */
static char *
write_down(const char *identity, uint64_t hash, bool is_proved)
{
    if (is_proved)
        return lwi_path_printf("%s\n%016" PRIx64 "\n" PROVED "\n", identity,
                               hash);
    return lwi_path_printf("%s\n%016" PRIx64 "\n%ld\n", identity, hash,
                           (long)lwi_process_id());
}

static int
put_record(const char *path, const char *text, lw_error *err)
{
    size_t size = strlen(text);
    int fd, rc = LW_OK;

    unlink(path);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, text, size) != (ssize_t)size)
        rc = lwi_fail_errno(err, LW_EFILE, DOING, "cannot write %s", path);
    if (fd >= 0)
        close(fd);
    return rc;
}

int
lwi_shim_write_record(const struct lwi_shim *shim, bool is_proved,
                      lw_error *err)
{
    char *path = lwi_path_join(shim->folder, LWI_SHIM_RECORD), *text = NULL;
    char identity[IDENTITY_SIZE];
    uint64_t hash = 0;
    int rc = hash_library(shim, &hash);

    if (rc == LW_EFILE || (rc == LW_OK && !identify(shim->library, identity)))
        rc = lwi_fail_errno(err, LW_EFILE, DOING, "cannot use %s",
                            shim->library);
    else if (rc == LW_OK)
        text = write_down(identity, hash, is_proved);
    if (rc == LW_ENOMEM || (rc == LW_OK && (path == NULL || text == NULL)))
        rc = lwi_fail(err, LW_ENOMEM, DOING, "out of memory");
    if (rc == LW_OK)
        rc = put_record(path, text, err);
    lwi_free(&lwi_system_allocator, text);
    lwi_free(&lwi_system_allocator, path);
    return rc;
}

/* Empty where there is none. LW_OK or LW_ENOMEM. */
static int
read_record(const struct lwi_shim *shim, struct lwi_buf *record)
{
    char *path = lwi_path_join(shim->folder, LWI_SHIM_RECORD);
    int rc =
        path == NULL ? LW_ENOMEM : lwi_file_read(record, path, RECORD_LIMIT);

    lwi_free(&lwi_system_allocator, path);
    if (rc != LW_OK)
        record->size = 0;
    return rc == LW_ENOMEM ? LW_ENOMEM : LW_OK;
}

int
lwi_shim_is_whole(const struct lwi_shim *shim, bool *is_whole)
{
    struct lwi_buf record;
    char wanted[32];
    uint64_t hash = 0;
    int rc;

    lwi_buf_init(&record, &lwi_system_allocator);
    rc = read_record(shim, &record);
    if (rc == LW_OK)
        rc = hash_library(shim, &hash);
    snprintf(wanted, sizeof(wanted), "\n%016" PRIx64 "\n", hash);
    *is_whole =
        rc == LW_OK && strstr(lwi_buf_peek_text(&record), wanted) != NULL;
    lwi_buf_fini(&record);
    return rc == LW_ENOMEM ? LW_ENOMEM : LW_OK;
}

/* Why the library does not count, given its record; NULL: it does. */
static const char *
fault_of(const struct lwi_shim *shim, const char *record)
{
    char identity[IDENTITY_SIZE], process[32];
    const char *line;
    size_t size;

    if (!identify(shim->library, identity))
        return errno == ENOENT ? NOT_COMPILED
                               : "the library is not this user's alone";
    size = strlen(identity);
    if (record[0] == '\0')
        return NOT_COMPILED;
    if (!lwi_text_starts(record, identity) || record[size] != '\n' ||
        (line = strchr(record + size + 1, '\n')) == NULL)
        return "the library was changed since: lean-worker toolchain compile";
    snprintf(process, sizeof(process), "%ld\n", (long)lwi_process_id());
    if (strcmp(line + 1, PROVED "\n") == 0 || strcmp(line + 1, process) == 0)
        return NULL;
    return "another process compiles it, or came to no end with that";
}

/* ---- where ---- */

/* LW_OK or LW_ENOMEM. */
static int
make_key(const struct lwi_shim *shim, const lw_toolchain *toolchain,
         const char *plugin, uint64_t *key)
{
    char print[LWI_FINGERPRINT_SIZE];
    struct lwi_buf text;
    int rc;

    lwi_buf_init(&text, &lwi_system_allocator);
    rc = lwi_file_read(&text, shim->text, TEXT_LIMIT);
    lwi_toolchain_fingerprint(toolchain, print);
    *key = lwi_fnv_text(LWI_FNV_INIT + FORM, print);
    *key = lwi_fingerprint_file(*key, lw_toolchain_get_prefix(toolchain),
                                "bin/leanc");
    *key = lwi_fingerprint_file(*key, "", plugin);
    *key = lwi_fnv_bytes(*key, lwi_buf_peek_text(&text), text.size);
    lwi_buf_fini(&text);
    return rc == LW_ENOMEM ? LW_ENOMEM : LW_OK;
}

static int
find_folder(struct lwi_shim *shim, const lw_toolchain *toolchain,
            const char *plugin)
{
    uint64_t key;
    int rc;

    shim->root = lwi_cache_folder("shim");
    if (shim->root == NULL && errno == ENOENT) {
        lwi_text_copy(shim->reason, sizeof(shim->reason),
                      "there is no cache folder: neither XDG_CACHE_HOME nor "
                      "HOME is set");
        return LW_OK;
    }
    rc = shim->root == NULL ? LW_ENOMEM
                            : make_key(shim, toolchain, plugin, &key);
    if (rc == LW_OK)
        shim->folder = lwi_path_printf("%s/%016" PRIx64, shim->root, key);
    if (shim->folder != NULL)
        shim->library = lwi_path_join(shim->folder, LWI_SHIM_LIBRARY);
    return rc == LW_OK && shim->library == NULL ? LW_ENOMEM : rc;
}

/* ---- whether ---- */

static int
find_leanc(struct lwi_shim *shim, const lw_toolchain *toolchain)
{
    shim->leanc =
        lwi_path_join(lw_toolchain_get_prefix(toolchain), "bin/leanc");
    if (shim->leanc == NULL)
        return LW_ENOMEM;
    if (lwi_path_is_file(shim->leanc))
        return LW_OK;
    snprintf(shim->reason, sizeof(shim->reason), "there is no %s", shim->leanc);
    lwi_free(&lwi_system_allocator, shim->leanc);
    shim->leanc = NULL;
    return LW_OK;
}

/* LW_OK or LW_ENOMEM; the reason stays "" where the library counts. */
static int
judge(struct lwi_shim *shim)
{
    const char *fault = NULL;
    struct lwi_buf record;
    int rc = LW_OK;

    lwi_buf_init(&record, &lwi_system_allocator);
    if (!lwi_path_is_there(shim->folder))
        fault = NOT_COMPILED;
    else if (!lwi_cache_is_private(shim->root) ||
             !lwi_cache_is_private(shim->folder))
        fault = "its cache folder is not this user's alone";
    else
        rc = read_record(shim, &record);
    if (rc == LW_OK && fault == NULL)
        fault = fault_of(shim, lwi_buf_peek_text(&record));
    if (fault != NULL)
        lwi_text_copy(shim->reason, sizeof(shim->reason), fault);
    lwi_buf_fini(&record);
    return rc;
}

/* A way out, where a compiled one is not what was hoped for. */
static bool
is_unwanted(void)
{
    const char *wish = lwi_environment("LEAN_WORKER_SHIM");

    return wish != NULL && strcmp(wish, "interpreted") == 0;
}

/* Not without what calls it. LW_OK or LW_ENOMEM. */
static int
find_start(struct lwi_shim *shim)
{
    lw_error why = LW_ERROR_INIT;
    int rc = lwi_share_file(&shim->start, "start.lean", &why);

    if (rc == LW_OK)
        shim->state = LW_SHIM_COMPILED;
    else
        lwi_text_copy(shim->reason, sizeof(shim->reason), why.message);
    return rc == LW_ENOMEM ? LW_ENOMEM : LW_OK;
}

int
lwi_shim_look(struct lwi_shim *out, const lw_toolchain *toolchain,
              lw_error *err)
{
    char *plugin = NULL;
    int rc;

    *out = (struct lwi_shim){ .state = LW_SHIM_INTERPRETED };
    rc = lwi_share_file(&plugin, "lean-worker-plugin.so", err);
    if (rc == LW_OK)
        rc = lwi_share_file(&out->text, "shim.lean", err);
    if (rc == LW_OK)
        rc = find_leanc(out, toolchain);
    if (rc == LW_OK && out->leanc != NULL)
        rc = find_folder(out, toolchain, plugin);
    if (rc == LW_OK && out->library != NULL)
        rc = judge(out);
    if (rc == LW_OK && out->library != NULL && out->reason[0] == '\0' &&
        is_unwanted())
        lwi_text_copy(out->reason, sizeof(out->reason),
                      "the environment has LEAN_WORKER_SHIM=interpreted");
    if (rc == LW_OK && out->library != NULL && out->reason[0] == '\0')
        rc = find_start(out);
    if (rc == LW_ENOMEM)
        lwi_fail(err, LW_ENOMEM, DOING, "out of memory");
    lwi_free(&lwi_system_allocator, plugin);
    return rc;
}

/* ---- public ---- */

int
lw_toolchain_get_shim(const lw_toolchain *toolchain, lw_shim *shim,
                      lw_error *err)
{
    struct lwi_shim found;
    int rc;

    if (toolchain == NULL || shim == NULL || shim->struct_size != sizeof(*shim))
        return lwi_fail(err, LW_EINVAL, DOING,
                        "toolchain or shim is NULL, or of another version; "
                        "use LW_SHIM_INIT");
    *shim = (lw_shim)LW_SHIM_INIT;
    if (lw_toolchain_get_kind(toolchain) == LW_TOOLCHAIN_EMBEDDED) {
        shim->state = LW_SHIM_BUILT_IN;
        return LW_OK;
    }
    rc = lwi_shim_look(&found, toolchain, err);
    if (rc == LW_OK) {
        shim->state = found.state;
        lwi_text_copy(shim->detail, sizeof(shim->detail),
                      found.state == LW_SHIM_COMPILED ? found.library
                                                      : found.reason);
    }
    lwi_shim_fini(&found);
    return rc;
}
