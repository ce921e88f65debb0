import Telemetry

/// Electricity: what each method makes of a line.
extension EmissionCalculator {
  func electricity(
    _ electricity: Activity.Electricity, _ activity: Activity, _ method: InventoryMethod, _ date: CivilDate,
    _ certificates: [CertificateShare], _ hourly: HourlySums?
  ) throws -> [EmissionLine] {
    switch (electricity.acquisition, electricity.attribute) {
    case (.exported, _):
      let choice = try choice(method, at: date)
      var line = try line(activity, method, scope: 2, .electricity, choice.factor, sign: -1)
      line.warnings = choice.warnings
      line.isMemo = method != .gbt32150
      return [line]
    case (.selfGenerated, .nonFossil):
      if method == .gbt32150, electricity.proof == nil {
        return [try withoutProof(activity, method, date, "self-generated")]
      }
      return [zero(activity, method, "self-generated, non-fossil")]
    case (.selfGenerated, _):
      var line = zero(activity, method, "self-generated: counted with the fuel that generates it (scope 1)")
      line.isMemo = true
      return [line]
    case (.purchased, .nonFossil):
      switch method {
      case .gbt32150 where electricity.proof == nil: return [try withoutProof(activity, method, date, "purchased")]
      case .gbt32150 where settings.greenPower == .zero, .market where electricity.proof != nil:
        return [zero(activity, method, "non-fossil, proven by \(electricity.proof ?? "a contract")")]
      default: return [try grid(activity, method, date)]
      }
    case (.purchased, _):
      return try purchased(activity, method, date, certificates, hourly)
    }
  }

  private func purchased(
    _ activity: Activity, _ method: InventoryMethod, _ date: CivilDate, _ shares: [CertificateShare],
    _ hourly: HourlySums?
  ) throws -> [EmissionLine] {
    let uses = method == .market || (method == .gbt32150 && settings.greenPower == .zero)
    let whole = hourly == nil ? nil : try ActivityUnit.convert(activity.amount, activity.unit, to: "kWh")
    func rest(_ part: Activity) throws -> [EmissionLine] {
      guard let hourly, let whole else { return [try grid(part, method, date)] }
      let amount = try ActivityUnit.convert(part.amount, part.unit, to: "kWh")
      return try self.hourly(hourly, amount: amount, of: whole, part, method, date)
    }
    guard uses, !shares.isEmpty else { return try rest(activity) }
    var left = try ActivityUnit.convert(activity.amount, activity.unit, to: "kWh")
    var lines: [EmissionLine] = []
    for share in shares {
      guard share.kilowattHours <= left else {
        throw FactorProblem(
          "certificates cover more than the \(activity.amount) \(activity.unit) that were used",
          remedy: "allocate at most the consumption of the period")
      }
      left = try left - share.kilowattHours
      let certificate = share.certificate
      // In GB/T 32150 only non-fossil electricity has another factor than the grid's.
      guard method == .market || certificate.factor.isZero else {
        left = try left + share.kilowattHours
        continue
      }
      let factor = EmissionFactor(
        id: "certificate/\(certificate.id)", set: "certificates", value: certificate.factor, unit: "kgCO2/kWh",
        gas: .co2, provenance: Provenance(source: certificate.source), validTo: certificate.validTo, status: .site,
        label: certificate.kind.rawValue)
      var line = try line(
        Activity(activity.kind, share.kilowattHours, "kWh"), method, scope: 2, .electricity, factor)
      line.certificate = certificate.id
      lines.append(line)
    }
    guard !left.isZero else { return lines }
    return try lines + rest(Activity(activity.kind, left, "kWh"))
  }

  func grid(_ activity: Activity, _ method: InventoryMethod, _ date: CivilDate) throws -> EmissionLine {
    let choice = try choice(method, at: date)
    var line = try line(activity, method, scope: 2, .electricity, choice.factor)
    line.warnings = choice.warnings
    return line
  }

  private func withoutProof(
    _ activity: Activity, _ method: InventoryMethod, _ date: CivilDate, _ what: String
  ) throws -> EmissionLine {
    let text = "\(activity.amount) \(activity.unit) of \(what) non-fossil electricity have no proof"
    guard settings.missingProof == .nationalAverage else {
      throw FactorProblem(
        text, remedy: "name the certificate, contract or monthly record, or set `missing-proof: national_average`")
    }
    var line = try grid(activity, method, date)
    line.warnings.append(EmissionWarning(.missingProof, text + ": counted with the national average"))
    return line
  }

  private func zero(_ activity: Activity, _ method: InventoryMethod, _ why: String) -> EmissionLine {
    EmissionLine(
      method: method, scope: 2, category: .electricity, amount: activity.amount, unit: activity.unit, kilograms: .zero,
      gas: method == .footprint ? .co2e : .co2, gwp: nil, factor: nil,
      formula: "\(activity.amount) \(activity.unit) × 0 (\(why)) = 0 kgCO2")
  }
}
