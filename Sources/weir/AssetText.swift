import Control

/// `weir asset` as text.
enum AssetText {
  static let states = """
    States: reporting; quiet = nothing for more than an hour, of an asset that sends only when there is work; silent = \
    it should send and does not; waiting = its broker connection is down or catching up; never = nothing so far.
    """

  static func page(_ detail: AssetDetail) -> String {
    let asset = detail.asset
    let last = asset.lastSample.map { "last sample \($0), age \(age(asset))" } ?? "no sample yet"
    var lines = [
      "\(asset.id)  \(asset.name)  \(asset.state.uppercased())  (\(last))",
      "  place     \(asset.place)",
      "  template  \(asset.template), criticality \(asset.criticality)",
      "  topics    \(asset.topics.joined(separator: ", "))",
    ]
    if let clock = detail.clock { lines.append("  clock     \(text(clock))") }
    lines.append("")
    lines += signals(detail)
    for finding in detail.findings {
      lines += ["", "  \(finding.severity.uppercased())  \(finding.summary)  (since \(finding.opened))"]
      lines.append("      → \(finding.advice)")
    }
    return lines.joined(separator: "\n")
  }

  private static func signals(_ detail: AssetDetail) -> [String] {
    guard !detail.signals.isEmpty else {
      return ["  It sends events only; their counts are in its records (inspection-count)."]
    }
    var table = Columns(alignRight: [1, 3, 5])
    table.add("SIGNAL", "LAST", "UNIT", "MIN", "LAST HOUR" + (detail.lastHourUntil.map { " until \($0)" } ?? ""), "MAX")
    for signal in detail.signals {
      table.add(
        signal.name, signal.lastValue ?? "-", signal.unit, signal.minimum.map { Figures.places($0, 2) } ?? "-",
        Figures.sparkline(signal.lastHour), signal.maximum.map { Figures.places($0, 2) } ?? "-")
    }
    let isEmpty = detail.lastHourUntil != nil && detail.signals.allSatisfy { $0.lastValue == nil }
    return table.lines(indent: "  ")
      + (isEmpty ? ["", "  Values are shown as of the last checkpoint: ask again in 30 s."] : [])
  }

  private static func text(_ clock: DeviceClockDetail) -> String {
    guard let ahead = clock.aheadSeconds else { return clock.policy }
    let delivery = clock.deliverySeconds.map { "; delivery varies by \(Figures.age($0))" } ?? ""
    let side = ahead >= 0 ? "ahead" : "behind, delivery included"
    return "\(clock.policy): \(Figures.age(ahead.magnitude)) \(side)\(delivery)"
  }

  /// The age of the last sample; a device may be ahead.
  static func age(_ asset: AssetLine) -> String {
    guard let age = asset.lastSampleAgeSeconds else { return "-" }
    return age < -1 ? "\(Figures.age(-age)) ahead" : Figures.age(max(0, age))
  }
}
