#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

/* A program that was started without one of its three streams (`>&-`) would give that number to the first file or socket
   that it opens, and write its results there. So the number is taken before anything else is opened, which in Swift's own
   code would be too late: its runtime opens some by then. Using the stream fails, as it does where it is closed. */
__attribute__((constructor)) static void hold_standard_streams(void) {
    for (int number = 0; number <= 2; number++) {
        if (fcntl(number, F_GETFD) >= 0 || errno != EBADF) continue;
        if (open("/dev/null", number == 0 ? O_WRONLY : O_RDONLY) != number) abort();
    }
}
