// Pieces of the base configuration that several rows change.
private let httpLine = "http: { url: \"https://example.com/r\", token-env: TOKEN, batch: 10 }"
private let archiveHead = "- name: archive\n    file: { path: data/records.jsonl, rotate: 64 MB, keep: 8 }\n"
private let archiveRecords = "    records: [energy-interval, finding]\n"
private let archiveAssets = "    assets: [\"meter-*\"]\n"
private let machineTemplate = "template: rotating-machine\n"
private let visionTemplate = "template: vision-station\n"
private let visionTopic = "template: vision-station\n    topic: plant/{area}/{id}"
private let visionNew = "template: vision-station\n    topic: "
private let visionStart = "- id: vision-1\n    place: cq/hall-1\n    "
private let visionMarked = "- §id: vision-1\n    place: cq/hall-1\n    "

let destinationMistakes: [Mistake] = [
  Mistake(
    "no records", archiveHead + archiveRecords, "- §name: archive\n    file: { path: data/records.jsonl }\n",
    "which records may leave", "`records: all`"),
  Mistake(
    "empty records", "records: [energy-interval, finding]", "records: §[]", "which records may leave", "`records:`"),
  Mistake(
    "unknown record kind", "energy-interval, finding", "§energy-intervall, finding", "record kind",
    "\"energy-interval\""),
  Mistake(
    "no assets", archiveHead + archiveRecords + archiveAssets,
    "- §name: archive\n    file: { path: data/records.jsonl }\n    records: all\n", "whose records may leave", "[\"*\"]"
  ),
  Mistake("empty assets", "assets: [\"meter-*\"]", "assets: §[]", "whose records may leave", "[\"*\"]"),
  Mistake("pattern matches nothing", "\"meter-*\"", "§\"metre-*\"", "no asset matches", "meter-1"),
  Mistake("unknown asset", "\"meter-*\"", "§vision-2", "no asset matches", "\"vision-1\""),
  Mistake("no transport", archiveHead, "- §name: archive\n", "where to", "`file:`"),
  Mistake(
    "http and file", "http: { url: \"https://example.com/r\", token-env: TOKEN",
    "file: { path: x }\n    §http: { url: \"https://a\"", "more than one transport", "of its own"),
  Mistake("destination key", "    records: all", "    §recrods: all\n    records: all", "unknown key", "\"records\""),
  Mistake("no name", "- name: archive\n    file", "- §file", "\"name\" is missing", "name: archive"),
  Mistake("same name", "name: cloud", "name: §archive", "used twice (first in line", "of its own"),
  Mistake("file without path", "{ path: data/records.jsonl, ", "§{ ", "\"path\" is missing", "path:"),
  Mistake("rotate", "rotate: 64 MB", "rotate: §64", "size from", "a unit"),
  Mistake("keep", "keep: 8", "keep: §0", "whole number", "at least 1"),
  Mistake("not a web address", "\"https://example.com/r\"", "§example.com", "web address", "https://"),
  Mistake("token in clear text", "\"https://example.com/r\"", "§\"http://example.com/r\"", "clear text", "https://"),
  Mistake("plain token", "token-env: TOKEN", "§token: abc", "unknown key \"token\"", "token-file"),
  Mistake("missing token file", "token-env: TOKEN", "token-file: §/nowhere/t", "there is no file", "correct the path"),
  Mistake("gzip", "batch: 10", "gzip: §maybe", "true or false", "true"),
  Mistake("batch", "batch: 10", "batch: §0", "whole number", "at least 1"),
  Mistake("mqtt without host", httpLine, "mqtt: §{ port: 1 }", "\"host\" is missing", "host:"),
  Mistake("mqtt topic", httpLine, "mqtt: { host: h, topic: §\"a/{kinds}\" }", "placeholders", "{kind}"),
  Mistake(
    "embedded upstream", httpLine, "mqtt: { host: h, §embedded: true }", "unknown key \"embedded\"", "Known keys"),
]

