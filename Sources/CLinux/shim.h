// What the gateway needs of glibc beyond Swift's Glibc module: settings of its memory allocator.
#include <malloc.h>
