#ifndef WEIR_CKISSFFT_SHIM_H
#define WEIR_CKISSFFT_SHIM_H
/* Debian's library computes in single precision (libkissfft-float). */
#include <kissfft/kiss_fftr.h>
#endif
