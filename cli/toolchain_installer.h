/*
 * toolchain_installer.h - running the installer of the embedded toolchain.
 */
#ifndef CLI_TOOLCHAIN_INSTALLER_H
#define CLI_TOOLCHAIN_INSTALLER_H

/*
 * The installer's path in argv[0]; argv is complete otherwise. Becomes the
 * installer, or gives 2 with a message that begins with `command`.
 */
int
installer_become(const char *command, const char **argv);

/*
 * Runs it and waits. Gives its exit code, 128 + N where signal N ended it, or
 * 2 with a message.
 */
int
installer_run(const char *command, const char **argv);

#endif
