/*
 * program.c - can this file be executed here?
 *
 * Only the first bytes are read. A wrong processor is the usual case (a home
 * folder shared by machines, a container of another platform), and exec would
 * call it "Exec format error".
 */
#include "toolchain/program.h"

#include <elf.h>
#include <fcntl.h>

#include "base/path.h"

#if defined(__x86_64__)
#define OUR_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define OUR_MACHINE EM_AARCH64
#elif defined(__riscv)
#define OUR_MACHINE EM_RISCV
#else
#define OUR_MACHINE EM_NONE /* not known: exec will tell */
#endif

#define OUR_CLASS (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32)

static const char *
machine_name(unsigned machine)
{
    switch (machine) {
    case EM_386:
        return "x86 (32 bits)";
    case EM_X86_64:
        return "x86_64";
    case EM_ARM:
        return "arm (32 bits)";
    case EM_AARCH64:
        return "aarch64";
    case EM_RISCV:
        return "riscv";
    default:
        return "another processor";
    }
}

/* NULL where it is not the program file of a known other system. */
static const char *
other_system(const unsigned char *bytes, size_t size)
{
    static const unsigned char macho[][4] = {
        { 0xcf, 0xfa, 0xed, 0xfe },
        { 0xce, 0xfa, 0xed, 0xfe },
        { 0xca, 0xfe, 0xba, 0xbe },
    };
    size_t i;

    if (size >= 2 && memcmp(bytes, "MZ", 2) == 0)
        return "is a program for Windows";
    for (i = 0; size >= 4 && i < LWI_COUNT(macho); i++) {
        if (memcmp(bytes, macho[i], 4) == 0)
            return "is a program for macOS";
    }
    return NULL;
}

static int
refuse(char **problem, char *text)
{
    *problem = text;
    return text == NULL ? LW_ENOMEM : LW_OK;
}

/* Of two bytes in the file's own order. */
static unsigned
number_at(const unsigned char *bytes, size_t at)
{
    return bytes[EI_DATA] == ELFDATA2MSB
               ? (unsigned)bytes[at] << 8 | bytes[at + 1]
               : (unsigned)bytes[at + 1] << 8 | bytes[at];
}

static int
examine_elf(const unsigned char *bytes, char **problem)
{
    unsigned machine = number_at(bytes, 18);

    if (OUR_MACHINE == EM_NONE ||
        (machine == OUR_MACHINE && bytes[EI_CLASS] == OUR_CLASS))
        return LW_OK;
    return refuse(problem,
                  lwi_path_printf("is a program for %s, and this one is for "
                                  "%s",
                                  machine_name(machine),
                                  machine_name(OUR_MACHINE)));
}

static ssize_t
read_start(const char *path, unsigned char *bytes, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    ssize_t n;

    if (fd < 0)
        return -1;
    do {
        n = read(fd, bytes, size);
    } while (n < 0 && errno == EINTR);
    close(fd);
    return n;
}

int
lwi_program_examine(const char *path, char **problem)
{
    unsigned char bytes[20] = { 0 };
    const char *other;
    ssize_t n;

    *problem = NULL;
    if (!lwi_path_is_file(path))
        return refuse(problem, lwi_path_printf("is not there as a file: %s",
                                               strerror(errno)));
    if (access(path, X_OK) != 0)
        return refuse(problem, lwi_path_printf("cannot be executed: %s",
                                               strerror(errno)));
    n = read_start(path, bytes, sizeof(bytes));
    if (n < 0)
        return LW_OK; /* it may be executable and not readable */
    other = other_system(bytes, (size_t)n);
    if (other != NULL)
        return refuse(problem, lwi_path_printf("%s", other));
    if (n == (ssize_t)sizeof(bytes) && memcmp(bytes, ELFMAG, SELFMAG) == 0)
        return examine_elf(bytes, problem);
    if (n >= 2 && memcmp(bytes, "#!", 2) == 0)
        return LW_OK;
    return refuse(problem, lwi_path_printf("is not a program"));
}

int
lwi_library_examine(const char *path, char **problem)
{
    unsigned char bytes[20] = { 0 };
    const char *other;
    ssize_t n;

    *problem = NULL;
    if (!lwi_path_is_file(path))
        return refuse(problem, lwi_path_printf("is not there as a file: %s",
                                               strerror(errno)));
    n = read_start(path, bytes, sizeof(bytes));
    if (n < 0)
        return refuse(problem,
                      lwi_path_printf("cannot be read: %s", strerror(errno)));
    other = other_system(bytes, (size_t)n);
    if (other != NULL)
        return refuse(problem, lwi_path_printf("%s", other));
    if (n < (ssize_t)sizeof(bytes) || memcmp(bytes, ELFMAG, SELFMAG) != 0 ||
        number_at(bytes, 16) != ET_DYN)
        return refuse(problem, lwi_path_printf("is no shared library"));
    return examine_elf(bytes, problem);
}