let assetMistakes: [Mistake] = [
  Mistake(
    "asset key", "place: cq/hall-1\n    template: three",
    "§plase: cq/hall-1\n    place: cq/hall-1\n    template: three", "unknown key \"plase\" in asset \"meter-1\"",
    "\"place\""),
  Mistake("no id", "- id: vision-1\n    place", "- §place", "\"id\" is missing", "id: meter-1`"),
  Mistake("id with blank", "id: vision-1", "id: §vision 1", "cannot be the id", "`name:`"),
  Mistake("id with brace", "id: vision-1", "id: §vision-{x}", "unknown placeholder \"{x}\"", "\"n\""),
  Mistake("unclosed brace", "id: vision-1", "id: §vision-{n", "no partner", "{id}"),
  Mistake("id gateway", "id: vision-1", "id: §gateway", "means the gateway itself", "another id"),
  Mistake("duplicate id", "id: vision-1", "id: §meter-1", "used twice (first in line 13)", "of its own"),
  Mistake("duplicate id in a group", "id: vision-1", "id: §press-2", "used twice (first in line 21)", "of its own"),
  Mistake("group without number", "id: press-{n}", "id: §press", "the same id", "{n}"),
  Mistake(
    "number without group", "- id: press-{n}\n    count: 3\n", "- id: §press-{n}\n", "there is no count", "count: 10"),
  Mistake("count", "count: 3", "count: §0", "whole number", "at least 1"),
  Mistake("too many", "count: 3", "count: §200000", "whole number", "at most 100000"),
  Mistake("five levels", "place: cq/hall-1/press/{n}", "place: §cq/a/b/c/d", "is not a place", "four levels"),
  Mistake("empty level", "place: cq/hall-1/press/{n}", "place: §cq//press/{n}", "is not a place", "four levels"),
  Mistake(
    "unknown template", "template: vision-station", "template: §vision-staton", "unknown template", "\"vision-station\""
  ),
  Mistake(
    "very unknown template", "template: vision-station", "template: §robot", "unknown template", "\"three-phase-meter\""
  ),
  Mistake(
    "no template", visionStart + visionTemplate + "    topic", visionMarked + "topic", "\"template\" is missing",
    "three-phase-meter"),
  Mistake(
    "no topic", visionStart + visionTopic, visionMarked + "template: vision-station", "\"topic\" is missing",
    "plant/{area}/{id}"),
  Mistake(
    "same topic", visionTopic, visionNew + "§plant/hall-1/meter-1", "belongs to asset \"meter-1\" already (line 16)",
    "{id}"),
  Mistake(
    "same topic in a group", "template: rotating-machine\n    topic: plant/{area}/{id}",
    "template: rotating-machine\n    topic: §plant/all", "belongs to asset \"press-1\"", "{id}"),
  Mistake("wildcard", visionTopic, visionNew + "§plant/#", "wildcard", "exact topic"),
  Mistake("broker topic", visionTopic, visionNew + "§$SYS/x", "belong to the broker", "without"),
  Mistake("own topic", visionTopic, visionNew + "§weir/x", "gateway's own", "another topic"),
  Mistake("placeholder in topic", visionTopic, visionNew + "§plant/{aera}/{id}", "unknown placeholder", "\"area\""),
  Mistake(
    "level that is not there", visionTopic, visionNew + "§plant/{cell}/{id}", "has no cell", "site/area/line/cell"),
  Mistake("criticality", "criticality: high", "criticality: §higher", "must be a criticality", "\"high\""),
  Mistake("unknown broker", "criticality: high", "broker: §man", "unknown broker", "\"main\""),
  Mistake("power without unit", "rated-power: 630 kW", "rated-power: §630", "power with its unit", "630 kW"),
  Mistake("power in kWh", "rated-power: 630 kW", "rated-power: §630 kWh", "power with its unit", "630 kW"),
  Mistake("expected interval", "criticality: high", "expected-interval: §often", "length of time", "number and a unit"),
  Mistake(
    "time format", "criticality: high", "timestamp: { path: ts, format: §epoch-sec }", "time format", "\"epoch-s\""),
  Mistake(
    "timestamp without format", "criticality: high", "timestamp: §{ path: ts }", "\"format\" is missing", "epoch"),
  Mistake("message id of a meter", "criticality: high", "§message-id: id", "only events", "Remove"),
  Mistake("asset is a word", "- id: vision-1", "- §vision-0\n  - id: vision-1", "must be a group", "id: …"),
  // Signals
  Mistake(
    "unknown signal", "active-energy: {", "§activ-energy: {", "unknown key \"activ-energy\"", "\"active-energy\""),
  Mistake("signal key", "{ path: e.import,", "{ §pth: e.import,", "unknown key \"pth\"", "\"path\""),
  Mistake("empty path", "path: e.import", "path: §e..import", "path of a payload field", "by dots"),
  Mistake("unknown unit", "unit: Wh", "unit: §Whr", "unknown unit", "\"Wh\""),
  Mistake(
    "unit of another dimension", "unit: Wh", "unit: §bar",
    "\"bar\" is a unit of pressure, but \"active-energy\" is in kWh (energy)", "kWh"),
  Mistake("power for energy", "unit: Wh", "unit: §kW", "unit of power", "kWh"),
  Mistake(
    "temperature in bar", machineTemplate, machineTemplate + "    signals: { temperature: { unit: §bar } }\n",
    "unit of pressure", "°C"),
  Mistake("milli or mega", "unit: Wh", "unit: §mwh", "two ways", "\"MWh\""),
  Mistake("unit is a list", "unit: Wh", "unit: §[Wh]", "must be a unit", "unit: kWh"),
  Mistake("resolution", "resolution: 0.001", "resolution: §0.005", "power of ten", "0.01"),
  Mistake(
    "modulus finer than resolution", "modulus: 1000000", "modulus: §99999.99999", "finer than the resolution",
    "multiple"),
  Mistake("negative modulus", "modulus: 1000000", "modulus: §-5", "greater than 0", "1000000"),
  Mistake("range of one", "modulus: 1000000", "range: §[5]", "list of two numbers", "range: [0, 400]"),
  Mistake("range upside down", "modulus: 1000000", "range: §[5, 1]", "is empty", "lower value first"),
  Mistake("range of words", "modulus: 1000000", "range: [§low, 5]", "a number or `none`", "0"),
  Mistake(
    "modulus of a gauge", machineTemplate, machineTemplate + "    signals: { temperature: { §modulus: 5 } }\n",
    "only registers", "Remove"),
  Mistake(
    "states of a gauge", machineTemplate, machineTemplate + "    signals: { temperature: { §states: {} } }\n",
    "does not fit", "Remove"),
  Mistake(
    "unit of a state", machineTemplate, machineTemplate + "    signals: { state: { §unit: A } }\n", "a state is a word",
    "Remove"),
  Mistake(
    "unknown state", machineTemplate, machineTemplate + "    signals: { state: { states: { §runing: [x] } } }\n",
    "unknown key \"runing\"", "\"running\""),
  Mistake(
    "ambiguous word", machineTemplate, machineTemplate + "    signals: { state: { states: { running: [§idle] } } }\n",
    "two meanings", "one place"),
  Mistake(
    "path of an event", visionTemplate, visionTemplate + "    signals: { inspection: { §path: x } }\n",
    "an event has attributes", "Remove"),
  Mistake(
    "unknown attribute", visionTemplate,
    visionTemplate + "    signals: { inspection: { attributes: { §verdikt: x } } }\n", "unknown key \"verdikt\"",
    "\"verdict\""),
  Mistake(
    "attributes of a gauge", machineTemplate, machineTemplate + "    signals: { temperature: { §attributes: {} } }\n",
    "only events", "Remove"),
]
