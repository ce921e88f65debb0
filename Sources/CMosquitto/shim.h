// libmosquitto with MQTT 5: the client library and the protocol's constants.
#include <mosquitto.h>
#include <mqtt_protocol.h>
// What its poll loop needs of Linux beyond Swift's Glibc module.
#include <sys/eventfd.h>
// A GNU extension (glibc 2.34) that the imported header hides; the first parameter is posix_spawn_file_actions_t *.
extern int posix_spawn_file_actions_addclosefrom_np(void *actions, int from);
