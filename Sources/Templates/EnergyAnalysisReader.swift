import Factors
import Telemetry

/// Reads `balance:`, `leak:`, `baseline:` and `abnormal:` of the section `energy:`, and `idle:` of an asset.
struct EnergyAnalysisReader {
  static let keys = ["balance", "leak", "baseline", "abnormal", "idle"]
  static let balanceKeys = ["windows", "slack", "threshold"]
  static let leakKeys = ["night", "share", "nights", "prices"]
  static let baselineKeys =
    ["minimum-r2", "maximum-p", "maximum-cv", "maximum-nmbe", "confidence"] + baselinePeriodKeys
  static let siteIdleKeys = ["share", "findings", "always-on", "area-excess"]
  static let abnormalKeys = ["warning", "alarm", "minimum-share"]
  static let idleKeys = ["standby-target", "off-below", "producing-from", "minimum-idle"]

  static func settings(_ section: Section) -> EnergyAnalysis {
    var settings = EnergyAnalysis.standard
    if let inner = section.section("balance", "balance", keys: balanceKeys) {
      settings.balanceWindows = inner.read("windows", .integer(1...1000), default: settings.balanceWindows)
      settings.balanceSlack = number(inner, "slack", 0, 100) ?? settings.balanceSlack
      settings.balanceThreshold = number(inner, "threshold", 1, 10_000) ?? settings.balanceThreshold
    }
    if let inner = section.section("leak", "leak", keys: leakKeys) {
      if inner.has("night") {
        let hours = (inner.list("night", .integer(0...24)) ?? []).map(\.value)
        if hours.count == 2, hours[0] < hours[1] {
          settings.nightFrom = hours[0]
          settings.nightTo = hours[1]
        } else if section.diagnostics.isEmpty {
          inner.report(
            inner["night"]?.position, "the night needs two hours of one day, the earlier first",
            remedy: "Write `night: [1, 5]` for 01:00 to 05:00.")
        }
      }
      settings.leakShare = share(inner, "share") ?? settings.leakShare
      settings.leakNights = inner.read("nights", .integer(1...60), default: settings.leakNights)
      settings.mediaPrices = prices(inner)
    }
    if let inner = section.section("baseline", "baseline", keys: baselineKeys) {
      settings.minimumR2 = number(inner, "minimum-r2", 0, 1)
      settings.maximumP = number(inner, "maximum-p", 0, 1)
      settings.maximumCV = share(inner, "maximum-cv")
      settings.maximumNMBE = share(inner, "maximum-nmbe")
      settings.confidence = share(inner, "confidence") ?? settings.confidence
      period(inner, &settings)
    }
    if let inner = section.section("abnormal", "abnormal use", keys: abnormalKeys) {
      settings.warning = number(inner, "warning", 0, 1000) ?? settings.warning
      settings.alarm = number(inner, "alarm", 0, 1000) ?? settings.alarm
      settings.minimumShare = share(inner, "minimum-share") ?? settings.minimumShare
      if settings.alarm < settings.warning {
        inner.report(
          inner.position(of: inner.has("alarm") ? "alarm" : "warning"), "the alarm comes before the warning",
          remedy: "Choose an alarm of at least \(settings.warning).")
      }
    }
    if let inner = section.section("idle", "idle use", keys: siteIdleKeys) {
      settings.idleShare = share(inner, "share") ?? settings.idleShare
      settings.idleFindings = inner.read("findings", .integer(0...1000), default: settings.idleFindings)
      settings.alwaysOnShare = share(inner, "always-on") ?? settings.alwaysOnShare
      settings.areaExcess = number(inner, "area-excess", 1, 1000) ?? settings.areaExcess
    }
    return settings
  }

  /// Media that can leak.
  static let leakingMedia: [Signal.Quantity] = [
    .gasVolume, .gasVolumeNormal, .waterVolume, .steamMass, .compressedAirVolume, .compressedAirVolumeNormal,
    .nitrogenVolume, .nitrogenVolumeNormal,
  ]

  private static func prices(_ leak: Section) -> [Signal.Quantity: ExactDecimal] {
    guard let inner = leak.section("prices", "prices", keys: leakingMedia.map(\.rawValue)) else { return [:] }
    let price = Scalar<ExactDecimal>("a price of 0 or more for one unit", example: "4.10") { text in
      guard let price = ExactDecimal(text), !price.isNegative else { return nil }
      return price
    }
    var prices: [Signal.Quantity: ExactDecimal] = [:]
    for medium in leakingMedia { prices[medium] = inner.read(medium.rawValue, price) }
    return prices
  }

