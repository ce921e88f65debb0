/* Stands between broker and gateway and times every message: from the time of publication in its payload ("sent", µs)
 * until the gateway's acknowledgement passes by. The gateway acknowledges after its journal is synced, so that this is
 * an upper bound of the time from publication to durable.
 *
 *   probe --port P --broker B      ends at SIGTERM and prints the percentiles
 */
#include "bench.h"

#include <getopt.h>
#include <poll.h>
#include <signal.h>

/* One direction: bytes go on at once; a copy is cut into packets. */
struct stream {
  int from, to;
  uint8_t bytes[1 << 20];
  size_t count;
};

static volatile sig_atomic_t stopped;
static int64_t published[65536];
static struct figures latencies;

static void on_stop(int number) {
  (void)number;
  stopped = 1;
}

static void write_all(int file, const uint8_t *bytes, size_t count) {
  while (count > 0) {
    ssize_t written = write(file, bytes, count);
    if (written <= 0) die("write: %s", strerror(errno));
    bytes += written;
    count -= (size_t)written;
  }
}

static void to_gateway(const uint8_t *packet, size_t head, size_t length) {
  if (packet[0] >> 4 != 3 || (packet[0] & 6) != 2) return;
  const uint8_t *body = packet + head;
  size_t topic = (size_t)body[0] << 8 | body[1];
  if (topic + 4 > length) return;
  size_t identifier = (size_t)body[2 + topic] << 8 | body[3 + topic];
  static const char name[] = "\"sent\":";
  const char *found = memmem(body, length, name, sizeof name - 1);
  published[identifier] = found && found + sizeof name + 15 < (const char *)body + length
                              ? strtoll(found + sizeof name - 1, NULL, 10) * 1000
                              : 0;
}

static void to_broker(const uint8_t *packet, size_t head, int64_t now) {
  if (packet[0] >> 4 != 4) return;
  size_t identifier = (size_t)packet[head] << 8 | packet[head + 1];
  if (published[identifier]) figures_add(&latencies, now - published[identifier]);
  published[identifier] = 0;
}

/* False at the end of the stream. */
static int pass_on(struct stream *s, int from_broker) {
  ssize_t got = read(s->from, s->bytes + s->count, sizeof s->bytes - s->count);
  if (got <= 0) return 0;
  int64_t now = real_ns();
  write_all(s->to, s->bytes + s->count, (size_t)got);
  s->count += (size_t)got;
  size_t at = 0, length;
  while (s->count - at >= 2) {
    size_t digits = read_length(s->bytes + at + 1, s->count - at - 1, &length);
    if (digits == 0 || s->count - at < 1 + digits + length) break;
    if (from_broker) to_gateway(s->bytes + at, 1 + digits, length);
    else to_broker(s->bytes + at, 1 + digits, now);
    at += 1 + digits + length;
  }
  memmove(s->bytes, s->bytes + at, s->count - at);
  s->count -= at;
  return 1;
}

static void serve(int gateway, int broker) {
  static struct stream down, up;
  down = (struct stream){.from = broker, .to = gateway};
  up = (struct stream){.from = gateway, .to = broker};
  int one = 1;
  setsockopt(gateway, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  while (!stopped) {
    struct pollfd waits[2] = {{broker, POLLIN, 0}, {gateway, POLLIN, 0}};
    if (poll(waits, 2, 1000) < 0) continue;
    if (waits[0].revents && !pass_on(&down, 1)) break;
    if (waits[1].revents && !pass_on(&up, 0)) break;
  }
  close(gateway);
  close(broker);
}

int main(int argc, char **argv) {
  static const struct option options[] = {{"port", 1, 0, 'p'}, {"broker", 1, 0, 'b'}, {0, 0, 0, 0}};
  int port = 0, broker = 0, letter;
  while ((letter = getopt_long(argc, argv, "", options, NULL)) != -1) {
    if (letter == 'p') port = atoi(optarg);
    else if (letter == 'b') broker = atoi(optarg);
    else return 64;
  }
  struct sigaction action = {.sa_handler = on_stop};
  sigaction(SIGTERM, &action, NULL);
  signal(SIGPIPE, SIG_IGN);
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
  struct sockaddr_in address = loopback(port);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 4) != 0)
    die("cannot listen on %d: %s", port, strerror(errno));
  while (!stopped) {
    int gateway = accept(listener, NULL, NULL);
    if (gateway >= 0) serve(gateway, connect_loopback(broker));
  }
  figures_print(&latencies);
  return 0;
}
