/*
 * elan_name.h - how toolchains are named, in lean-toolchain files and to elan.
 *
 *     [OWNER/REPOSITORY:]RELEASE
 *
 * Pure: no file is looked at. The rules are elan's: no owner means
 * leanprover/lean4, a release that begins with "nightly" lives in
 * REPOSITORY-nightly, "4.28.0" means "v4.28.0", and elan's folder of a
 * toolchain is the full name with "/" as "--" and ":" as "---".
 */
#ifndef LWI_ELAN_NAME_H
#define LWI_ELAN_NAME_H

#include "base/base.h"

#define LWI_ELAN_NAME_SIZE 256   /* bytes of a whole name, with the NUL */
#define LWI_ELAN_FOLDER_SIZE 512 /* what it becomes at most */

/* A lean-toolchain file has one line; a larger file is none. */
#define LWI_ELAN_FILE_LIMIT 4096

struct lwi_elan_name {
    char text[LWI_ELAN_NAME_SIZE];    /* as it was given */
    char origin[LWI_ELAN_NAME_SIZE];  /* "leanprover/lean4" */
    char release[LWI_ELAN_NAME_SIZE]; /* "v4.28.0", "stable" */
    bool has_origin;                  /* it was given */
    bool is_channel; /* stable, beta, nightly: moves with time */
};

/*
 * False where the text is not a toolchain's name: other characters than
 * elan allows, too long, "..".
 */
bool
lwi_elan_name_parse(struct lwi_elan_name *out, const char *text);

/*
 * The name in a lean-toolchain file: its first line that is not empty and not
 * a comment. NULL, or a clause that says what is wrong with the file.
 */
const char *
lwi_elan_name_read(struct lwi_elan_name *out, const char *data, size_t size);

/* Folder name below elan's toolchains/; LWI_ELAN_FOLDER_SIZE bytes. */
void
lwi_elan_name_folder(const struct lwi_elan_name *name, char *out);

/*
 * Whether the release in the name of a folder belongs to the channel of this
 * name: "v4.28.0" to stable, release candidates as well to beta.
 */
bool
lwi_elan_name_follows(const struct lwi_elan_name *channel, const char *release);

/* Orders releases by age: "v4.9.0" < "v4.28.0-rc1" < "v4.28.0"; nightlies by
 * date. */
int
lwi_elan_release_compare(const char *a, const char *b);

/*
 * Lean's version, as far as the release says it: "4.28.0" for "v4.28.0",
 * itself for "nightly-…", "" else. LWI_ELAN_NAME_SIZE bytes.
 */
void
lwi_elan_release_version(const char *release, char *out);

#endif
