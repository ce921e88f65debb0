/* The plant of the benchmark as messages: 900 meters (11 signals in a message), 1,400 machine signals (each an asset
 * and a topic of its own, 1 signal in a message), 50 vision stations (1 event in a message).
 *
 * Every topic has its payload ready; only digits of fixed places are written for each message, so that the publisher
 * takes next to nothing of the two cores that are measured. */
#ifndef PLANT_H
#define PLANT_H

#include "bench.h"

enum { METERS = 900, MACHINES = 1400, STATIONS = 50, TOPICS = METERS + MACHINES + STATIONS, MAX_PAYLOAD = 400 };

struct place {
  uint16_t at, width;
};

struct source {
  char topic[48];
  char payload[MAX_PAYLOAD + 1];
  uint16_t topic_length, length;
  /* Device time (ms), time of publication (µs), number of the message. */
  struct place time, sent, sequence;
  struct place registers[3];
  struct place gauges[8];
  struct place unit, verdict, attempt;
  int kilowatts;
  /* Of a line, from 0; units that have passed it; the last one was rejected and comes again. */
  int station, is_mended;
  int64_t passed;
  int64_t last_time;
  int64_t messages;
};

/* Positions of all sources in the order in which they publish: kinds mixed evenly. */
static struct source plant[TOPICS];
static uint16_t plant_order[TOPICS];

static inline void put(struct source *s, struct place place, int64_t value) {
  char *end = s->payload + place.at + place.width;
  for (int i = 0; i < place.width; i++) {
    *--end = (char)('0' + value % 10);
    value /= 10;
  }
}

/* Registers have a decimal point two digits before their end. */
static inline void put_register(struct source *s, struct place place, int64_t value) {
  char *end = s->payload + place.at + place.width;
  for (int i = 0; i < place.width; i++) {
    if (i == 2) {
      *--end = '.';
      continue;
    }
    *--end = (char)('0' + value % 10);
    value /= 10;
  }
}

/* `text` has runs of placeholders, control characters that cannot be mistaken for text: 1 time, 2 time of publication,
 * 3 number, 4 a register, 5 the changing digits of a gauge, 6 a unit, 7 verdict and defects, 8 the attempt. */
static inline void layout(struct source *s, const char *topic, const char *text) {
  s->topic_length = (uint16_t)snprintf(s->topic, sizeof s->topic, "%s", topic);
  s->length = (uint16_t)snprintf(s->payload, sizeof s->payload, "%s", text);
  if (s->length < 150 || s->length > MAX_PAYLOAD) die("payload of %u bytes", s->length);
  int registers = 0, gauges = 0;
  for (uint16_t i = 0; i < s->length;) {
    char kind = s->payload[i];
    uint16_t end = i + 1;
    if (kind < 1 || kind > 8) {
      i++;
      continue;
    }
    while (s->payload[end] == kind) end++;
    struct place place = {i, (uint16_t)(end - i)};
    if (kind == 1) s->time = place;
    if (kind == 2) s->sent = place;
    if (kind == 3) s->sequence = place;
    if (kind == 4) s->registers[registers++] = place;
    if (kind == 5) s->gauges[gauges++] = place;
    if (kind == 6) s->unit = place;
    if (kind == 7) s->verdict = place;
    if (kind == 8) s->attempt = place;
    memset(s->payload + i, '0', place.width);
    i = end;
  }
}

#define T13 "\1\1\1\1\1\1\1\1\1\1\1\1\1"
#define S16 "\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2"
#define Q11 "\3\3\3\3\3\3\3\3\3\3\3"
#define R11 "\4\4\4\4\4\4\4\4\4\4\4"
#define U10 "\6\6\6\6\6\6\6\6\6\6"
#define V26 "\7\7\7\7\7\7\7\7\7\7\7\7\7\7\7\7\7\7\7\7\7\7\7\7\7\7"

/* Units later at each station than at the one before it; 0: one unit is at all stations for ever. */
static int64_t plant_lag;

static inline void put_result(struct source *s, int64_t unit, int is_bad, int attempt) {
  put(s, s->unit, unit);
  put(s, s->attempt, attempt);
  memcpy(s->payload + s->verdict.at, is_bad ? "\"NG\",\"defects\":[\"scratch\"]" : "\"OK\",\"defects\":[         ]",
         s->verdict.width);
}

