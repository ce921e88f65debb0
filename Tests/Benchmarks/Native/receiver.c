/* The bare receiver that the gateway is compared with: libmosquitto with an own loop (read until nothing comes, then
 * write the acknowledgements), MQTT 5, receive maximum 65535, a persistent session, the gateway's subscriptions. It
 * does nothing with what it receives.
 *
 *   receiver --port P --messages N --filters FILE
 * Prints `ready` when subscribed, at the end `messages=… last_ns=… cpu_ns=…`. */
#include "bench.h"

#include <getopt.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <poll.h>

static int64_t received, wanted, cpu_before, last;
static int unanswered;
static char *filters[4096];
static int filter_count;

static void on_message(struct mosquitto *client, void *context, const struct mosquitto_message *message) {
  (void)client, (void)context, (void)message;
  if (++received >= wanted) last = real_ns();
}

static void on_connect(struct mosquitto *client, void *context, int code) {
  (void)context;
  if (code != 0) die("the broker refuses the receiver: %d", code);
  for (int i = 0; i < filter_count; i++, unanswered++)
    if (mosquitto_subscribe(client, NULL, filters[i], 1) != MOSQ_ERR_SUCCESS) die("cannot subscribe %s", filters[i]);
}

static void on_subscribe(struct mosquitto *client, void *context, int packet, int count, const int *granted) {
  (void)client, (void)context, (void)packet;
  if (count != 1 || granted[0] != 1) die("a subscription was not granted at QoS 1");
  if (--unanswered > 0) return;
  puts("ready");
  fflush(stdout);
  cpu_before = cpu_ns();
}

static void read_filters(const char *path) {
  FILE *file = fopen(path, "r");
  if (!file) die("%s: %s", path, strerror(errno));
  char line[1024];
  while (filter_count < 4096 && fgets(line, sizeof line, file)) {
    line[strcspn(line, "\n")] = 0;
    if (line[0]) filters[filter_count++] = strdup(line);
  }
  fclose(file);
  if (filter_count == 0) die("%s names no filters", path);
}

int main(int argc, char **argv) {
  static const struct option options[] = {
      {"port", 1, 0, 'p'}, {"messages", 1, 0, 'n'}, {"filters", 1, 0, 'f'}, {0, 0, 0, 0}};
  int port = 1883, letter;
  while ((letter = getopt_long(argc, argv, "", options, NULL)) != -1) {
    if (letter == 'p') port = atoi(optarg);
    else if (letter == 'n') wanted = atoll(optarg);
    else if (letter == 'f') read_filters(optarg);
    else return 64;
  }
  mosquitto_lib_init();
  struct mosquitto *client = mosquitto_new("weir-benchmark-receiver", false, NULL);
  if (!client) die("out of memory");
  mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
  mosquitto_int_option(client, MOSQ_OPT_RECEIVE_MAXIMUM, 65535);
  mosquitto_threaded_set(client, true);
  mosquitto_message_callback_set(client, on_message);
  mosquitto_connect_callback_set(client, on_connect);
  mosquitto_subscribe_callback_set(client, on_subscribe);
  mosquitto_property *properties = NULL;
  mosquitto_property_add_int32(&properties, MQTT_PROP_SESSION_EXPIRY_INTERVAL, 3600);
  int code = mosquitto_connect_bind_v5(client, "127.0.0.1", port, 60, NULL, properties);
  if (code != MOSQ_ERR_SUCCESS) die("connect: %s", mosquitto_strerror(code));
  int64_t progress = mono_ns(), seen = 0;
  while (received < wanted) {
    if (received != seen) {
      seen = received;
      progress = mono_ns();
    } else if (mono_ns() - progress > 60000000000) {
      die("nothing came for a minute; %lld of %lld messages", (long long)received, (long long)wanted);
    }
    struct pollfd wait = {mosquitto_socket(client), POLLIN, 0};
    if (mosquitto_want_write(client)) wait.events |= POLLOUT;
    poll(&wait, 1, 100);
    if (wait.revents & POLLIN) {
      for (int i = 0; i < 4096 && received < wanted; i++) {
        int64_t before = received;
        code = mosquitto_loop_read(client, 1);
        if (code != MOSQ_ERR_SUCCESS) die("read: %s", mosquitto_strerror(code));
        if (received == before) break;
      }
    }
    if (mosquitto_want_write(client)) mosquitto_loop_write(client, 1);
    code = mosquitto_loop_misc(client);
    if (code != MOSQ_ERR_SUCCESS) die("lost: %s", mosquitto_strerror(code));
  }
  printf("messages=%lld last_ns=%lld cpu_ns=%lld\n", (long long)received, (long long)last,
         (long long)(cpu_ns() - cpu_before));
  return 0;
}
