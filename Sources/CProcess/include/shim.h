// Swift can't call functions with a variable number of arguments, which prctl is.
#ifdef __linux__
#include <sys/prctl.h>
static inline int gatehouse_forbid_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }
#else
static inline int gatehouse_forbid_dumps(void) { return 0; }
#endif
