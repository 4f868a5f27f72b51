/*
 * toml.h - the little of TOML that this library reads: strings.
 *
 * Settings of elan and lakefile.toml are written by programs and people in
 * plain form: `[table]` headers, `key = "value"` lines. Anything else, arrays
 * of tables and values of other kinds included, is passed over.
 */
#ifndef LWI_TOML_H
#define LWI_TOML_H

#include "base/base.h"

/*
 * The string that `key` has in `table` ("" before the first header). False
 * where there is none, or it does not fit into `size` bytes.
 */
bool
lwi_toml_string(const char *text, const char *table, const char *key, char *out,
                size_t size);

#endif
