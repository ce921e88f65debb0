extension MeasuredRole {
  /// What a signal measures, by its unit and the words of its name; `other` if they do not say it.
  ///
  /// A template that knows better says so by `role:`.
  public init(signal name: String, unit: String) {
    let words = Set(name.lowercased().split { "-_. ".contains($0) }.map(String.init))
    func has(_ any: String...) -> Bool { any.contains { words.contains($0) } }
    func contains(_ any: String...) -> Bool {
      let name = name.lowercased()
      return any.contains { name.contains($0) }
    }
    switch unit {
    case "mm/s": self = .vibrationVelocity
    case "µm", "um": self = contains("vibration", "displacement", "shaft") ? .vibrationDisplacement : .other
    case "g", "m/s²", "m/s2":
      self =
        has("envelope", "demodulated", "shock") ? .envelope : has("peak") ? .other : .vibrationAcceleration
    case "°C", "K", "°F": self = Self.temperature(has: { words.contains($0) })
    case "A", "mA": self = contains("unbalance", "leakage", "residual") ? .other : .current
    case "V", "kV": self = has("battery", "supply") ? .other : .voltage
    case "W", "kW", "MW": self = has("heat", "thermal", "cooling") ? .other : .activePower
    case "rpm", "r/min", "Hz", "1/s", "1/min": self = unit == "Hz" && !has("speed", "output") ? .other : .speed
    case "Nm", "N·m": self = .torque
    case "bar", "kPa", "MPa", "Pa", "mbar", "hPa": self = Self.pressure(has: { words.contains($0) })
    case "m³/h", "l/min", "l/h", "m³/s", "kg/h", "kg/s", "t/h", "Nm³/h", "m³/min", "l/s": self = .flow
    case "dB", "dBA", "dB(A)": self = .acoustic
    default: self = Self.plain(has: { words.contains($0) }, unit: unit)
    }
  }

  private static func temperature(has: (String) -> Bool) -> MeasuredRole {
    if ["bearing"].contains(where: has) { return .bearingTemperature }
    if ["winding", "stator", "coil"].contains(where: has) { return .windingTemperature }
    if ["ambient", "air", "room", "outdoor", "inlet", "intake"].contains(where: has) { return .ambientTemperature }
    if ["oil", "coolant", "cooling", "gearbox", "condenser"].contains(where: has) { return .coolantTemperature }
    if ["medium", "process", "product", "return", "supply", "discharge", "outlet", "zone", "chamber"].contains(
      where: has)
    {
      return .processTemperature
    }
    return .housingTemperature
  }

  private static func pressure(has: (String) -> Bool) -> MeasuredRole {
    if ["suction", "intake", "inlet", "evaporator", "evaporating"].contains(where: has) { return .suctionPressure }
    if ["discharge", "outlet", "condenser", "condensing"].contains(where: has) { return .dischargePressure }
    if ["differential", "filter", "drop", "delta"].contains(where: has) { return .differentialPressure }
    return .pressure
  }

  private static func plain(has: (String) -> Bool, unit: String) -> MeasuredRole {
    if has("kurtosis") { return .kurtosis }
    if has("crest") { return .crest }
    if has("envelope") { return .envelope }
    if has("unbalance"), has("current") { return .currentUnbalance }
    if has("unbalance"), has("voltage") { return .voltageUnbalance }
    if has("factor"), has("power") { return .powerFactor }
    if has("humidity") { return .humidity }
    if has("level") { return .level }
    if has("wear") { return .wear }
    if has("setting") || has("settings") || has("setpoint"), ["%", "1", ""].contains(unit) { return .load }
    if ["load", "opening", "output", "throttle", "capacity"].contains(where: has), unit == "%" { return .load }
    if ["particles", "iso4406", "viscosity", "water"].contains(where: has) { return .oilCondition }
    for band in ["bpfo", "bpfi", "bsf", "ftf", "1x", "2x", "3x", "subharmonic", "line"] where has(band) {
      return .bandEnergy(band)
    }
    if has("band") { return .bandEnergy("total") }
    return .other
  }
}
