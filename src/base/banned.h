/*
 * banned.h - functions that have no place here, turned into compile errors.
 *
 * Each of them has bitten every C project at least once. It is included last
 * by base.h, after the system headers that declare them.
 */
#ifndef LWI_BANNED_H
#define LWI_BANNED_H

#define LWI_BANNED(name) lwi_##name##_is_banned_see_banned_h

#undef strcpy
#undef strcat
#undef strncpy
#undef strncat
#undef sprintf
#undef vsprintf
#undef strtok
#undef atoi
#undef atol
#undef gets
#undef system
#undef fork
#undef vfork
#undef alloca

#define strcpy(...) LWI_BANNED(strcpy)   /* no bound: use lwi_text_copy */
#define strcat(...) LWI_BANNED(strcat)   /* no bound: use lwi_buf */
#define strncpy(...) LWI_BANNED(strncpy) /* may leave no NUL */
#define strncat(...) LWI_BANNED(strncat) /* bound of the wrong thing */
#define sprintf(...) LWI_BANNED(sprintf) /* no bound: use snprintf */
#define vsprintf(...) LWI_BANNED(vsprintf)
#define strtok(...) LWI_BANNED(strtok) /* hidden state */
#define atoi(...) LWI_BANNED(atoi)     /* no error: use lwi_parse_u64 */
#define atol(...) LWI_BANNED(atol)
#define gets(...) LWI_BANNED(gets)
#define system(...) LWI_BANNED(system) /* a shell: use lwi_spawn */
#define fork() LWI_BANNED(fork)        /* threads: use lwi_spawn */
#define vfork() LWI_BANNED(vfork)
#define alloca(...) LWI_BANNED(alloca)

#endif
