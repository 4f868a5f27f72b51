/*
 * candidate.h - one place where a toolchain may be named.
 *
 * Each of the six places of lean_worker/toolchain.h is looked at by a function
 * of its own, which knows nothing of the others; toolchain.c knows the order.
 */
#ifndef LWI_CANDIDATE_H
#define LWI_CANDIDATE_H

#include "toolchain/elan.h"
#include "toolchain/prefix.h"

/* What all of them look with. */
struct lwi_lookup {
    const char *toolchain; /* of the request; NULL: none */
    const char *project;   /* the same; absolute, without links */
    char *folder;          /* the working directory; "/" where it is gone */
    struct lwi_elan elan;
};

struct lwi_candidate {
    lw_toolchain_source source;
    lw_candidate_state state;
    struct lwi_prefix prefix; /* folder and version: "" where absent */
    char *reason;             /* owned, like the prefix; never NULL */
};

/*
 * Looks at one place. LW_OK, whatever is there, or LW_ENOMEM; *out is then
 * for lwi_candidate_fini.
 */
int
lwi_candidate_look(struct lwi_candidate *out, lw_toolchain_source source,
                   const struct lwi_lookup *lookup);

void
lwi_candidate_fini(struct lwi_candidate *candidate);

/* ---- for candidate.c and named.c only ---- */

/* Nothing there. Takes reason over; NULL gives LW_ENOMEM. */
int
lwi_candidate_absent(struct lwi_candidate *out, char *reason);

/* Named and wrong. Takes problem and reason over. */
int
lwi_candidate_refuse(struct lwi_candidate *out, const char *folder,
                     char *problem, char *reason);

/* Named, and to be examined. Takes reason over. */
int
lwi_candidate_examine(struct lwi_candidate *out, const char *folder,
                      const char *version_hint, char *reason);

/*
 * The program `lean` at this path: its toolchain is the folder above its bin,
 * or what elan stands for where it is elan's proxy. `label` begins the reason.
 */
int
lwi_candidate_program(struct lwi_candidate *out,
                      const struct lwi_lookup *lookup, const char *label,
                      const char *program);

/* What elan chose. `label` begins the reason. */
int
lwi_candidate_elan(struct lwi_candidate *out, const struct lwi_lookup *lookup,
                   const char *label, const struct lwi_elan_choice *choice);

/* The embedded one, asked for by name. Takes reason over. */
int
lwi_candidate_embedded(struct lwi_candidate *out, char *reason);

/*
 * A toolchain as a user writes it: "embedded", a folder, the path of its
 * lean, a name that elan knows. `label` begins the reason.
 */
int
lwi_candidate_named(struct lwi_candidate *out, const struct lwi_lookup *lookup,
                    const char *label, const char *text);

#endif
