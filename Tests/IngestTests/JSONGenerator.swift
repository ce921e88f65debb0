import Telemetry

/// Makes random JSON texts and knows the paths of their values.
struct JSONGenerator {
  var random: SplitMix64
  private var text = ""
  private var leaves: [[String]] = []

  init(random: SplitMix64) { self.random = random }

  mutating func document() -> (text: String, leaves: [[String]]) {
    text = ""
    leaves = []
    value([], depth: 0)
    return (text, leaves)
  }

  private mutating func space() {
    if Int.random(in: 0..<4, using: &random) == 0 {
      text += [" ", "\n", "\t", " \r\n "].randomElement(using: &random) ?? ""
    }
  }

  private mutating func value(_ path: [String], depth: Int) {
    space()
    leaves.append(path)
    switch Int.random(in: depth > 4 ? 2..<8 : 0..<8, using: &random) {
    case 0:
      text += "{"
      let names = ["a", "b", "kwh", "timestamp-of-device", "0", "1", "ä", "x y"].shuffled(using: &random)
      for (index, name) in names.prefix(Int.random(in: 0...4, using: &random)).enumerated() {
        if index > 0 { text += "," }
        space()
        text += name == "a" && Bool.random(using: &random) ? "\"\\u0061\"" : "\"\(name)\""
        space()
        text += ":"
        value(path + [name], depth: depth + 1)
      }
      space()
      text += "}"
    case 1:
      text += "["
      for index in 0..<Int.random(in: 0...4, using: &random) {
        if index > 0 { text += "," }
        value(path + [String(index)], depth: depth + 1)
      }
      space()
      text += "]"
    case 2: text += ["true", "false", "null"].randomElement(using: &random) ?? ""
    case 3:
      text +=
        ["\"\"", "\"running\"", "\"a\\\"b\\\\\"", "\"\\ud83d\\ude00 \\u00e9\"", "\"longer than eight bytes, ü\""]
        .randomElement(using: &random) ?? ""
    case 4: text += String(Int64.random(in: -100_000...100_000, using: &random))
    case 5: text += "\(Double.random(in: -1000...1000, using: &random))"
    case 6: text += "\(Int.random(in: 0...99, using: &random)).\(Int.random(in: 0...999, using: &random))"
    default: text += "-\(Int.random(in: 1...9, using: &random)).5E\(Int.random(in: -30...30, using: &random))"
    }
    space()
  }
}

/// Random damage to a text.
enum Mutation {
  static func apply(to bytes: inout [UInt8], _ random: inout SplitMix64) {
    guard !bytes.isEmpty else { return }
    let place = Int.random(in: 0..<bytes.count, using: &random)
    let common = Array("{}[]\":,\\ue+-.0123456789tfn \n".utf8)
    switch Int.random(in: 0..<6, using: &random) {
    case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
    case 1: bytes[place] = common.randomElement(using: &random) ?? 0
    case 2: bytes.remove(at: place)
    case 3: bytes.insert(common.randomElement(using: &random) ?? 0, at: place)
    case 4: bytes.removeSubrange(place...)
    default:
      let end = Int.random(in: place...bytes.count, using: &random)
      bytes.insert(contentsOf: Array(bytes[place..<min(end, place + 20)]), at: place)
    }
  }
}
