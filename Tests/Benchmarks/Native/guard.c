/* A guard door that opens and closes, and whoever is called for it: times each opening from its publication until the
 * notification arrives on the topic of the loopback destination.
 *
 *   guard --port P --topic T --listen L --seconds N      prints the percentiles at the end, and `missed=…`
 */
#include "bench.h"

#include <getopt.h>
#include <mosquitto.h>

static int heard_opened, heard_recovered, subscribed;

static void on_message(struct mosquitto *client, void *context, const struct mosquitto_message *message) {
  (void)client, (void)context;
  static const char opened[] = "\"what\":\"opened\"", recovered[] = "\"what\":\"recovered\"";
  if (memmem(message->payload, (size_t)message->payloadlen, opened, sizeof opened - 1)) heard_opened = 1;
  if (memmem(message->payload, (size_t)message->payloadlen, recovered, sizeof recovered - 1)) heard_recovered = 1;
}

static void on_subscribe(struct mosquitto *client, void *context, int packet, int count, const int *granted) {
  (void)client, (void)context, (void)packet, (void)count, (void)granted;
  subscribed = 1;
}

static void say(struct mosquitto *client, const char *topic, const char *door) {
  char text[128];
  int length = snprintf(text, sizeof text, "{\"ts\":%lld,\"door\":\"%s\"}", (long long)(real_ns() / 1000000), door);
  if (mosquitto_publish(client, NULL, topic, length, text, 1, 0) != MOSQ_ERR_SUCCESS) die("cannot publish");
}

/* Runs the connection until the flag is set, at most so long. */
static int wait_for(struct mosquitto *client, int *flag, int64_t until) {
  while (!*flag && mono_ns() < until)
    if (mosquitto_loop(client, 5, 1) != MOSQ_ERR_SUCCESS) die("the connection is lost");
  return *flag;
}

int main(int argc, char **argv) {
  static const struct option options[] = {
      {"port", 1, 0, 'p'}, {"topic", 1, 0, 't'}, {"listen", 1, 0, 'l'}, {"seconds", 1, 0, 's'}, {0, 0, 0, 0}};
  int port = 1883, seconds = 30, letter, missed = 0;
  const char *topic = "plant/guard-1", *listen = "duty";
  while ((letter = getopt_long(argc, argv, "", options, NULL)) != -1) {
    if (letter == 'p') port = atoi(optarg);
    else if (letter == 't') topic = optarg;
    else if (letter == 'l') listen = optarg;
    else if (letter == 's') seconds = atoi(optarg);
    else return 64;
  }
  mosquitto_lib_init();
  struct mosquitto *client = mosquitto_new("bench-guard", true, NULL);
  if (!client) die("out of memory");
  mosquitto_message_callback_set(client, on_message);
  mosquitto_subscribe_callback_set(client, on_subscribe);
  mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1);
  if (mosquitto_connect(client, "127.0.0.1", port, 60) != MOSQ_ERR_SUCCESS) die("cannot connect to %d", port);
  if (mosquitto_subscribe(client, NULL, listen, 1) != MOSQ_ERR_SUCCESS) die("cannot subscribe %s", listen);
  if (!wait_for(client, &subscribed, mono_ns() + 10000000000)) die("no answer to the subscription");
  static struct figures latencies;
  int64_t end = mono_ns() + (int64_t)seconds * 1000000000;
  say(client, topic, "closed");
  /* Two readings of one millisecond would be one. */
  int never = 0;
  wait_for(client, &never, mono_ns() + 100000000);
  /* Not in step with anything of the gateway. */
  unsigned pause = 60;
  while (mono_ns() < end) {
    heard_opened = heard_recovered = 0;
    int64_t begin = mono_ns();
    say(client, topic, "open");
    if (wait_for(client, &heard_opened, begin + 5000000000)) figures_add(&latencies, mono_ns() - begin);
    else missed++;
    say(client, topic, "closed");
    wait_for(client, &heard_recovered, mono_ns() + 2000000000);
    pause = pause * 29 % 83;
    wait_for(client, &never, mono_ns() + (int64_t)(20 + pause) * 1000000);
  }
  figures_print(&latencies);
  printf("missed=%d\n", missed);
  return 0;
}
