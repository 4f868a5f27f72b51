/*
 * key.h - the inside of a session key: one run of bytes.
 *
 *     project root NUL | package NUL | library NUL | imports | metadata |
 *     toolchain NUL | policy class | more
 *
 * A list is: each item with 1 before it and a NUL behind it, then 0. So keys
 * that are compared byte by byte are compared member by member, and no two
 * specs give the same bytes.
 */
#ifndef LWI_CAPABILITY_KEY_H
#define LWI_CAPABILITY_KEY_H

#include <lean_worker/key.h>

/* The bytes; equal for equal keys. Borrowed from the key. */
lw_span
lwi_session_key_identity(const lw_session_key *key);

#endif
