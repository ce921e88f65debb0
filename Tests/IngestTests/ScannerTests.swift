import Telemetry
import Templates
import Testing

@testable import Ingest

@Suite struct ScannerTests {
  /// What the scanner says of a text: nil if it is JSON.
  static func failure(_ bytes: [UInt8]) -> JSONSyntaxError? {
    var tree = PathTree()
    let added = tree.add([])
    var scanner = JSONScanner(tree: tree, slots: added.slots)
    do throws(JSONSyntaxError) {
      try scanner.scan(bytes.span, root: added.root, slots: 0)
      return nil
    } catch {
      return error
    }
  }

  @Test(
    "not JSON, and where",
    arguments: [
      ("", .value, 0), (" ", .value, 1), ("{", .name, 1), ("{}x", .end, 2), ("{} {}", .end, 3), ("nul", .value, 0),
      ("truE", .value, 0), ("NaN", .value, 0), (#"{"a":NaN}"#, .value, 5), (#"{"a" 1}"#, .colon, 5),
      (#"{"a":1 "b":2}"#, .commaOrBrace, 7),
      (#"{"a":1,}"#, .name, 7), (#"{a:1}"#, .name, 1), ("[1,]", .value, 3), ("[1 2]", .commaOrBracket, 3),
      ("[", .value, 1), ("[1", .commaOrBracket, 2), ("01", .noLeadingZero, 1), ("-", .digit, 1), ("1.", .digit, 2),
      ("1e", .digit, 2),
      ("1e+", .digit, 3), (".5", .value, 0), ("+1", .value, 0), ("\"abc", .stringByte, 4), ("\"a\nb\"", .stringByte, 2),
      (#""\x""#, .escape, 2), (#""\u12G4""#, .escape, 5), (#""\u12"#, .escape, 5),
      ("\"abcdefgh\u{1}\"", .stringByte, 9),
      ("'a'", .value, 0), ("{\"a\":1", .commaOrBrace, 6), ("\u{FEFF}{}", .value, 0), ("\"\\", .stringByte, 2),
      ("1x", .end, 1),
    ] as [(String, JSONSyntaxError.Expectation, Int)])
  func places(_ text: String, _ expectation: JSONSyntaxError.Expectation, _ offset: Int) {
    #expect(Self.failure(Array(text.utf8)) == JSONSyntaxError(expectation: expectation, offset: offset))
  }

  @Test("nesting is bounded")
  func nesting() {
    func nested(_ depth: Int) -> [UInt8] {
      Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
    }
    #expect(Self.failure(nested(64)) == nil)
    #expect(Self.failure(nested(65))?.expectation == .shallower)
    #expect(Self.failure(nested(100_000))?.expectation == .shallower)
    let objects = String(repeating: #"{"a":"#, count: 65) + "1" + String(repeating: "}", count: 65)
    #expect(Self.failure(Array(objects.utf8))?.expectation == .shallower)
  }

  @Test("bytes that are not UTF-8 do not cost a reading")
  func latin1() {
    let payload = Array(#"{"unit":"x","v":1}"#.utf8).map { $0 == UInt8(ascii: "x") ? 0xB0 : $0 }
    #expect(Bench.gauge().decode(payload).samples.count == 1)
  }

  @Test(
    "paths",
    arguments: [
      ("v", #"{"v":1}"#), ("v", #" { "x" : { "v" : 2 } , "v" : 1 } "#), ("a.v", #"{"v":2,"a":{"v":1}}"#),
      ("a.1.v", #"{"a":[{"v":0},{"v":1},{"v":2}]}"#), ("0", "[1,2]"), ("1", #"{"0":2,"1":1}"#), ("", "1"),
      ("v", #"{"v":1,"v":2}"#), ("a.v", #"{"a":{"x":2},"a":{"v":1}}"#), ("v", #"{"\u0076":1}"#),
      ("long-name-of-field", #"{"long-name-of-fieldX":2,"long-name-of-fiel":2,"long-name-of-field":1}"#),
      ("v", #"{"":2,"vv":2,"v":1}"#), ("größe.v", #"{"größe":{"v":1}}"#), ("01", #"{"01":1}"#),
      ("10", "[0,0,0,0,0,0,0,0,0,0,1]"),
    ])
  func paths(_ path: String, _ payload: String) {
    #expect(Bench.gauge(path).sample(payload)?.value == .double(1))
  }

  @Test(
    "a path that is not there",
    arguments: [("a.v", #"{"a":1}"#), ("01", "[1,1]"), ("2", "[1,1]"), ("v", "[1]"), ("v", "{}"), ("-1", "[1]")])
  func absent(_ path: String, _ payload: String) {
    #expect(Bench.gauge(path).decode(payload).quarantined.map(\.reason) == [.missingField])
  }

  @Test("the scanner finds what a general parser finds", arguments: [UInt64(11), 12, 13, 14])
  func differential(_ seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for _ in 0..<400 {
      var generator = JSONGenerator(random: random)
      let (text, leaves) = generator.document()
      random = generator.random
      let value = try JSONValue(parsing: text)
      for path in leaves.shuffled(using: &random).prefix(6) {
        guard let expected = Self.lookUp(value, path) else { continue }
        var tree = PathTree()
        let added = tree.add([FieldPath(path), FieldPath(["none"])])
        var scanner = JSONScanner(tree: tree, slots: added.slots)
        let bytes = Array(text.utf8)
        try scanner.scan(bytes.span, root: added.root, slots: added.slots)
        let capture = scanner.captures[Int(added.slotOfPath[0])]
        #expect(Self.value(capture, bytes) == expected, "\(path) in \(text)")
      }
    }
  }

  /// Whether a general parser and the scanner take the same texts for JSON.
  @Test("valid or not: the scanner and a general parser agree on mutated texts", arguments: [UInt64(21), 22, 23, 24])
  func agreement(_ seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<2000 {
      var generator = JSONGenerator(random: random)
      var bytes = Array(generator.document().text.utf8)
      random = generator.random
      for _ in 0..<Int.random(in: 1...3, using: &random) { Mutation.apply(to: &bytes, &random) }
      let isJSON = (try? JSONValue(parsing: bytes)) != nil
      let failure = Self.failure(bytes)
      // The general parser refuses half surrogate pairs; the scanner replaces them.
      if bytes.contains(UInt8(ascii: "\\")), failure == nil { continue }
      #expect((failure == nil) == isJSON, "\(String(decoding: bytes, as: UTF8.self))")
    }
  }

  private static func lookUp(_ value: JSONValue, _ path: [String]) -> JSONValue? {
    guard let step = path.first else { return value }
    let rest = Array(path.dropFirst())
    switch value {
    case .object(let members): return members[step].flatMap { lookUp($0, rest) }
    case .array(let elements):
      guard let index = Int(step), elements.indices.contains(index) else { return nil }
      return lookUp(elements[index], rest)
    default: return nil
    }
  }

  private static func value(_ capture: Capture, _ bytes: [UInt8]) -> JSONValue? {
    try? JSONValue(
      parsing: Array(
        bytes[capture.kind == .string ? capture.range.lowerBound - 1..<capture.range.upperBound + 1 : capture.range]))
  }
}
