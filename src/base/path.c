/* path.c - names of files and folders. */
#include "base/path.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

char *
lwi_path_printf(const char *format, ...)
{
    va_list args;
    char *text;
    int size;

    va_start(args, format);
    size = vsnprintf(NULL, 0, format, args);
    va_end(args);
    text = size < 0 ? NULL : lwi_alloc(&lwi_system_allocator, (size_t)size + 1);
    if (text == NULL) {
        errno = ENOMEM;
        return NULL;
    }
    va_start(args, format);
    vsnprintf(text, (size_t)size + 1, format, args);
    va_end(args);
    return text;
}

char *
lwi_path_join(const char *folder, const char *name)
{
    size_t length = strlen(folder);

    if (name[0] == '/' || length == 0)
        return lwi_path_printf("%s", name);
    return lwi_path_printf(folder[length - 1] == '/' ? "%s%s" : "%s/%s", folder,
                           name);
}

char *
lwi_path_resolve(const char *path)
{
    char found[PATH_MAX];

    if (realpath(path, found) == NULL)
        return NULL;
    return lwi_path_printf("%s", found);
}

bool
lwi_path_to_parent(char *path)
{
    char *slash = strrchr(path, '/');

    if (slash == NULL || path[1] == '\0')
        return false;
    if (slash == path)
        slash++;
    *slash = '\0';
    return true;
}

bool
lwi_path_make_folders(char *path)
{
    char *slash = path;

    do {
        slash = strchr(slash + 1, '/');
        if (slash != NULL)
            *slash = '\0';
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            return false;
        if (slash != NULL)
            *slash = '/';
    } while (slash != NULL);
    return true;
}

const char *
lwi_path_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

bool
lwi_path_is_folder(const char *path)
{
    struct stat facts;

    if (stat(path, &facts) != 0)
        return false;
    errno = ENOTDIR;
    return S_ISDIR(facts.st_mode);
}

bool
lwi_path_is_file(const char *path)
{
    struct stat facts;

    if (stat(path, &facts) != 0)
        return false;
    errno = S_ISDIR(facts.st_mode) ? EISDIR : EINVAL;
    return S_ISREG(facts.st_mode);
}

bool
lwi_path_is_there(const char *path)
{
    struct stat facts;

    return lstat(path, &facts) == 0;
}

bool
lwi_path_has(const char *folder, const char *name)
{
    char path[PATH_MAX];
    int size = snprintf(path, sizeof(path), "%s/%s", folder, name);

    if (size > 0 && (size_t)size < sizeof(path))
        return lwi_path_is_there(path);
    errno = ENAMETOOLONG;
    return false;
}

const char *
lwi_environment(const char *name)
{
    const char *value = getenv(name);

    return value == NULL || value[0] == '\0' ? NULL : value;
}
