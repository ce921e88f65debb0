// What the gateway needs of Linux beyond Swift's Glibc module: settings of the memory allocator, and whether the kernel
// takes the clock for synchronised.
#include <malloc.h>
#include <sys/timex.h>
