/// `alarm:`, the limits that a person is warned of before they are crossed.
extension SignalReader {
  static func readAlarm(_ section: Section, into signal: inout Signal) {
    guard signal.kind == .gauge else {
      refuse(["alarm"], section, "only a gauge has limits")
      return
    }
    guard let node = section["alarm"] else { return }
    if section.isOff("alarm") {
      signal.alarm = .none
      return
    }
    guard
      let (low, high) = bounds(
        node, "alarm", section,
        remedy: "Write the lowest and the highest value that is in order: `alarm: [none, 80]`; `none` for an open end.")
    else { return }
    for limit in [low, high].compactMap(\.self) {
      guard signal.minimum.map({ limit <= $0 }) ?? false || signal.maximum.map({ $0 <= limit }) ?? false else {
        continue
      }
      section.report(
        node.position, "the limit \(limit) of \(section.name) is never reached: its range ends before it",
        remedy: "Choose a limit inside of the range, or a wider range.")
      return
    }
    signal.alarm = SignalAlarm(low: low, high: high)
  }

  /// Two numbers, of which one may be open; nil (and reported) for anything else.
  static func bounds(_ node: YAMLNode, _ key: String, _ section: Section, remedy: String) -> (Double?, Double?)? {
    let bound = Scalar<Double?>("a number or `none`", example: "0") { text in
      if text == "none" { return .some(nil) }
      return Double(text).flatMap { $0.isFinite ? .some($0) : nil }
    }
    guard let items = node.items, items.count == 2 else {
      section.report(
        node.position, "\"\(key)\" in \(section.name) must be a list of two numbers, found \(node.description)",
        remedy: remedy)
      return nil
    }
    guard let low = section.value(items[0], "the lower end of \"\(key)\" in \(section.name)", bound),
      let high = section.value(items[1], "the upper end of \"\(key)\" in \(section.name)", bound)
    else { return nil }
    if let low, let high, low >= high {
      section.report(
        node.position, "the \(key) of \(section.name) is empty: \(low) is not below \(high)",
        remedy: "Write the lower value first.")
      return nil
    }
    return (low, high)
  }
}

/// Below or above it a person is warned, before it happens if that can be foreseen; nil = no limit.
public struct SignalAlarm: Hashable, Sendable {
  public var low: Double?
  public var high: Double?
  public static let none = SignalAlarm(low: nil, high: nil)

  public init(low: Double?, high: Double?) {
    self.low = low
    self.high = high
  }

  var text: [String] { [low, high].map { $0.map { "\($0)" } ?? "none" } }
}
