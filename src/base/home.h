/*
 * home.h - where this library itself lies.
 */
#ifndef LWI_HOME_H
#define LWI_HOME_H

/*
 * The folder of the shared library that this code is in, so that an
 * installation can be moved as a whole. Absolute, without symbolic links,
 * owned by the caller (lwi_system_allocator). NULL where the library is linked
 * into the program, whose own folder then says all, where its file is not
 * known, and without memory.
 */
char *
lwi_home_folder(void);

#endif
