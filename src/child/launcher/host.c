/*
 * host.c - native Lean inside of this process.
 *
 * bin/lean of a toolchain is a few lines that call lean_main of its shared
 * library. Calling it here, and not by exec, lets the process be prepared in
 * ways that exec would undo: the handler of faults is set before Lean looks,
 * and Lean leaves one that is there.
 *
 * The handler tells two deaths apart that look the same from outside. A stack
 * that is used up by large frames jumps over the guard page that Lean knows,
 * and ends in the same SIGSEGV as a stray pointer. It says which it is, and
 * lets the fault take its course. It runs on the alternate stack of the thread,
 * which Lean gives to each of its own: 8 KiB, so it does little.
 */
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <ucontext.h>
#include <unistd.h>

#include "launcher.h"

typedef int (*lean_main_fn)(int argc, char **argv);

/* A fault this near to the stack pointer hit the end of the stack. */
#define NEAR_STACK ((uintptr_t)2 << 20)

/* 0 where this machine's registers are not known here. */
static uintptr_t
stack_pointer(const ucontext_t *context)
{
#if defined(__x86_64__)
    return (uintptr_t)context->uc_mcontext.gregs[REG_RSP];
#elif defined(__aarch64__)
    return (uintptr_t)context->uc_mcontext.sp;
#else
    (void)context;
    return 0;
#endif
}

static bool
is_end_of_stack(const siginfo_t *info, const ucontext_t *context)
{
    uintptr_t sp = stack_pointer(context), at = (uintptr_t)info->si_addr;

    return sp != 0 && info->si_code > 0 &&
           (at > sp ? at - sp : sp - at) < NEAR_STACK;
}

static void
on_fault(int number, siginfo_t *info, void *context)
{
    static const char overflow[] = LWI_STACK_USED_UP "\n";
    static const char fault[] = "lean-worker-child: a fault in memory\n";
    bool stack = is_end_of_stack(info, context);

    signal(number, SIG_DFL);
    if (write(2, stack ? overflow : fault,
              (stack ? sizeof(overflow) : sizeof(fault)) - 1) < 0)
        (void)0; /* the signal says it as well */
    /* A real fault happens again at once, and has its address; others not. */
    if (info->si_code <= 0)
        raise(number);
}

static void
watch_faults(void)
{
    static char memory[64 * 1024];
    stack_t stack = { .ss_sp = memory, .ss_size = sizeof(memory) };
    struct sigaction action = { .sa_sigaction = on_fault,
                                .sa_flags = SA_SIGINFO | SA_ONSTACK };

    sigemptyset(&action.sa_mask);
    sigaltstack(&stack, NULL);
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
}

static lean_main_fn lean_main;
static void *host; /* as of dlopen */

bool
load_host(const char *library)
{
    void *entry;

    host = dlopen(library, RTLD_NOW | RTLD_GLOBAL);
    entry = host != NULL ? find_in_host("lean_main") : NULL;
    if (entry == NULL) {
        fprintf(stderr, "lean-worker-child: Lean's library: %s\n", dlerror());
        return false;
    }
    memcpy(&lean_main, &entry, sizeof(entry)); /* C has no cast for it */
    return true;
}

void *
find_in_host(const char *name)
{
    return dlsym(host, name);
}

int
become_host(char **command)
{
    int count = 0;

    while (command[count] != NULL)
        count++;
    prctl(PR_SET_NAME, "lean");
    watch_faults();
    return lean_main(count, command);
}
