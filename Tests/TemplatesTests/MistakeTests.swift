import Testing

@testable import Templates

/// One possible mistake: a change of the base configuration. `§` marks the place that the error must name.
struct Mistake: CustomTestStringConvertible, Sendable {
  var name: String
  var old: String
  var new: String
  var message: String
  var remedy: String

  init(_ name: String, _ old: String, _ new: String, _ message: String, _ remedy: String) {
    self.name = name
    self.old = old
    self.new = new
    self.message = message
    self.remedy = remedy
  }

  var testDescription: String { name }

  /// In a configuration other than the base: the first error is that of the mistake.
  func expect(in configuration: String, devices: [String] = [baseTemplates]) throws {
    try #require(configuration.contains(old))
    let (text, place) = MistakeTests.place(configuration.replacing(old, with: new, maxReplacements: 1))
    let error = try #require(mistakes(text, devices: devices).first)
    if new.contains("§") { #expect((error.line, error.column) == place, "\(error)") }
    #expect(error.message.contains(message), "\(error)")
    #expect(error.suggestion.contains(remedy), "\(error)")
  }
}

@Suite("Every mistake names its place and the remedy")
struct MistakeTests {
  @Test("one mistake", arguments: mistakeTable + assetMistakes + destinationMistakes)
  func one(_ mistake: Mistake) throws {
    try #require(baseConfiguration.contains(mistake.old), "the row does not fit the base configuration")
    let marked = baseConfiguration.replacing(mistake.old, with: mistake.new, maxReplacements: 1)
    let (text, place) = Self.place(marked)
    let found = mistakes(text)
    #expect(found.count == 1, "\(ConfigurationErrors(found))")
    let error = try #require(found.first)
    #expect(error.file == "test.yaml")
    #expect((error.line, error.column) == place, "\(error)")
    #expect(error.message.contains(mistake.message), "\(error)")
    #expect(error.suggestion.contains(mistake.remedy), "\(error)")
    #expect(error.sourceLine != nil)
  }

  @Test("the base configuration itself has none")
  func none() { #expect(mistakes(baseConfiguration).isEmpty) }

  @Test("all mistakes are told at once, in the order of the lines")
  func all() {
    let text =
      baseConfiguration
      .replacing("keep-alive: 30 s", with: "keepalive: 30 s")
      .replacing("criticality: high", with: "criticality: hihg")
      .replacing("zone: Asia/Shanghai", with: "zone: Asia/Shanghia")
      .replacing("metrics-port: 9464", with: "metrics-port: many")
    #expect(mistakes(text).map(\.line) == [4, 11, 17, 49])
  }

  @Test("duplicate keys are told together with the other mistakes, also in quotes")
  func duplicates() {
    let text = """
      gateway: { id: g }
      zone: UTC
      zone: UTC
      broker: { host: h, port: 1, "port": 2, port: 3 }
      assets: [{ id: m, template: three-phase-meter, topic: t, 'topic': u, tpoic: v }]
      """
    #expect(mistakes(text).map { [$0.line, $0.column] } == [[3, 1], [4, 29], [4, 40], [5, 58], [5, 70]])
    #expect(mistakes(text)[0].message.contains("(first in line 2)"))
  }

  @Test("a missing and an empty file, and one in another encoding")
  func files() {
    #expect(throws: ConfigurationErrors.self) { try SiteLoader.load(path: "/nowhere/x.yaml", devices: []) }
    #expect(mistakes("").map(\.message).contains { $0.contains("empty") })
    #expect(mistakes("# nothing\n").map(\.message).contains { $0.contains("empty") })
    #expect(mistakes(baseConfiguration, devices: ["/nowhere"])[0].message.contains("template folder"))
  }

  @Test("Windows line ends, tabs and wide characters do not move the caret")
  func caret() throws {
    let windows = baseConfiguration.replacing("zone: Asia/Shanghai", with: "zone: Mars").replacing("\n", with: "\r\n")
    let error = try #require(mistakes(windows).first)
    #expect([error.line, error.column] == [4, 7])
    #expect(error.sourceLine == "zone: Mars")
    let wide = try #require(
      mistakes(baseConfiguration.replacing("name: archive", with: "{ name: 压机, x: 1 }")).first {
        $0.message.contains("unknown key \"x\"") || $0.message.contains("not valid")
      })
    #expect(wide.line == 37)
    let shown = ConfigurationError(
      file: "f", line: 1, column: 8, message: "m", suggestion: "s", sourceLine: "\t压机: 12 x")
    #expect(shown.description == "f:1:8: m\n    \t压机: 12 x\n    \t\u{3000}\u{3000}    ^\n  → s")
  }