  static func idle(_ asset: Section) -> Asset.IdleThresholds? {
    guard let inner = asset.section("idle", "idle of \(asset.name)", keys: idleKeys) else { return nil }
    let power = Scalar<ExactDecimal>(
      "a power of 0 kW or more", example: "5 kW",
      parse: { text in
        guard let (number, unit) = QuantityText.split(text), unit == "kW", number.mantissa >= 0 else { return nil }
        return try? ExactDecimal(number)
      })
    guard let target = inner.require("standby-target", power), let off = inner.require("off-below", power) else {
      return nil
    }
    let producing = inner.read("producing-from", power)
    if let producing, producing < off {
      inner.report(
        inner["producing-from"]?.position, "it would produce while it is off",
        remedy: "Choose a power of at least \(off) kW.")
    }
    // 15 minutes: the length of a window, a product choice.
    return Asset.IdleThresholds(
      standbyTarget: target, offBelow: off, producingFrom: producing,
      minimumIdle: inner.read("minimum-idle", .duration(.zero...(.days(1))), default: .minutes(15)))
  }

  static func number(_ section: Section, _ key: String, _ from: Int64, _ to: Int64) -> ScaledInteger? {
    section.read(
      key,
      .decimal("a number from \(from) to \(to)", example: "\(from + 1)") {
        $0 >= ScaledInteger(from) && $0 <= ScaledInteger(to)
      })?.withoutTrailingZeros
  }

  private static func share(_ section: Section, _ key: String) -> ScaledInteger? {
    section.read(
      key,
      Scalar<ScaledInteger>("a share from 0 % to 100 %", example: "15 %") { text in
        guard let (number, unit) = QuantityText.split(text), unit == "%", number.mantissa >= 0,
          number <= ScaledInteger(100), number.exponent > -16
        else { return nil }
        return ScaledInteger(number.mantissa, exponent: number.exponent - 2).withoutTrailingZeros
      })
  }
}

extension EnergyAnalysis {
  /// What is not the product's choice.
  func write(to writer: inout CanonicalWriter) {
    let standard = EnergyAnalysis.standard
    func percent(_ share: ScaledInteger) -> String {
      "\(ScaledInteger(share.mantissa, exponent: share.exponent + 2).withoutTrailingZeros) %"
    }
    if balanceWindows != standard.balanceWindows || balanceSlack != standard.balanceSlack
      || balanceThreshold != standard.balanceThreshold
    {
      writer.object("balance") { writer in
        writer.field("windows", balanceWindows)
        writer.field("slack", balanceSlack.description)
        writer.field("threshold", balanceThreshold.description)
      }
    }
    if nightFrom != standard.nightFrom || nightTo != standard.nightTo || leakShare != standard.leakShare
      || leakNights != standard.leakNights || !mediaPrices.isEmpty
    {
      writer.object("leak") { writer in
        writer.list("night", [String(nightFrom), String(nightTo)])
        writer.field("share", percent(leakShare))
        writer.field("nights", leakNights)
        if !mediaPrices.isEmpty {
          writer.object("prices") { writer in
            for medium in EnergyAnalysisReader.leakingMedia {
              writer.field(medium.rawValue, mediaPrices[medium]?.description)
            }
          }
        }
      }
    }
    if minimumR2 != nil || maximumP != nil || maximumCV != nil || maximumNMBE != nil
      || confidence != standard.confidence || hasPeriod
    {
      writer.object("baseline") { writer in
        writer.field("minimum-r2", minimumR2?.description)
        writer.field("maximum-p", maximumP?.description)
        writer.field("maximum-cv", maximumCV.map(percent))
        writer.field("maximum-nmbe", maximumNMBE.map(percent))
        writer.field("confidence", percent(confidence))
        writePeriod(to: &writer)
      }
    }
    if idleShare != standard.idleShare || idleFindings != standard.idleFindings
      || alwaysOnShare != standard.alwaysOnShare || areaExcess != standard.areaExcess
    {
      writer.object("idle") { writer in
        writer.field("share", percent(idleShare))
        writer.field("findings", idleFindings)
        writer.field("always-on", percent(alwaysOnShare))
        writer.field("area-excess", areaExcess.description)
      }
    }
    if warning != standard.warning || alarm != standard.alarm || minimumShare != standard.minimumShare {
      writer.object("abnormal") { writer in
        writer.field("warning", warning.description)
        writer.field("alarm", alarm.description)
        writer.field("minimum-share", percent(minimumShare))
      }
    }
  }
}

extension Asset.IdleThresholds {
  func write(to writer: inout CanonicalWriter) {
    writer.object("idle") { writer in
      writer.field("standby-target", "\(standbyTarget) kW")
      writer.field("off-below", "\(offBelow) kW")
      writer.field("producing-from", producingFrom.map { "\($0) kW" })
      writer.field("minimum-idle", QuantityText.text(minimumIdle))
    }
  }
}
