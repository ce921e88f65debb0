/* The plant of the benchmark over raw sockets, QoS 1: as fast as the broker takes it, or at a rate.
 *
 *   publisher --port P --messages N [--rate R] [--connections C] [--window W]
 *   publisher … --stations LAG       only results of the stations, of units that pass them one after the other, LAG units
 *                                    later at each than at the one before
 *   publisher … --without-stations   only meters and machine signals
 *   publisher --dump FILE --messages N --rate R     the same messages with a clock of their own, one line each:
 *                                                   topic, tab, payload
 * Prints `messages=… bytes=… started_ns=… ended_ns=… cpu_ns=…` (times: wall clock). */
#include "plant.h"

#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>

enum { BUFFER = 1 << 17, BURST = 1 << 15, MAX_CONNECTIONS = 64 };

struct connection {
  int file;
  uint8_t *out, in[4096];
  size_t filled, written, pending;
  int64_t sent, acknowledged;
  uint16_t packet;
};

static int64_t bytes;

static void open_connection(struct connection *c, int port, int number, int gathered) {
  c->file = connect_loopback(port);
  c->out = malloc(BUFFER);
  c->packet = 1;
  if (!c->out) die("out of memory");
  uint8_t packet[64] = {0x10, 0, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0};
  int length = snprintf((char *)packet + 14, 40, "weir-benchmark-%d-%d", (int)getpid(), number);
  packet[1] = (uint8_t)(12 + length);
  packet[13] = (uint8_t)length;
  if (write(c->file, packet, (size_t)length + 14) != length + 14) die("cannot write CONNECT");
  uint8_t answer[4];
  for (size_t got = 0; got < 4;) {
    ssize_t count = read(c->file, answer + got, 4 - got);
    if (count <= 0) die("the broker closed the connection");
    got += (size_t)count;
  }
  if (answer[0] != 0x20 || answer[3] != 0) die("the broker refuses the connection: %d", answer[3]);
  fcntl(c->file, F_SETFL, O_NONBLOCK);
  /* The broker sends every acknowledgement alone. Waking up for many together leaves the cores to what is measured. */
  if (gathered > 4) setsockopt(c->file, SOL_SOCKET, SO_RCVLOWAT, &gathered, sizeof gathered);
}

static void append(struct connection *c, struct source *s) {
  plant_fill(s, real_ns() / 1000);
  uint8_t *at = c->out + c->filled;
  *at++ = 0x32;
  at += write_length(at, 4u + s->topic_length + s->length);
  *at++ = (uint8_t)(s->topic_length >> 8);
  *at++ = (uint8_t)s->topic_length;
  memcpy(at, s->topic, s->topic_length);
  at += s->topic_length;
  *at++ = (uint8_t)(c->packet >> 8);
  *at++ = (uint8_t)c->packet;
  if (++c->packet == 0) c->packet = 1;
  memcpy(at, s->payload, s->length);
  c->filled = (size_t)(at - c->out) + s->length;
  c->sent++;
  bytes += s->length;
}

static void flush_out(struct connection *c) {
  if (c->written == c->filled) return;
  ssize_t count = write(c->file, c->out + c->written, c->filled - c->written);
  if (count < 0 && errno != EAGAIN) die("write: %s", strerror(errno));
  if (count > 0) c->written += (size_t)count;
  if (c->written == c->filled) c->written = c->filled = 0;
}

static void take_acknowledgements(struct connection *c) {
  ssize_t count;
  while ((count = read(c->file, c->in + c->pending, sizeof c->in - c->pending)) > 0) {
    c->pending += (size_t)count;
    size_t at = 0;
    for (; c->pending - at >= 4; at += 4) {
      if (c->in[at] != 0x40) die("unexpected packet %02x", c->in[at]);
      c->acknowledged++;
    }
    memmove(c->in, c->in + at, c->pending - at);
    c->pending -= at;
  }
  if (count == 0) die("the broker closed the connection");
  if (errno != EAGAIN) die("read: %s", strerror(errno));
}

static int dump(const char *path, int64_t messages, double rate) {
  FILE *file = fopen(path, "w");
  if (!file) die("%s: %s", path, strerror(errno));
  /* At the begin of a minute, so that equal numbers of messages see equal numbers of windows close. */
  int64_t start = real_ns() / 1000 / 60000000 * 60000000;
  for (int64_t i = 0; i < messages; i++) {
    struct source *s = &plant[plant_order[i % TOPICS]];
    plant_fill(s, start + (int64_t)((double)i * 1e6 / rate));
    fprintf(file, "%s\t%.*s\n", s->topic, s->length, s->payload);
  }
  if (fclose(file) != 0) die("%s: %s", path, strerror(errno));
  return 0;
}

