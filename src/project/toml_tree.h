/*
 * toml_tree.h - a whole TOML document, as the library toml++ reads it, in the
 * form of a JSON document.
 *
 * Tables are objects, dates are strings. Each object has one member more,
 * LWI_TOML_LINES: an object with the line (1-based) on which each of its
 * members stands, so that a value that makes no sense can be found.
 */
#ifndef LWI_TOML_TREE_H
#define LWI_TOML_TREE_H

#include <stddef.h>

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LWI_TOML_LINES "\x01lines"
#define LWI_TOML_SELF "\x01" /* the line of the table itself */

struct lwi_toml_fault {
    unsigned line;   /* 1-based */
    unsigned column; /* 1-based */
    char message[256];
};

/*
 * *out is the caller's, an object. LW_OK, LW_ENOMEM, or LW_EPROJECT with
 * *fault: no TOML, nested too deeply, a key with a control character.
 */
int
lwi_toml_parse(json_t **out, const char *text, size_t size,
               struct lwi_toml_fault *fault);

/* The line of a member that the object has; 0 unknown. */
unsigned
lwi_toml_line(const json_t *object, const char *key);

#ifdef __cplusplus
}
#endif
#endif
