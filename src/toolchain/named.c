/*
 * named.c - candidates that are named by a word, a program or elan.
 */
#include "toolchain/candidate.h"

#include "base/path.h"
#include "base/text.h"

/* A path with the home folder as ~, for people. */
static char *
show_path(const char *path)
{
    const char *home = lwi_environment("HOME");

    if (home != NULL && lwi_text_starts(path, home) &&
        path[strlen(home)] == '/')
        return lwi_path_printf("~%s", path + strlen(home));
    return lwi_copy_text(&lwi_system_allocator, path);
}

/* ---- elan ---- */

/* "lean-toolchain says" and so on. */
static char *
show_choice(const struct lwi_elan_choice *choice)
{
    switch (choice->why) {
    case LWI_ELAN_NOTHING:
        break;
    case LWI_ELAN_ENVIRONMENT:
        return lwi_path_printf("%s says", choice->place);
    case LWI_ELAN_OVERRIDE:
        return lwi_path_printf("elan's override for %s is", choice->place);
    case LWI_ELAN_FILE:
        return lwi_path_printf("lean-toolchain says");
    case LWI_ELAN_DEFAULT:
        return lwi_path_printf("elan's default is");
    }
    LW_WRONG("a choice of nothing");
}

/* What to do about a name that elan does not have. */
static char *
say_missing(const struct lwi_elan *elan, const struct lwi_elan_name *name,
            const char *place)
{
    static const char other[] = "choose another toolchain with --toolchain "
                                "(`--toolchain embedded` needs no elan)";
    bool linked = !name->has_origin && !name->is_channel &&
                  name->release[0] != 'v' && name->origin[0] != '\0' &&
                  !lwi_text_starts(name->release, "nightly");

    if (linked)
        return lwi_path_printf(
            "elan has no toolchain %s%s%s: see `elan toolchain list`, or "
            "link it with `elan toolchain link %s FOLDER`; or %s",
            name->text, place[0] == '\0' ? "" : ", named by ", place,
            name->text, other);
    if (elan->installed)
        return lwi_path_printf("elan has not installed %s%s%s: run `elan "
                               "toolchain install %s`, or %s",
                               name->text,
                               place[0] == '\0' ? "" : ", named by ", place,
                               name->text, other);
    return lwi_path_printf(
        "%s%s%s%s is not installed, and neither is elan (no folder %s): get "
        "elan from https://github.com/leanprover/elan and run `elan "
        "toolchain install %s`, or %s",
        name->text, place[0] == '\0' ? "" : ", named by ", place,
        place[0] == '\0' ? "" : ",",
        elan->home == NULL ? "~/.elan" : elan->home, name->text, other);
}

/* A well-formed name: its folder, or what to do. Takes reason over. */
static int
look_up(struct lwi_candidate *out, const struct lwi_elan *elan,
        const struct lwi_elan_name *name, const char *place, char *reason)
{
    char version[LWI_ELAN_NAME_SIZE];
    char *folder = NULL, *shown, *found = NULL;
    int rc;

    rc = reason == NULL ? LW_ENOMEM
                        : lwi_elan_find(elan, name, &folder, version);
    if (rc == LW_OK && folder == NULL)
        return lwi_candidate_refuse(out, "", say_missing(elan, name, place),
                                    reason);
    if (rc == LW_OK) {
        shown = show_path(folder);
        if (shown != NULL)
            found = lwi_path_printf("%s, found in %s", reason, shown);
        lwi_free(&lwi_system_allocator, shown);
        rc = lwi_candidate_examine(out, folder, version, found);
    }
    lwi_free(&lwi_system_allocator, folder);
    lwi_free(&lwi_system_allocator, reason);
    return rc;
}

int
lwi_candidate_elan(struct lwi_candidate *out, const struct lwi_lookup *lookup,
                   const char *label, const struct lwi_elan_choice *choice)
{
    char *who = show_choice(choice);
    int rc;

    if (who == NULL)
        return LW_ENOMEM;
    if (choice->wrong != NULL)
        rc = lwi_candidate_refuse(
            out, "",
            lwi_path_printf("%s %s (such as leanprover/lean4:v4.28.0)",
                            choice->place, choice->wrong),
            lwi_path_printf("%s%s something else", label, who));
    else
        rc = look_up(out, &lookup->elan, &choice->name, choice->place,
                     lwi_path_printf("%s%s %s", label, who, choice->name.text));
    lwi_free(&lwi_system_allocator, who);
    return rc;
}