int main(int argc, char **argv) {
  static const struct option options[] = {{"port", 1, 0, 'p'},   {"messages", 1, 0, 'n'}, {"rate", 1, 0, 'r'},
                                          {"dump", 1, 0, 'd'},   {"window", 1, 0, 'w'},   {"connections", 1, 0, 'c'},
                                          {"stations", 1, 0, 's'}, {"without-stations", 0, 0, 'o'},
                                          {0, 0, 0, 0}};
  int port = 1883, count = 8, letter, first = 0, end = TOPICS;
  int64_t messages = 100000, window = 1000;
  double rate = 0;
  const char *path = NULL;
  while ((letter = getopt_long(argc, argv, "", options, NULL)) != -1) {
    if (letter == 'p') port = atoi(optarg);
    else if (letter == 'n') messages = atoll(optarg);
    else if (letter == 'r') rate = atof(optarg);
    else if (letter == 'd') path = optarg;
    else if (letter == 'w') window = atoll(optarg);
    else if (letter == 'c') count = atoi(optarg);
    else if (letter == 's') first = TOPICS - STATIONS, plant_lag = atoll(optarg);
    else if (letter == 'o') end = TOPICS - STATIONS;
    else return 64;
  }
  signal(SIGPIPE, SIG_IGN);
  plant_build();
  if (path) return dump(path, messages, rate > 0 ? rate : 5000);
  if (count < 1 || count > MAX_CONNECTIONS) return 64;
  int topics = 0;
  for (int i = 0; i < TOPICS; i++)
    if (plant_order[i] >= first && plant_order[i] < end) plant_order[topics++] = plant_order[i];

  static struct connection connections[MAX_CONNECTIONS];
  int gathered = rate > 0 ? 4 : (int)window;
  for (int i = 0; i < count; i++) open_connection(&connections[i], port, i, gathered);
  int64_t started = real_ns(), begin = mono_ns(), sent = 0, acknowledged = 0, progress = begin;
  /* Of each topic every message goes over the same connection, as from a device: topics are dealt out in turn. */
  int64_t next[MAX_CONNECTIONS];
  for (int i = 0; i < count; i++) next[i] = i;
  while (acknowledged < messages) {
    int64_t now = mono_ns();
    int64_t allowed = rate > 0 ? (int64_t)((double)(now - begin) * 1e-9 * rate) + 1 : messages;
    if (allowed > messages) allowed = messages;
    for (int i = 0; i < count; i++) {
      struct connection *c = &connections[i];
      if (c->filled == 0)
        while (sent < allowed && c->filled < BURST && c->sent - c->acknowledged < window &&
               (rate <= 0 || c->sent * count <= sent)) {
          append(c, &plant[plant_order[next[i] % topics]]);
          next[i] += count;
          /* The round ends at another place than it began: keep to this connection's topics. */
          if (next[i] >= topics) next[i] = i;
          sent++;
        }
      flush_out(c);
      take_acknowledgements(c);
    }
    int64_t before = acknowledged;
    acknowledged = 0;
    for (int i = 0; i < count; i++) acknowledged += connections[i].acknowledged;
    if (acknowledged != before) progress = now;
    if (now - progress > 60000000000) die("no acknowledgement for a minute");
    if (rate > 0) {
      struct timespec pause = {0, 500000};
      nanosleep(&pause, NULL);
    } else {
      struct pollfd waits[MAX_CONNECTIONS];
      for (int i = 0; i < count; i++)
        waits[i] = (struct pollfd){connections[i].file, (short)(POLLIN | (connections[i].filled ? POLLOUT : 0)), 0};
      poll(waits, (nfds_t)count, 5);
    }
  }
  int64_t ended = real_ns();
  for (int i = 0; i < count; i++) {
    static const uint8_t disconnect[2] = {0xe0, 0};
    if (write(connections[i].file, disconnect, 2) != 2) die("cannot disconnect");
    close(connections[i].file);
  }
  printf("messages=%lld bytes=%lld started_ns=%lld ended_ns=%lld cpu_ns=%lld\n", (long long)messages, (long long)bytes,
         (long long)started, (long long)ended, (long long)cpu_ns());
  return 0;
}