static inline void plant_build(void) {
  static const struct {
    const char *id, *field, *lead, *unit;
  } gauges[4] = {{"t", "temperature", "6", "Cel"},
                 {"v", "vibration", "2.", "mm/s"},
                 {"p", "pressure", "5.", "bar"},
                 {"c", "current", "4", "A"}};
  char topic[64], text[512];
  int next = 0;
  for (int i = 1; i <= METERS; i++, next++) {
    snprintf(topic, sizeof topic, "plant/meter/meter-%d", i);
    snprintf(text, sizeof text,
             "{\"ts\":" T13 ",\"device\":\"meter-%d\",\"kwh\":\"" R11 "\",\"kvarh_lag\":" R11 ",\"kvarh_lead\":" R11
             ",\"kw\":2\5\5.4,\"pf\":0.9\5,\"v1\":22\5.8,\"v2\":23\5.4,\"v3\":23\5.1,\"i1\":31\5.5,\"i2\":31\5.0,"
             "\"i3\":30\5.7,\"seq\":" Q11 ",\"sent\":" S16 "}",
             i);
    layout(&plant[next], topic, text);
    plant[next].kilowatts = 120 + i % 200;
  }
  for (int kind = 0; kind < 4; kind++) {
    for (int i = 1; i <= MACHINES / 4; i++, next++) {
      snprintf(topic, sizeof topic, "plant/machine/machine-%s-%d", gauges[kind].id, i);
      snprintf(text, sizeof text,
               "{\"ts\":" T13 ",\"device\":\"machine-%s-%d\",\"%s\":%s\5.\5\5,\"unit\":\"%s\",\"sensor\":{"
               "\"model\":\"VSA-001\",\"serial\":\"A%06d\",\"firmware\":\"2.1.7\",\"battery\":0.97},"
               "\"seq\":" Q11 ",\"sent\":" S16 "}",
               gauges[kind].id, i, gauges[kind].field, kind == 0 || kind == 3 ? gauges[kind].lead : "", gauges[kind].unit,
               100000 + i);
      layout(&plant[next], topic, text);
    }
  }
  for (int i = 1; i <= STATIONS; i++, next++) {
    snprintf(topic, sizeof topic, "plant/vision/vision-%d", i);
    snprintf(text, sizeof text,
             "{\"ts\":" T13 ",\"id\":\"vision-%d-" Q11 "\",\"unit\":\"SN" U10 "\",\"step\":\"final\",\"attempt\":\10,"
             "\"verdict\":" V26 ",\"confidence\":0.9\5,\"model\":\"surface-4.2\","
             "\"image\":\"s3://inspection/cq1/hall-1/2026/11/21/vision-%d.png\",\"exposure\":{\"us\":850,\"gain\":1.5},"
             "\"sent\":" S16 "}",
             i, i);
    layout(&plant[next], topic, text);
    plant[next].station = i - 1;
    put_result(&plant[next], 48213, i % 10 == 0, 1);
  }
  /* A stride without a common factor visits every topic once a round, kinds in their shares. */
  for (int i = 0; i < TOPICS; i++) plant_order[i] = (uint16_t)((i * 1009) % TOPICS);
}

/* Of a unit at a station: three of a hundred are rejected; of these one in fifty is taken out for good, one in a thousand
 * goes on as if nothing had been, the others are mended and come again at once. */
enum fate { PASSED, MENDED, TAKEN_OUT, SLIPPED };
static inline enum fate fate(int64_t unit, int station) {
  uint64_t hash = ((uint64_t)unit * 64 + (uint64_t)station) * 0x9e3779b97f4a7c15u;
  hash = (hash ^ (hash >> 31)) * 0xbf58476d1ce4e5b9u;
  hash ^= hash >> 29;
  if (hash % 100 >= 3) return PASSED;
  uint64_t rest = hash / 100 % 1000;
  return rest < 20 ? TAKEN_OUT : rest == 20 ? SLIPPED : MENDED;
}

/* The next unit of the line at this station. */
static inline void next_result(struct source *s) {
  int64_t unit;
  if (s->is_mended) {
    s->is_mended = 0;
    put_result(s, 1000000000 + s->passed - plant_lag * s->station, 0, 2);
    return;
  }
  for (int is_gone = 1; is_gone;) {
    unit = 1000000000 + ++s->passed - plant_lag * s->station;
    is_gone = 0;
    for (int before = 0; before < s->station && !is_gone; before++) is_gone = fate(unit, before) == TAKEN_OUT;
  }
  enum fate now = fate(unit, s->station);
  s->is_mended = now == MENDED;
  put_result(s, unit, now != PASSED, 1);
}

/* Brings the payload of a source to the time `micros` (since the epoch). */
static inline void plant_fill(struct source *s, int64_t micros) {
  int64_t time = micros / 1000;
  if (time <= s->last_time) time = s->last_time + 1;
  s->last_time = time;
  /* Numbers go on where an earlier publisher stopped: no topic has a thousand messages a second. */
  if (s->messages == 0) s->messages = 10000000000 + time % 10000000000;
  s->messages++;
  put(s, s->time, time);
  put(s, s->sent, micros);
  put(s, s->sequence, s->messages);
  if (s->kilowatts) {
    /* A function of the time alone, so that registers go on where an earlier publisher stopped: kW × 100 / 3.6e6. */
    int64_t since = time - 1767225600000;
    for (int i = 0; i < 3; i++) {
      static const int share[3] = {100, 40, 3};
      put_register(s, s->registers[i], 1000000000 + since * s->kilowatts * share[i] / 3600000);
    }
  }
  if (plant_lag && s->unit.width) next_result(s);
  uint32_t noise = (uint32_t)s->messages * 2654435761u ^ (uint32_t)time;
  for (int i = 0; i < 8 && s->gauges[i].width; i++) {
    put(s, s->gauges[i], noise & 0x3ff);
    noise = noise >> 3 | noise << 29;
  }
}

#endif
