/* check_paths.c - from the operands of `check` to the files to be checked. */
#include "check_paths.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/path.h"
#include "base/text.h"
#include "check/source.h"

#define DEPTH_MAX 128u /* of folders; deeper ones are taken for a mistake */

/* The folders that lead to the one being read, to see a loop. */
struct trail {
    struct {
        dev_t device;
        ino_t inode;
    } at[DEPTH_MAX];
    size_t depth;
};

static bool
complain(const char *folder)
{
    fprintf(stderr, "lean-worker check: cannot read folder %s: %s\n", folder,
            strerror(errno));
    return false;
}

static bool
no_memory(void)
{
    fputs("lean-worker check: out of memory\n", stderr);
    return false;
}

/* Goes one folder down. 0: it has been met further up; -1: with errno. */
static int
enter(struct trail *trail, const char *folder)
{
    struct stat stat_;
    size_t i;

    if (stat(folder, &stat_) < 0)
        return -1;
    for (i = 0; i < trail->depth; i++) {
        if (trail->at[i].device == stat_.st_dev &&
            trail->at[i].inode == stat_.st_ino)
            return 0;
    }
    if (trail->depth == DEPTH_MAX) {
        errno = ELOOP;
        return -1;
    }
    trail->at[trail->depth].device = stat_.st_dev;
    trail->at[trail->depth].inode = stat_.st_ino;
    trail->depth++;
    return 1;
}

/* The names in a folder that matter, sorted. */
static bool
list_names(struct lwi_strings *names, const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    bool fine = true;

    if (dir == NULL)
        return complain(folder);
    for (;;) {
        errno = 0;
        entry = readdir(dir);
        if (entry == NULL)
            break;
        if (entry->d_name[0] != '.' &&
            lwi_strings_add(names, entry->d_name) < 0)
            fine = no_memory();
    }
    if (errno != 0)
        fine = complain(folder);
    closedir(dir);
    lwi_strings_sort(names);
    return fine;
}

static bool
add_folder(struct lwi_strings *paths, const char *folder, struct trail *trail);

static bool
add_entry(struct lwi_strings *paths, const char *folder, const char *name,
          struct trail *trail)
{
    /* What stands below "." is called as it would be without it. */
    char *path =
        strcmp(folder, ".") == 0 ? strdup(name) : lwi_path_join(folder, name);
    bool fine = true;

    if (path == NULL)
        return no_memory();
    if (lwi_path_is_folder(path))
        fine = add_folder(paths, path, trail);
    else if (lwi_text_ends(name, ".lean") && lwi_strings_add(paths, path) < 0)
        fine = no_memory();
    free(path);
    return fine;
}

/* Depth is bounded by the trail. */
static bool
add_folder(struct lwi_strings *paths, const char *folder, struct trail *trail)
{
    struct lwi_strings names = { 0 };
    int entered = enter(trail, folder);
    bool fine;
    size_t i;

    if (entered <= 0)
        return entered == 0 || complain(folder);
    fine = list_names(&names, folder);
    for (i = 0; fine && i < names.count; i++)
        fine = add_entry(paths, folder, names.items[i], trail);
    trail->depth--;
    lwi_strings_fini(&names);
    return fine;
}

bool
check_paths_add(struct lwi_strings *paths, const char *operand)
{
    size_t before = paths->count;
    struct trail *trail;
    bool fine;

    if (!lwi_path_is_folder(operand))
        return lwi_strings_add(paths, operand) == LW_OK || no_memory();
    trail = calloc(1, sizeof(*trail));
    if (trail == NULL)
        return no_memory();
    fine = add_folder(paths, operand, trail);
    free(trail);
    if (fine && paths->count == before) {
        fprintf(stderr,
                "lean-worker check: there is no .lean file in %s (hidden "
                "folders are left out)\n",
                operand);
        return false;
    }
    return fine;
}

/* ---- standard input ---- */

/* LW_OK, or -1 with errno. */
static int
copy_stdin(int to)
{
    char chunk[65536];
    uint64_t total = 0;
    ssize_t n;

    for (;;) {
        n = read(STDIN_FILENO, chunk, sizeof(chunk));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return (int)n;
        total += (uint64_t)n;
        if (total > LWI_SOURCE_LIMIT) {
            errno = EFBIG;
            return -1;
        }
        if (write(to, chunk, (size_t)n) != n)
            return -1;
    }
}

char *
check_paths_from_stdin(void)
{
    int fd = memfd_create("lean-worker-stdin", MFD_CLOEXEC);
    char *path = NULL;

    if (fd < 0 || copy_stdin(fd) < 0)
        fprintf(stderr, "lean-worker check: cannot read standard input: %s\n",
                strerror(errno));
    else
        path = lwi_path_printf("/proc/self/fd/%d", fd);
    if (path == NULL && fd >= 0)
        close(fd);
    return path;
}