  static func place(_ marked: String) -> (String, (Int, Int)) {
    let before = marked.prefix { $0 != "§" }
    let line = before.count { $0 == "\n" } + 1
    let column = before.reversed().prefix { $0 != "\n" }.count + 1
    return (marked.replacing("§", with: ""), (line, column))
  }
}

let mistakeTable: [Mistake] = [
  // The document as a whole
  Mistake("tab", "  id: test", "§\tid: test", "not valid YAML", "Indent with spaces"),
  Mistake("colon in text", "zone: Asia/Shanghai", "zone: Asia§: Shanghai", "not valid YAML", "quote a text"),
  Mistake("open quote", "zone: Asia/Shanghai", "zone: §'Asia/Shanghai", "not valid YAML", "Close the quotation mark"),
  Mistake("indentation", "  data: data/test", "   data§: data/test", "not valid YAML", "indentation"),
  Mistake("undefined alias", "zone: Asia/Shanghai", "zone: §*plant", "not valid YAML", "&name"),
  Mistake("unknown top-level key", "clock: system", "§clok: system", "unknown key \"clok\"", "\"clock\""),
  Mistake(
    "duplicate key", "clock: system", "clock: system\n§clock: system", "given twice (first in line 5)", "only one"),
  Mistake("bad merge", "clock: system", "<<: §system", "\"<<\" needs a group", "&name"),
  // Gateway, zone, clock
  Mistake("no gateway id", "  id: test\n  data", "  §data", "\"id\" is missing in gateway", "id: plant-1"),
  Mistake("gateway id with slash", "id: test", "id: §a/b", "must be letters, digits", "line-1"),
  Mistake("gateway is a text", "gateway:\n  id: test\n  data: data/test", "gateway: §test", "must be a group", "id: …"),
  Mistake("unknown zone", "Asia/Shanghai", "§Asia/Shanghia", "unknown time zone", "\"Asia/Shanghai\""),
  Mistake("city only", "Asia/Shanghai", "§shanghai", "unknown time zone", "\"Asia/Shanghai\""),
  Mistake("offset as zone", "Asia/Shanghai", "§GMT+8", "unknown time zone", "IANA"),
  Mistake("unknown clock", "clock: system", "clock: §sistem", "must be a clock source", "\"system\""),
  // Broker
  Mistake("unknown broker key", "port: 1883", "§prot: 1883", "unknown key \"prot\" in broker", "\"port\""),
  Mistake("port 0", "port: 1883", "port: §0", "from 1 to 65535", "at least 1"),
  Mistake("port too large", "port: 1883", "port: §70000", "from 1 to 65535", "at most 65535"),
  Mistake("port is a word", "port: 1883", "port: §mqtt", "whole number", "digits only"),
  Mistake("port is a list", "port: 1883", "port: §[1883]", "found a list", "digits only"),
  Mistake("port is nothing", "port: 1883", "port:§", "found nothing", "digits only"),
  Mistake("no host", "  host: 192.168.1.5\n  port", "  §port", "\"host\" is missing", "host:"),
  Mistake(
    "host is an address", "host: 192.168.1.5", "host: §tcp://192.168.1.5:1883", "host name", "port has its own key"),
  Mistake("plain password", "password-env: SECRET", "§password: hunter2", "unknown key \"password\"", "password-file"),
  Mistake(
    "two passwords", "password-env: SECRET", "password-file: /dev/null\n  §password-env: SECRET",
    "more than one source",
    "Keep one"),
  Mistake(
    "missing password file", "password-env: SECRET", "password-file: §/nowhere/p", "there is no file",
    "correct the path"),
  Mistake("missing certificate", "port: 1883", "tls: { ca: §/nowhere/ca.pem }", "there is no file", "correct the path"),
  Mistake("certificate without key", "port: 1883", "tls: { §certificate: /dev/null }", "belong together", "`key:`"),
  Mistake("unknown tls key", "port: 1883", "tls: { §cert: /dev/null }", "unknown key \"cert\"", "Known keys"),
  Mistake("client id with blank", "port: 1883", "client-id: §a b", "without blanks", "weir-plant-1"),
  Mistake("time without unit", "keep-alive: 30 s", "keep-alive: §30", "length of time", "number and a unit"),
  Mistake("time too long", "keep-alive: 30 s", "keep-alive: §2 d", "length of time", "from 5 s to"),
  Mistake("commit too slow", "keep-alive: 30 s", "commit-interval: §1 min", "length of time", "1 ms to 5 s"),
  Mistake("size without unit", "keep-alive: 30 s", "maximum-packet-size: §256", "size from", "a unit"),
  Mistake("size too large", "keep-alive: 30 s", "maximum-packet-size: §1 GB", "size from", "Choose a size"),
  Mistake(
    "embedded open", "host: 192.168.1.5", "embedded: true\n  host: §0.0.0.0", "open to everyone", "password-file"),
  Mistake(
    "embedded certificate not required", "host: 192.168.1.5",
    "tls: true\n  embedded: { tls: { ca: /dev/null, certificate: /dev/null, key: /dev/null } }\n  host: §10.0.0.1",
    "open to everyone", "require-certificate: true"),
  Mistake(
    "embedded password without login", "host: 192.168.1.5\n  port: 1883\n  username: weir\n  password-env: SECRET",
    "§embedded: { password-file: /dev/null }", "asks for a password", "username"),
  Mistake(
    "embedded TLS, plain gateway", "host: 192.168.1.5",
    "§embedded: { tls: { certificate: /dev/null, key: /dev/null } }", "speaks TLS", "tls: { ca"),
  Mistake(
    "embedded requires certificates without authority", "host: 192.168.1.5",
    "embedded: { require-certificate: §true }", "against an authority", "ca:"),
  Mistake("embedded key", "host: 192.168.1.5", "embedded: { §autosav: 60 s }", "unknown key", "\"autosave\""),
  Mistake("embedded inflight", "host: 192.168.1.5", "embedded: { maximum-inflight: §0 }", "whole number", "at least 1"),
  Mistake(
    "embedded is a word", "host: 192.168.1.5", "embedded: §maybe\n  host: h", "must be a group", "maximum-inflight"),
  Mistake(
    "password without username", "  host: 192.168.1.5\n  port: 1883\n  username: weir\n",
    "  §host: 192.168.1.5\n  port: 1883\n", "no username", "username"),
  Mistake("two forms", "  keep-alive: 30 s\n", "§brokers: []\n", "both \"broker\" and \"brokers\"", "into the list"),
  // Settings
  Mistake("horizon of an unknown kind", "energy: { lateness", "§enrgy: { lateness", "unknown key", "\"energy\""),
  Mistake("revision below lateness", "revision: 45 d", "§revision: 30 s", "shorter than its lateness", "at least"),
  Mistake("horizon key", "lateness: 60 s", "§latness: 60 s", "unknown key", "\"lateness\""),
  Mistake("window does not divide the day", "15 min", "§7 min", "divides a day", "15 min"),
  Mistake("factor below one", "plausibility-factor: 1.2", "plausibility-factor: §0.8", "from 1 to 10", "1.2"),
  Mistake("factor is a word", "plausibility-factor: 1.2", "plausibility-factor: §much", "from 1 to 10", "1.2"),
  Mistake("storage key", "reserve: 16 MB", "§reserved: 16 MB", "unknown key", "\"reserve\""),
  Mistake("journal too small", "size: 4 GB", "size: §1 MB", "size from", "Choose a size"),
  Mistake("age without unit", "age: 30 d", "age: §30", "length of time", "number and a unit"),
  Mistake("reserve above floor", "reserve: 16 MB", "§reserve: 1 GB", "larger than the free-space floor", "at most"),
  Mistake("metrics port", "metrics-port: 9464", "metrics-port: §99999", "from 0 to 65535", "at most 65535"),
]
