/*
 * elan.h - what elan, the Lean version manager, has installed and would use.
 *
 * Only its files are read ($ELAN_HOME, by default ~/.elan); elan itself is
 * never run, so that the direct child is Lean and nothing is downloaded.
 */
#ifndef LWI_ELAN_H
#define LWI_ELAN_H

#include "base/strings.h"
#include "toolchain/elan_name.h"

struct lwi_elan {
    char *home;     /* absolute; NULL where neither ELAN_HOME nor HOME is set */
    char *settings; /* text of settings.toml; "" where there is none */
    bool installed; /* the home folder is there */
};

/* LW_OK or LW_ENOMEM. Missing or unreadable files are no error here. */
int
lwi_elan_init(struct lwi_elan *elan);

void
lwi_elan_fini(struct lwi_elan *elan);

/*
 * Folder of an installed toolchain. *folder is the caller's, NULL where elan
 * does not have it; *version (LWI_ELAN_NAME_SIZE bytes) is what its name says
 * of Lean's version. A channel means the newest installed release of it.
 */
int
lwi_elan_find(const struct lwi_elan *elan, const struct lwi_elan_name *name,
              char **folder, char *version);

enum lwi_elan_why {
    LWI_ELAN_NOTHING,     /* no toolchain is named */
    LWI_ELAN_ENVIRONMENT, /* ELAN_TOOLCHAIN */
    LWI_ELAN_OVERRIDE,    /* `elan override set` */
    LWI_ELAN_FILE,        /* a lean-toolchain file */
    LWI_ELAN_DEFAULT,     /* `elan default` */
};

/* What elan would choose for a folder. */
struct lwi_elan_choice {
    enum lwi_elan_why why;
    struct lwi_elan_name name; /* where `wrong` is NULL */
    const char *wrong;         /* static; why what is named is no name */
    char *place; /* the file, folder or variable that names it; owned */
};

/*
 * Follows elan's own order: ELAN_TOOLCHAIN, then for the folder and each one
 * above it the overrides and the lean-toolchain file, then, where wanted, the
 * default. The folder is absolute, without symbolic links. LW_OK or
 * LW_ENOMEM.
 */
int
lwi_elan_choose(const struct lwi_elan *elan, const char *folder,
                bool use_default, struct lwi_elan_choice *out);

void
lwi_elan_choice_fini(struct lwi_elan_choice *choice);

/*
 * True where a program named lean is elan's proxy, which finds out its task
 * from its name: a link to elan, or the same file as an `elan` beside it.
 */
bool
lwi_elan_is_proxy(const struct lwi_elan *elan, const char *program);

#endif
