/*
 * main.c - runs one scenario in a process of its own.
 *
 *     scenario FILE                     the parent; exit 0 where all held
 *     scenario --torture KIND:N FILE    the same with one fault (faults.h)
 *     scenario --faults                 the kinds of faults
 *     scenario --cells                  the possible cells of the table
 *     scenario --child FILE NOTES       the scripted child (child.h)
 *     scenario --hold                   a grandchild that holds descriptors
 */
#include <stdio.h>

#include "base/base.h"
#include "scenario/cells.h"
#include "scenario/child.h"
#include "scenario/faults.h"
#include "scenario/parent.h"
#include "scenario/world.h"

/* The limit in real time; virtual time should make each a matter of ms. */
#define ALARM_S 100

static bool
load(struct script *script, const char *path)
{
    FILE *file = fopen(path, "rb");
    static char text[1024 * 1024];
    size_t size;

    if (file == NULL) {
        perror(path);
        return false;
    }
    size = fread(text, 1, sizeof(text), file);
    fclose(file);
    if (script_parse(script, path, text, size))
        return true;
    fprintf(stderr, "%s\n", script->error);
    return false;
}

/* Which start of a child this is: world.c says so. */
static size_t
start_number(void)
{
    const char *number = getenv(WORLD_START);

    return number == NULL ? 1 : strtoul(number, NULL, 10);
}

static int
run_child(const char *path, const char *notes)
{
    struct script script;
    const struct script_part *part;

    if (!load(&script, path))
        return 94;
    part = script_child(&script, start_number() - 1);
    if (part == NULL)
        return 93;
    scenario_child(part, path, notes);
}

static bool
check_left(const char *path, size_t descriptors, size_t threads)
{
    bool clean = true;

    if (world_descriptors() != descriptors) {
        fprintf(stderr, "%s: %zu descriptors before, %zu after\n", path,
                descriptors, world_descriptors());
        clean = false;
    }
    if (world_threads(threads) != threads) {
        fprintf(stderr, "%s: %zu threads before, %zu after\n", path, threads,
                world_threads(threads));
        clean = false;
    }
    if (world_blocks() != 0) {
        fprintf(stderr, "%s: %zu blocks of memory are left\n", path,
                world_blocks());
        clean = false;
    }
    return clean;
}

/* Descendants may only live on where a grandchild called setsid. */
static void
reap_escaped(const struct script *script)
{
    bool escapes = false;
    size_t part, i;

    for (part = 0; part < script->count; part++) {
        for (i = 0; i < script->parts[part].count; i++) {
            const struct script_step *step = &script->parts[part].steps[i];

            if (strcmp(step_verb(step), "grandchild") == 0 &&
                step_word(step, 1) != NULL)
                escapes = true;
        }
    }
    world_reap_escaped(escapes);
}

static int
run_parent(const char *path, const char *self)
{
    struct script script;
    size_t descriptors, threads;
    bool good;

    if (!load(&script, path)) {
        script_fini(&script);
        return 2;
    }
    world_open();
    descriptors = world_descriptors();
    threads = world_threads(0);
    good = scenario_parent(&script, self);
    good = check_left(path, descriptors, threads) && good;
    reap_escaped(&script);
    if (*world_complaints() != '\0' && !faults_armed()) {
        fprintf(stderr, "%s\n", world_complaints());
        good = false;
    }
    world_close();
    script_fini(&script);
    if (good && faults_armed() && !faults_fired())
        return FAULT_NOT_REACHED;
    return good ? 0 : 1;
}

int
main(int argc, char **argv)
{
    char self[4096];
    ssize_t n;

    if (argc == 2 && strcmp(argv[1], "--hold") == 0) {
        for (;;)
            pause();
    }
    if (argc == 4 && strcmp(argv[1], "--child") == 0)
        return run_child(argv[2], argv[3]);
    if (argc == 2 && strcmp(argv[1], "--faults") == 0) {
        faults_list();
        return 0;
    }
    if (argc == 2 && strcmp(argv[1], "--cells") == 0) {
        cells_list();
        return 0;
    }
    if (argc == 4 && strcmp(argv[1], "--torture") == 0) {
        if (!faults_arm(argv[2])) {
            fprintf(stderr, "scenario: no such fault: %s\n", argv[2]);
            return 2;
        }
        argv[1] = argv[3];
        argc = 2;
    }
    n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    if (argc != 2 || n < 0) {
        fprintf(stderr, "usage: scenario FILE\n");
        return 2;
    }
    self[n] = '\0';
    alarm(ALARM_S);
    return run_parent(argv[1], self);
}
