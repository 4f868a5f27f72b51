/*
 * fake_lean.c - stands for bin/lean of a native toolchain, where snapshots are
 * tested: it "writes" and "loads" them, in the ways that $LW_FAKE_FOLDER/mode
 * says when it starts.
 *
 *     nothing      it writes none        dies      when it loads one
 *     rubbish      it says no frame, when it loads one
 *     differs      its answers are others, when it has loaded one
 *     changes      a module becomes another while one is loaded
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <lean_worker/child.h>

#define SIZE ((size_t)300 * 1000)

static char folder[2048];
static char mode[64];
static bool loaded;

static bool
is_mode(const char *name)
{
    return strcmp(mode, name) == 0;
}

static int
echo(lw_child_call *call, lw_span request, void *user)
{
    lw_span other = { "something else", 14 };

    (void)user;
    return lw_child_respond(call,
                            loaded && is_mode("differs") ? other : request);
}

static FILE *
open_file(const char *name, const char *ending, const char *how)
{
    char path[4096];
    FILE *file;

    snprintf(path, sizeof(path), "%s%s", name, ending);
    file = fopen(path, how);
    if (file == NULL)
        exit(90);
    return file;
}

static void
write_snapshot(const char *name)
{
    FILE *file = open_file(name, "", "we"),
         *deps = open_file(name, ".deps", "we");
    size_t i;

    for (i = 0; i < SIZE; i++)
        fputc((int)(i * i >> 3 & 255), file);
    fprintf(deps, "[{\"olean\":\"%s/A.olean\",\"ir\":null}]", folder);
    if (fclose(file) != 0 || fclose(deps) != 0)
        exit(91);
}

static void
load(void)
{
    loaded = true;
    if (is_mode("dies")) {
        fprintf(stderr, "it cannot be loaded\n");
        exit(1);
    }
    if (is_mode("rubbish")) {
        fprintf(stderr, "no frame\n");
        if (write(11, "no frame at all, and no other", 29) < 0)
            exit(92);
        pause();
    }
    if (is_mode("changes")) {
        FILE *file = open_file(folder, "/A.olean", "ae");

        fputs("more", file);
        fclose(file);
    }
}

int
main(int argc, char **argv)
{
    static const lw_child_handler handlers[] = { { "echo", echo },
                                                 { NULL, NULL } };
    lw_child_config config = LW_CHILD_CONFIG_INIT;
    const char *given = getenv("LW_FAKE_FOLDER");
    FILE *file;
    int i;

    snprintf(folder, sizeof(folder), "%s", given == NULL ? "" : given);
    file = open_file(folder, "/mode", "re");
    if (fscanf(file, "%63s", mode) != 1)
        mode[0] = '\0';
    fclose(file);
    for (i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--incr-save=", 12) == 0 && !is_mode("nothing"))
            write_snapshot(argv[i] + 12);
        if (strncmp(argv[i], "--incr-load=", 12) == 0)
            load();
    }
    config.handlers = handlers;
    config.worker_version = "a fake Lean";
    config.lean_version = getenv("LW_FAKE_VERSION");
    return lw_child_run_stdio(&config);
}
