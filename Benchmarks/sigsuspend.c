// Preloaded where valgrind counts: some versions (3.19) write to the mask that sigsuspend is given, and crash on the one that
// the main thread of libdispatch waits with, a constant.
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

int sigsuspend(const sigset_t *mask) {
    sigset_t copy = *mask;
    return (int)syscall(SYS_rt_sigsuspend, &copy, _NSIG / 8);
}
