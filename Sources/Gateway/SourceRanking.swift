import Control
import Quality
import Rules
import Telemetry
import Templates

/// Which sources of data are the worst, from what is known of each.
struct SourceRanking {
  /// Of one signal, or of a device.
  struct Entry {
    var line: SourceLine
    /// With how much of it there is: what weighs most decides the remedy.
    var faults: [(remedy: String, weight: Double)] = []
    var weight: Double { faults.map(\.weight).reduce(0, +) }
  }

  private var entries: [String: Entry] = [:]
  private let site: Site

  init(site: Site) { self.site = site }

  /// The worst first: by open findings, then by what else there is; of equals by name.
  func lines(limit: Int) -> [SourceLine] {
    let ranked = entries.values.filter { $0.weight > 0 }.sorted { a, b in
      if a.line.open.count != b.line.open.count { return a.line.open.count > b.line.open.count }
      if a.weight != b.weight { return a.weight > b.weight }
      return (a.line.asset, a.line.signal ?? "") < (b.line.asset, b.line.signal ?? "")
    }
    return ranked.prefix(limit).map { entry in
      var line = entry.line
      line.open.sort()
      // Of equal weights the remedy that comes first in the alphabet, so that the answer is always the same.
      line.remedy =
        entry.faults.max { ($0.weight, $1.remedy) < ($1.weight, $0.remedy) }?.remedy ?? ""
      return line
    }
  }

  // MARK: What is known

  /// An open finding weighs more than anything that is over.
  private static let openWeight = 1e9
  /// As much as so many samples that were set aside.
  private static let findingWeight = 100.0
  /// Of a signal that was never there.
  private static let missingWeight = 10_000.0
  /// Less of the time is no fault: messages get lost now and then.
  private static let missingShare = 0.001

  mutating func add(_ report: SourceReport, of asset: Asset) {
    for count in report.counts where asset.signals.indices.contains(count.signal) {
      change(asset, signal: asset.signals[count.signal].name) { entry in
        let remedy = SourceRemedy.text(count.fault)
        if case .finding = count.fault {
          entry.line.findings[count.fault.word, default: 0] += count.count
          entry.faults.append((remedy, Double(count.count) * Self.findingWeight))
        } else {
          entry.line.samples[count.fault.word, default: 0] += count.count
          entry.faults.append((remedy, Double(count.count)))
        }
      }
    }
    for missing in report.missing where asset.signals.indices.contains(missing.signal) && missing.observed > 0 {
      let share = min(1, Double(missing.nanoseconds) / Double(missing.observed))
      guard share >= Self.missingShare else { continue }
      change(asset, signal: asset.signals[missing.signal].name) { entry in
        entry.line.missingShare = share
        entry.faults.append((SourceRemedy.text(.finding(.gap)), share * Self.missingWeight))
      }
    }
    let tolerance = site.quality.time(.clockTolerance).seconds
    if let ahead = report.clock?.ahead.seconds, ahead.magnitude > tolerance {
      change(asset, signal: nil) { entry in
        entry.line.clockAheadSeconds = ahead
        entry.faults.append((SourceRemedy.clock, Self.findingWeight))
      }
    }
  }

  /// Findings about an asset whose evidence names a signal belong to the signal.
  mutating func add(_ finding: Finding) {
    guard let asset = site.assets.first(where: { $0.id == finding.subject }), Self.isAboutData(finding.rule) else {
      return
    }
    let named = finding.evidence.first { $0.name == "signal" }?.value
    let signal = QualityReason(word: finding.rule) == nil ? nil : named
    change(asset, signal: signal) { entry in
      if !entry.line.open.contains(finding.rule) { entry.line.open.append(finding.rule) }
      // A device whose samples are all set aside has no data for the reason that another finding tells.
      let weight = finding.rule == "no-data" ? Self.openWeight / 2 : Self.openWeight
      entry.faults.append((finding.advice, weight))
    }
  }

  private static let dataRules: Set<String> = ["no-data", "future-clock", "clock-skew", "clock-reset"]

  private static func isAboutData(_ rule: String) -> Bool {
    dataRules.contains(rule) || QualityReason(word: rule) != nil || rule.hasPrefix("counter-")
  }

  /// Messages that could not be decoded.
  mutating func add(messages count: Int, _ reason: QuarantineReason, of asset: Asset) {
    change(asset, signal: nil) { entry in
      entry.line.samples[reason.word, default: 0] += count
      entry.faults.append((SourceRemedy.text(.setAside(reason)), Double(count)))
    }
  }

  private mutating func change(_ asset: Asset, signal: String?, _ body: (inout Entry) -> Void) {
    let key = "\(asset.id)\u{0}\(signal ?? "")"
    body(
      &entries[key, default: Entry(line: SourceLine(asset: asset.id, signal: signal, place: asset.place))])
  }
}
