/// Texts that differ in one number only: `press-{n}`.
struct Numbering: Hashable, Sendable {
  /// The parts between the places of the number.
  var parts: [String]
  /// Digits of the number with leading zeros; 1 = as it is.
  var digits: Int

  /// The pattern with `{n}`, as the configuration writes it.
  var pattern: String { parts.joined(separator: digits > 1 ? "{n:0\(digits)}" : "{n}") }

  func text(_ number: Int) -> String { parts.joined(separator: Self.digits(number, digits)) }

  static func digits(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }

  /// The runs of digits of a text: `a1/b02` → [("1", …), ("02", …)].
  static func runs(_ text: String) -> [Range<String.Index>] {
    var runs: [Range<String.Index>] = []
    var start: String.Index?
    var index = text.startIndex
    while index < text.endIndex {
      let isDigit = text[index].isASCII && text[index].isNumber
      if isDigit, start == nil { start = index }
      if !isDigit, let begin = start {
        runs.append(begin..<index)
        start = nil
      }
      index = text.index(after: index)
    }
    if let begin = start { runs.append(begin..<text.endIndex) }
    return runs
  }
}

/// Devices in sequences: groups that differ in one number, which counts up without gaps.
struct Sequences {
  struct Group: Hashable, Sendable {
    /// Positions of the devices, by number.
    var members: [Int]
    var first: Int
    /// One for each topic of a device; nil for a device of its own.
    var topics: [Numbering]?
  }

  /// - Parameter devices: for each device its topics, in the same order in all of them.
  static func groups(_ devices: [[String]]) -> [Group] {
    var position: [[String]: Int] = [:]
    for (number, topics) in devices.enumerated() { position[topics] = number }
    var groups: [Group] = []
    for device in devices.indices where position[devices[device]] != nil {
      let group = best(device, devices, position) ?? Group(members: [device], first: 0, topics: nil)
      groups.append(group)
      for member in group.members { position[devices[member]] = nil }
    }
    return groups
  }

  /// The longest sequence with this device in it: all equal numbers of its topics count up, or only one of them.
  /// - Parameter position: the devices that are in no group yet.
  private static func best(_ device: Int, _ devices: [[String]], _ position: [[String]: Int]) -> Group? {
    var best: Group?
    let topics = devices[device]
    for value in Set(topics.flatMap { values($0) }).sorted() {
      guard let number = Int(value), number < 1_000_000_000 else { continue }
      for digits in Set([1, value.count]).sorted() where Numbering.digits(number, digits) == value {
        let most = topics.map { Numbering.runs($0).count }.max() ?? 0
        for only in [nil] + (0..<most).map({ Optional($0) }) {
          let numberings = topics.map { numbering($0, value, digits, only) }
          guard numberings.contains(where: { $0.parts.count > 1 }) else { continue }
          func member(_ number: Int) -> Int? { number < 0 ? nil : position[numberings.map { $0.text(number) }] }
          var begin = number
          while begin > 0, member(begin - 1) != nil { begin -= 1 }
          var members: [Int] = []
          while let next = member(begin + members.count) { members.append(next) }
          if members.count >= 2, members.count > best?.members.count ?? 1 {
            best = Group(members: members, first: begin, topics: numberings)
          }
        }
      }
    }
    return best
  }

  private static func values(_ topic: String) -> [String] { Numbering.runs(topic).map { String(topic[$0]) } }

  /// The topic with runs of these digits as places of the number: all of them, or only the run at one place.
  private static func numbering(_ topic: String, _ value: String, _ digits: Int, _ only: Int?) -> Numbering {
    var parts: [String] = []
    var rest = topic.startIndex
    for (place, run) in Numbering.runs(topic).enumerated()
    where topic[run] == value && (only == nil || only == place) {
      parts.append(String(topic[rest..<run.lowerBound]))
      rest = run.upperBound
    }
    return Numbering(parts: parts + [String(topic[rest...])], digits: digits)
  }
}

extension Numbering {
  /// What texts have in common that belong to the numbers `first`, `first + 1` …; nil if they do not follow them.
  static func common(_ texts: [String], first: Int) -> Numbering? {
    guard let text = texts.first else { return nil }
    let runs = runs(text)
    let second = texts.count > 1 ? Numbering.runs(texts[1]).map { texts[1][$0] } : []
    guard texts.count == 1 || second.count == runs.count else { return nil }
    for digits in 1...9 {
      let value = Self.digits(first, digits)
      var parts: [String] = []
      var rest = text.startIndex
      for (place, run) in runs.enumerated() where text[run] == value && (texts.count == 1 || second[place] != value) {
        parts.append(String(text[rest..<run.lowerBound]))
        rest = run.upperBound
      }
      let numbering = Numbering(parts: parts + [String(text[rest...])], digits: digits)
      if texts.enumerated().allSatisfy({ numbering.text(first + $0.offset) == $0.element }) { return numbering }
    }
    return nil
  }
}
