import Telemetry

/// Horizons, energy, storage and control: plain settings with defaults.
extension SiteReader {
  /// The groups of record kinds that share a horizon, with their defaults (product choices).
  static let horizonGroups: [(key: String, kinds: [RecordKind], standard: Horizon)] = [
    (
      "energy",
      [
        .energyInterval, .energyDay, .energyMonth, .energyIdle, .energyPerformance, .productionOrder, .productionLine,
        .productFootprint, .supplierFootprint, .oee,
        .carbonInterval, .carbonDay, .carbonMonth, .carbonActivity,
        .carbonInventory,
      ],
      Horizon(lateness: .seconds(60), revision: .days(45))
    ),
    ("signal-summary", [.signalSummary, .equipmentHealth], Horizon(lateness: .seconds(10), revision: .hours(24))),
    (
      "inspection", [.inspectionCount, .unitFile, .inspectionLot], Horizon(lateness: .seconds(60), revision: .days(45))
    ),
  ]

  func horizons(_ top: Section) -> [RecordKind: Horizon] {
    let section = top.section("horizons", "horizons", keys: Self.horizonGroups.map(\.key))
    var horizons: [RecordKind: Horizon] = [:]
    for group in Self.horizonGroups {
      var horizon = group.standard
      if let inner = section?.section(group.key, "horizon of \(group.key)", keys: ["lateness", "revision"]) {
        horizon.lateness = inner.read("lateness", .duration(.zero...(.days(7))), default: horizon.lateness)
        horizon.revision = inner.read(
          "revision", .duration(.seconds(1)...(.days(400))), default: horizon.revision)
        if horizon.revision < horizon.lateness {
          inner.report(
            inner.position(of: inner.has("revision") ? "revision" : "lateness"),
            "the \(inner.name) is shorter than its lateness (\(QuantityText.text(horizon.lateness)))",
            remedy: "Choose a revision of at least the lateness.")
        }
      }
      for kind in group.kinds { horizons[kind] = horizon }
    }
    return horizons
  }

  static let energyKeys = ["window", "plausibility-factor", "standard-coal", "advice"] + EnergyAnalysisReader.keys

  func energy(_ top: Section) -> EnergySettings {
    // 1.2: rules/energy §5, a product choice; 1.25 is in use elsewhere.
    var settings = EnergySettings(window: .minutes(15), plausibilityFactor: ScaledInteger(12, exponent: -1))
    guard let section = top.section("energy", "energy", keys: Self.energyKeys) else {
      return settings
    }
    settings.window = section.read(
      "window",
      Scalar("a length of time that divides a day, from 1 min to 1 h", example: "15 min") { text in
        guard let span = QuantityText.duration(text), span >= .minutes(1), span <= .hours(1),
          Span64.days(1).nanoseconds % span.nanoseconds == 0
        else { return nil }
        return span
      }, default: settings.window)
    settings.plausibilityFactor =
      section.read(
        "plausibility-factor",
        .decimal("a number from 1 to 10", example: "1.2") { $0 >= ScaledInteger(1) && $0 <= ScaledInteger(10) },
        default: settings.plausibilityFactor
      ).withoutTrailingZeros
    settings.standardCoal = StandardCoalReader(folders: folders).table(section)
    settings.analysis = EnergyAnalysisReader.settings(section)
    settings.advice = FlexibilityReader.policy(section)
    return settings
  }

  func storage(_ top: Section) -> StorageSettings {
    var settings = StorageSettings(
      journalBytes: 4_000_000_000, journalAge: .days(30), storeBytes: 4_000_000_000, freeSpaceFloor: 256_000_000,
      reserveBytes: 16_000_000)
    guard let section = top.section("storage", "storage", keys: ["journal", "store", "free-space-floor", "reserve"])
    else { return settings }
    let size = Scalar<Int>.size(16_000_000...1_000_000_000_000_000)
    if let journal = section.section("journal", "journal", keys: ["size", "age"]) {
      settings.journalBytes = journal.read("size", size, default: settings.journalBytes)
      settings.journalAge = journal.read(
        "age", .duration(.hours(1)...(.days(3650))), default: settings.journalAge)
    }
    if let store = section.section("store", "store", keys: ["size"]) {
      settings.storeBytes = store.read("size", size, default: settings.storeBytes)
    }
    settings.freeSpaceFloor = section.read(
      "free-space-floor", .size(1_000_000...1_000_000_000_000_000), default: settings.freeSpaceFloor)
    settings.reserveBytes = section.read(
      "reserve", .size(1_000_000...1_000_000_000_000), default: settings.reserveBytes)
    if settings.reserveBytes > settings.freeSpaceFloor {
      section.report(
        section.position(of: section.has("reserve") ? "reserve" : "free-space-floor"),
        "the reserve is larger than the free-space floor",
        remedy: "Choose a reserve of at most \(QuantityText.text(bytes: settings.freeSpaceFloor)).")
    }
    return settings
  }

  static let controlKeys = [
    "metrics-port", "roles", "work-order-token-file", "work-order-token-env", "work-order-token-credential",
  ]

  func control(_ top: Section) -> ControlSettings {
    var settings = ControlSettings(metricsPort: nil)
    guard let section = top.section("control", "control", keys: Self.controlKeys) else { return settings }
    if !section.isOff("metrics-port") { settings.metricsPort = section.read("metrics-port", .integer(0...65535)) }
    settings.roles = ControlRoles.read(section)
    settings.workOrderToken = secret(section, "work-order-token")
    if settings.workOrderToken != nil, settings.metricsPort == nil {
      section.report(
        nil, "a token for work orders is given, but there is no port that would take it",
        remedy: "Add `metrics-port: 9464`, or remove the token.")
    }
    return settings
  }
}
