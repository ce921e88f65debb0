/* What the native programs of the benchmark share: clocks, sockets, percentiles. */
#ifndef BENCH_H
#define BENCH_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static inline int64_t clock_ns(clockid_t id) {
  struct timespec t;
  clock_gettime(id, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}
static inline int64_t real_ns(void) { return clock_ns(CLOCK_REALTIME); }
static inline int64_t mono_ns(void) { return clock_ns(CLOCK_MONOTONIC); }
/* CPU time of this process, user and system. */
static inline int64_t cpu_ns(void) { return clock_ns(CLOCK_PROCESS_CPUTIME_ID); }

__attribute__((noreturn, format(printf, 1, 2))) static inline void die(const char *format, ...) {
  va_list list;
  va_start(list, format);
  vfprintf(stderr, format, list);
  va_end(list);
  fputc('\n', stderr);
  exit(1);
}

static inline struct sockaddr_in loopback(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

static inline int connect_loopback(int port) {
  struct sockaddr_in address = loopback(port);
  int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (file < 0 || connect(file, (struct sockaddr *)&address, sizeof address) != 0)
    die("cannot connect to 127.0.0.1:%d: %s", port, strerror(errno));
  int one = 1;
  setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return file;
}

/* The remaining length of an MQTT packet. Returns the bytes it takes, 0 if there are not enough yet. */
static inline size_t read_length(const uint8_t *bytes, size_t count, size_t *length) {
  *length = 0;
  for (size_t i = 0; i < count && i < 4; i++) {
    *length |= (size_t)(bytes[i] & 127) << (7 * i);
    if (!(bytes[i] & 128)) return i + 1;
  }
  return 0;
}

static inline size_t write_length(uint8_t *bytes, size_t length) {
  size_t at = 0;
  do {
    uint8_t byte = length % 128;
    length /= 128;
    bytes[at++] = length ? byte | 128 : byte;
  } while (length);
  return at;
}

/* Values of which percentiles are wanted; grows as needed. */
struct figures {
  int64_t *values;
  size_t count, capacity;
};

static inline void figures_add(struct figures *all, int64_t value) {
  if (all->count == all->capacity) {
    all->capacity = all->capacity ? all->capacity * 2 : 1 << 16;
    all->values = realloc(all->values, all->capacity * sizeof *all->values);
    if (!all->values) die("out of memory");
  }
  all->values[all->count++] = value;
}

static inline int figures_compare(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

/* Prints `count=… p50_ms=… p99_ms=… max_ms=…`; values are nanoseconds. */
static inline void figures_print(struct figures *all) {
  if (all->count == 0) {
    printf("count=0\n");
    return;
  }
  qsort(all->values, all->count, sizeof *all->values, figures_compare);
  printf("count=%zu p50_ms=%.3f p99_ms=%.3f max_ms=%.3f\n", all->count, all->values[all->count / 2] / 1e6,
         all->values[(size_t)((double)(all->count - 1) * 0.99)] / 1e6, all->values[all->count - 1] / 1e6);
}

#endif
