/*
 * utf8.h - is this text? Shared by both sides, free of any library.
 */
#ifndef LWI_UTF8_H
#define LWI_UTF8_H

#include <stddef.h>
#include <stdint.h>

/*
 * Offset of the first byte that is not valid UTF-8 (overlong forms,
 * surrogates and code points over U+10FFFF are not), or size.
 */
size_t
lwi_utf8_valid_prefix(const char *data, size_t size);

#endif
