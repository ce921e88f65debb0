import Factors
import Telemetry

/// Reads `flexible:` of an asset, and the policy of advice.
struct FlexibilityReader {
  static let keys = [
    "kind", "power", "duration", "window", "days", "usually", "efficiency", "comfort", "effect",
  ]

  static func read(_ asset: Section) -> Asset.Flexibility? {
    guard asset.has("flexible"), !asset.isOff("flexible"),
      let section = asset.section(
        "flexible", "flexible load of \(asset.name)", keys: keys,
        special: ["from": "Write `window: 08:00-20:00`.", "to": "Write `window: 08:00-20:00`."])
    else { return nil }
    checkEssential(asset)
    let kind = section.require("kind", .word(Asset.Flexibility.Kind.allCases, noun: "kind of flexible load"))
    let power = section.require("power", .power("kW"))
    let duration = section.require("duration", .duration(.minutes(1)...(.hours(24))))
    let window = section.require("window", window)
    let days = ShiftReader.weekdays(section, "days") ?? Array(0..<7)
    let comfort = section.require(
      "comfort", .word(Asset.Flexibility.Comfort.allCases, noun: "loss of comfort"),
      remedy: "Add `comfort: low`, medium or high: what people lose when it is used.")
    guard let kind, let power, let duration, let window, let comfort else { return nil }
    var flexibility = Asset.Flexibility(
      kind: kind, power: power, duration: duration, from: window.from, to: window.to, weekdays: days,
      comfort: comfort, effect: section.read("effect", .text))
    flexibility.usually = usually(section, flexibility)
    flexibility.efficiency = efficiency(section, kind)
    let minutes = Int((duration.nanoseconds + 59_999_999_999) / 60_000_000_000)
    let length = (window.to <= window.from ? window.to + 1440 : window.to) - window.from
    // What a storage took in it gives back within the same window.
    if kind != .shed, minutes * (kind == .storage ? 2 : 1) > length {
      section.report(
        section["duration"]?.position,
        "\(QuantityText.text(duration))\(kind == .storage ? " twice" : "") do not fit into the window",
        remedy: "Choose a shorter duration or a longer window.")
      return nil
    }
    return flexibility
  }

  /// Nobody moves what must run.
  private static func checkEssential(_ asset: Section) {
    let isSafety = asset["criticality"]?.text == "safety"
    guard isSafety || asset.read("essential", Scalar<Bool>.boolean) != false else { return }
    asset.report(
      asset.position(of: "flexible"),
      isSafety
        ? "\(asset.name) is of criticality safety and cannot be flexible"
        : "\(asset.name) is flexible, but nothing says that it is not essential",
      remedy: isSafety ? "Remove `flexible`." : "Add `essential: no` if it may be moved or left out; else remove it.")
  }

  private static func usually(_ section: Section, _ flexibility: Asset.Flexibility) -> Int? {
    guard flexibility.kind == .shift else {
      if section.has("usually") {
        section.report(
          section.position(of: "usually"), "only a load of kind shift has a usual beginning",
          remedy: "Remove `usually`.")
      }
      return nil
    }
    guard
      let usually = section.require(
        "usually", .clock, remedy: "Add `usually: \"10:00\"`, when its run begins if nobody moves it.")
    else { return nil }
    let minutes = Int((flexibility.duration.nanoseconds + 59_999_999_999) / 60_000_000_000)
    if usually == 1440 || !flexibility.contains(from: usually, to: usually + minutes) {
      section.report(
        section["usually"]?.position, "its usual run lies outside of the window",
        remedy: "Widen `window`, or correct `usually`.")
    }
    return usually
  }

  private static func efficiency(_ section: Section, _ kind: Asset.Flexibility.Kind) -> ExactDecimal? {
    guard kind == .storage else {
      if section.has("efficiency") {
        section.report(
          section.position(of: "efficiency"), "only a storage has an efficiency", remedy: "Remove `efficiency`.")
      }
      return nil
    }
    let percent = Scalar<ExactDecimal>.percent("a share above 0 % and up to 100 %", example: "88 %") {
      ExactDecimal.zero < $0 && !(ExactDecimal(100) < $0)
    }
    return section.require(
      "efficiency", percent, remedy: "Add `efficiency: 88 %`, of its data sheet: what it gives back of what it took."
    )
    .flatMap { try? $0 / ExactDecimal(100) }
  }

  /// `08:00-20:00`, also with an en dash; over midnight too.
  private static let window = Scalar<(from: Int, to: Int)>(
    "two times of the day", example: "08:00-20:00",
    remedy: { _ in "Write when it may be used: `window: 08:00-20:00`, or `22:00-06:00` over midnight." }
  ) { text in
    let parts = text.replacing("–", with: "-").split(separator: "-", omittingEmptySubsequences: false)
      .map { Scalar<Int>.clock.parse($0.filter { $0 != " " }) }
    guard parts.count == 2, let from = parts[0], let to = parts[1], from < 1440 else { return nil }
    return (from, to == 0 ? 1440 : to)
  }

  static func policy(_ energy: Section) -> AdvicePolicy {
    energy.read("advice", .word(AdvicePolicy.allCases, noun: "policy of advice"), default: .balanced)
  }
}

extension AdvicePolicy {
  /// What is not the product's choice.
  func write(to writer: inout CanonicalWriter) {
    if self != .balanced { writer.field("advice", rawValue) }
  }
}

extension Asset.Flexibility {
  func write(to writer: inout CanonicalWriter) {
    writer.object("flexible") { writer in
      writer.field("kind", kind.rawValue)
      writer.field("power", "\(power) kW")
      writer.field("duration", QuantityText.text(duration))
      writer.field("window", "\(TariffRuleSet.clock(from))-\(TariffRuleSet.clock(to))")
      if weekdays != Array(0..<7) { writer.list("days", ShiftReader.text(weekdays: weekdays)) }
      writer.field("usually", usually.map(TariffRuleSet.clock))
      // A share of an entered percentage has two places more.
      writer.field("efficiency", efficiency.flatMap { try? $0 * ExactDecimal(100) }.map { "\($0) %" })
      writer.field("comfort", comfort.rawValue)
      writer.field("effect", effect)
    }
  }
}

extension ConfigurationSchema {
  static let flexible = any(
    "What of its load may be moved, left out or stored.",
    [
      words("Nothing.", ["none", "off"]),
      group(
        "A flexible load; needs essential: no.", FlexibilityReader.keys,
        [
          "kind": words(
            "shift: a run that may begin at another time; shed: may be left out for a while; storage: takes energy in "
              + "and gives it back.", Asset.Flexibility.Kind.allCases.map(\.rawValue)),
          "power": text("What is moved, left out or taken in.", "40 kW"),
          "duration": duration("Of a run, the longest shedding of a day, of a storage's charge.", "2 h"),
          "window": text("When it may be used.", "08:00-20:00"), "days": weekdays,
          "usually": text("shift: when its run begins if nobody moves it.", "10:00"),
          "efficiency": text("storage: what it gives back.", "88 %"),
          "comfort": words("What people lose.", Asset.Flexibility.Comfort.allCases.map(\.rawValue)),
          "effect": text("What people notice.", "the hall is 2 °C warmer"),
        ], required: ["kind", "power", "duration", "window", "comfort"]),
    ])

  /// Of `energy:`.
  static let advice: [String: JSONValue] = [
    "advice": words("How far advice on flexible loads may go.", AdvicePolicy.allCases.map(\.rawValue))
  ]
}
