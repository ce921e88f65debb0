// What the gateway needs of Linux beyond Swift's Glibc module: settings of the memory allocator, and whether the kernel
// takes the clock for synchronised.
#include <malloc.h>
#include <sys/timex.h>
// A GNU extension that the imported header hides.
extern int posix_spawn_file_actions_addclosefrom_np(void *actions, int from);