/* ---- a program ---- */

static int
follow_proxy(struct lwi_candidate *out, const struct lwi_lookup *lookup,
             const char *label, const char *program)
{
    const char *folder =
        lookup->project == NULL ? lookup->folder : lookup->project;
    struct lwi_elan_choice choice;
    char *longer = NULL;
    int rc;

    rc = lwi_elan_choose(&lookup->elan, folder, true, &choice);
    if (rc != LW_OK)
        return rc;
    if (choice.why == LWI_ELAN_NOTHING) {
        rc = lwi_candidate_refuse(
            out, "",
            lwi_path_printf("elan has no default toolchain: run `elan "
                            "default stable`, or choose one with "
                            "--toolchain"),
            lwi_path_printf("%s%s belongs to elan", label, program));
    } else {
        longer = lwi_path_printf("%s%s belongs to elan, and ", label, program);
        rc = longer == NULL ? LW_ENOMEM
                            : lwi_candidate_elan(out, lookup, longer, &choice);
    }
    lwi_free(&lwi_system_allocator, longer);
    lwi_elan_choice_fini(&choice);
    return rc;
}

int
lwi_candidate_program(struct lwi_candidate *out,
                      const struct lwi_lookup *lookup, const char *label,
                      const char *program)
{
    char *reason, *folder;
    int rc;

    if (lwi_elan_is_proxy(&lookup->elan, program))
        return follow_proxy(out, lookup, label, program);
    reason = lwi_path_printf("%s%s", label, program);
    folder = lwi_path_resolve(program);
    if (folder == NULL && errno == ENOMEM) {
        lwi_free(&lwi_system_allocator, reason);
        return LW_ENOMEM;
    }
    if (folder == NULL)
        return lwi_candidate_refuse(
            out, "", lwi_path_printf("%s: %s", program, strerror(errno)),
            reason);
    lwi_path_to_parent(folder);
    if (strcmp(lwi_path_name(folder), "bin") == 0) {
        lwi_path_to_parent(folder);
        rc = lwi_candidate_examine(out, folder, "", reason);
    } else {
        rc = lwi_candidate_refuse(
            out, folder,
            lwi_path_printf("%s is not the bin/lean of a toolchain: there "
                            "is no library beside it",
                            program),
            reason);
    }
    lwi_free(&lwi_system_allocator, folder);
    return rc;
}

/* ---- a word ---- */

/* A path by its look, or because something is there. */
static bool
is_path(const char *text)
{
    static const char *const starts[] = { "/", "./", "../", "~" };
    size_t i;

    for (i = 0; i < LWI_COUNT(starts); i++) {
        if (lwi_text_starts(text, starts[i]))
            return true;
    }
    if (strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
        return true;
    if (strchr(text, '/') != NULL)
        return lwi_path_is_there(text);
    /* A folder of one word may have the name of a toolchain by chance. */
    return lwi_path_has(text, "bin/lean");
}

static int
look_at_path_named(struct lwi_candidate *out, const struct lwi_lookup *lookup,
                   const char *label, const char *text)
{
    char *longer;
    int rc;

    if (!lwi_path_is_file(text))
        return lwi_candidate_examine(
            out, text, "", lwi_path_printf("%s says %s", label, text));
    longer = lwi_path_printf("%s says ", label);
    rc = longer == NULL ? LW_ENOMEM
                        : lwi_candidate_program(out, lookup, longer, text);
    lwi_free(&lwi_system_allocator, longer);
    return rc;
}

int
lwi_candidate_named(struct lwi_candidate *out, const struct lwi_lookup *lookup,
                    const char *label, const char *text)
{
    struct lwi_elan_name name;

    if (strcmp(text, "embedded") == 0)
        return lwi_candidate_embedded(
            out, lwi_path_printf("%s says embedded", label));
    if (is_path(text))
        return look_at_path_named(out, lookup, label, text);
    if (lwi_elan_name_parse(&name, text))
        return look_up(out, &lookup->elan, &name, "",
                       lwi_path_printf("%s says %s", label, text));
    return lwi_candidate_refuse(
        out, "",
        lwi_path_printf("%s is neither a folder that is there, nor the name "
                        "of a toolchain, nor the word `embedded`",
                        text),
        lwi_path_printf("%s says %s", label, text));
}
