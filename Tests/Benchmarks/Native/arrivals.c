/* Watches the file of a file destination and times the arrival of every first signal summary: from the end of the
 * lateness of its window (window end + lateness) until the line can be read.
 *
 *   arrivals FILE LATENESS_SECONDS      ends at SIGTERM and prints the percentiles
 */
#include "bench.h"

#include <fcntl.h>
#include <signal.h>

static volatile sig_atomic_t stopped;
static struct figures delays;

static void on_stop(int number) {
  (void)number;
  stopped = 1;
}

/* The plant's zone in the benchmark is UTC. */
static int64_t instant(const char *text) {
  struct tm fields = {0};
  if (!strptime(text, "%Y-%m-%dT%H:%M:%S", &fields)) return 0;
  return (int64_t)timegm(&fields) * 1000000000;
}

static void line(const char *text, int64_t now, int64_t lateness) {
  static const char name[] = "\"end\":\"";
  const char *revision = strstr(text, "\"revision\":0");
  if (!revision || !strchr(",}", revision[12]) || !strstr(text, "\"kind\":\"signal-summary\"")) return;
  const char *end = strstr(text, name);
  int64_t closed = end ? instant(end + sizeof name - 1) : 0;
  if (closed) figures_add(&delays, now - closed - lateness);
}

int main(int argc, char **argv) {
  if (argc != 3) return 64;
  int64_t lateness = (int64_t)(atof(argv[2]) * 1e9);
  struct sigaction action = {.sa_handler = on_stop};
  sigaction(SIGTERM, &action, NULL);
  static char buffer[1 << 20];
  size_t filled = 0;
  int file = -1;
  while (!stopped) {
    ssize_t got = 0;
    if (file < 0) file = open(argv[1], O_RDONLY);
    if (file >= 0) got = read(file, buffer + filled, sizeof buffer - 1 - filled);
    if (got <= 0) {
      struct timespec pause = {0, 2000000};
      nanosleep(&pause, NULL);
      continue;
    }
    int64_t now = real_ns();
    filled += (size_t)got;
    buffer[filled] = 0;
    char *at = buffer, *newline;
    while ((newline = memchr(at, '\n', filled - (size_t)(at - buffer)))) {
      *newline = 0;
      line(at, now, lateness);
      at = newline + 1;
    }
    filled -= (size_t)(at - buffer);
    memmove(buffer, at, filled);
    if (filled == sizeof buffer - 1) die("a line is longer than %zu bytes", sizeof buffer);
  }
  figures_print(&delays);
  return 0;
}
