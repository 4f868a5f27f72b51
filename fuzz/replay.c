/*
 * replay.c - feeds the files of a corpus to a fuzz target, one by one.
 *
 *   fuzz_NAME_test [FILE or FOLDER]...     LWF_CORPUS where none is given
 *
 * What a fuzzer once found is a test of every build from then on. A property
 * that does not hold ends the process, which names the file before.
 */
#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/file.h"

#include "fuzz.h"

#define FILE_LIMIT ((size_t)16 * 1024 * 1024)

static size_t inputs, failed;

static void
replay_file(const char *path)
{
    struct lwi_buf buf;

    printf("%s\n", path);
    fflush(stdout);
    lwi_buf_init(&buf, &lwi_system_allocator);
    if (lwi_file_read(&buf, path, FILE_LIMIT) != LW_OK) {
        printf("cannot read it: %s\n", strerror(errno));
        failed++;
    } else {
        /* Exactly the bytes, so that a sanitizer sees one too many. */
        uint8_t *bytes = malloc(buf.size > 0 ? buf.size : 1);

        LW_ASSERT(bytes != NULL);
        if (buf.size > 0)
            memcpy(bytes, buf.data, buf.size);
        LLVMFuzzerTestOneInput(bytes, buf.size);
        free(bytes);
        inputs++;
    }
    lwi_buf_fini(&buf);
}

static void
replay_folder(const char *path)
{
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, NULL, alphasort), i;
    char file[4096];

    if (count < 0) {
        printf("%s: %s\n", path, strerror(errno));
        failed++;
        return;
    }
    for (i = 0; i < count; i++) {
        snprintf(file, sizeof(file), "%s/%s", path, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.')
            replay_file(file);
        free(entries[i]);
    }
    free(entries);
}

static void
replay(const char *path)
{
    struct stat facts;

    if (stat(path, &facts) == 0 && S_ISDIR(facts.st_mode))
        replay_folder(path);
    else
        replay_file(path);
}

int
main(int argc, char **argv)
{
    int i;

    for (i = 1; i < argc; i++)
        replay(argv[i]);
    if (argc < 2)
        replay(LWF_CORPUS);
    /* A corpus is one test, however many inputs it has. */
    failed = failed > 0 || inputs == 0;
    printf("%zu inputs\n%d passed, %zu failed\n", inputs, failed == 0, failed);
    return failed > 0;
}
