/* Asks the gateway's control socket; far cheaper than `weir status`, so that asking does not disturb the measurement.
 *
 *   ask SOCKET get NAME…                     prints the numbers, one line; a NAME is object.member (`messages.received`)
 *   ask SOCKET wait SECONDS EVERY_MS [NAME>=N | NAME<=N]…
 *                                            until all hold; prints the wall clock (ns) of the answer; 1 = in vain
 */
#include "bench.h"

#include <ctype.h>
#include <sys/un.h>

static char answer[1 << 22];

/* False if nobody answers yet. */
static int fetch(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
  int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  size_t count = 0;
  static const char request[] = "GET /v1/status HTTP/1.1\r\nHost: weir\r\nConnection: close\r\n\r\n";
  if (file >= 0 && connect(file, (struct sockaddr *)&address, sizeof address) == 0 &&
      write(file, request, sizeof request - 1) == (ssize_t)(sizeof request - 1)) {
    ssize_t got;
    while (count < sizeof answer - 1 && (got = read(file, answer + count, sizeof answer - 1 - count)) > 0)
      count += (size_t)got;
  }
  if (file >= 0) close(file);
  answer[count] = 0;
  return count > 12 && strncmp(answer + 9, "200", 3) == 0;
}

static const char *after(const char *text, const char *name, size_t length) {
  for (const char *at = text; (at = memmem(at, strlen(at), name, length)); at += length) {
    const char *next = at + length;
    if (at[-1] != '"' || *next != '"') continue;
    for (next++; isspace((unsigned char)*next);) next++;
    if (*next == ':') return next + 1;
  }
  return NULL;
}

/* The number at `a.b`: the first member b after a member a. -1 if there is none. */
static double number(const char *name) {
  const char *at = strstr(answer, "\r\n\r\n");
  while (at && *name) {
    size_t length = strcspn(name, ".");
    at = after(at, name, length);
    name += length + (name[length] == '.');
  }
  return at ? strtod(at, NULL) : -1;
}

static int holds(const char *condition) {
  const char *operation = strpbrk(condition, "<>");
  if (!operation || operation[1] != '=') die("%s is no condition", condition);
  char name[64];
  snprintf(name, sizeof name, "%.*s", (int)(operation - condition), condition);
  double value = number(name), bound = atof(operation + 2);
  return value >= 0 && (*operation == '>' ? value >= bound : value <= bound);
}

int main(int argc, char **argv) {
  if (argc >= 4 && strcmp(argv[2], "get") == 0) {
    if (!fetch(argv[1])) die("no answer on %s", argv[1]);
    for (int i = 3; i < argc; i++) printf("%.3f%c", number(argv[i]), i + 1 < argc ? ' ' : '\n');
    return 0;
  }
  if (argc < 5 || strcmp(argv[2], "wait") != 0) return 64;
  int64_t end = mono_ns() + (int64_t)(atof(argv[3]) * 1e9);
  while (mono_ns() < end) {
    int done = fetch(argv[1]);
    int64_t now = real_ns();
    for (int i = 5; done && i < argc; i++) done = holds(argv[i]);
    if (done) {
      printf("%lld\n", (long long)now);
      return 0;
    }
    usleep((useconds_t)(atof(argv[4]) * 1000));
  }
  fprintf(stderr, "waited %s s in vain for:", argv[3]);
  for (int i = 5; i < argc; i++) {
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(argv[i], "<>"), argv[i]);
    fprintf(stderr, " %s (is %.0f)", argv[i], number(name));
  }
  fputc('\n', stderr);
  return 1;
}
