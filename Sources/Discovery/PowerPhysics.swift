import Templates

/// What follows for the units of power and energy from other fields of the same devices.
struct PowerPhysics {
  let fields: [FieldSummary]
  let vocabulary: Vocabulary

  private func quantity(_ field: FieldSummary) -> Vocabulary.Quantity? {
    guard field.meaning.exclusion == nil else { return nil }
    return field.meaning.quantity.map { vocabulary.quantities[$0] }
  }

  private func fields(of dimension: Dimension, _ kind: Vocabulary.Quantity.Kind) -> [FieldSummary] {
    fields.filter { field in
      guard field.kind == .number, let quantity = quantity(field), quantity.kind == kind else { return false }
      return quantity.units.first?.unit.dimension == dimension
    }
  }

  /// The unit of a power that agrees with voltage × current, or of a counter that agrees with power × time.
  func unit(_ field: FieldSummary) -> (unit: Unit, reason: String)? {
    guard let quantity = quantity(field), let dimension = quantity.units.first?.unit.dimension else { return nil }
    switch (dimension, quantity.kind) {
    case (.power, .gauge): return power(field, quantity)
    case (.energy, .register): return energy(field, quantity)
    case (.current, .gauge): return current(field, quantity)
    default: return nil
    }
  }

  /// Mean of voltage × current of the matching phases, in W, by device.
  private func apparent(_ device: Int, index: Int?) -> Double? {
    let voltages = fields(of: .voltage, .gauge)
    let currents = fields(of: .current, .gauge)
    var sum = 0.0
    var phases = 0
    for current in currents where index == nil || current.meaning.index == index {
      guard
        let voltage = voltages.first(where: { $0.meaning.index == current.meaning.index })
          ?? (voltages.count == 1 ? voltages.first : nil),
        let volts = volts(voltage, device), let amperes = mean(current, device), amperes > 0,
        current.meaning.unit == nil || current.meaning.unit?.symbol == "A"
      else { continue }
      // Between lines instead of phase and neutral it is larger by the root of 3; that decides no power of ten.
      sum += volts * amperes
      phases += 1
    }
    return phases > 0 && phases == currents.count || phases == 1 && index != nil ? sum : nil
  }

  private func volts(_ field: FieldSummary, _ device: Int) -> Double? {
    guard let value = mean(field, device), value > 50, value < 1500 else { return nil }
    return field.meaning.unit == nil || field.meaning.unit?.symbol == "V" ? value : nil
  }

  private func mean(_ field: FieldSummary, _ device: Int) -> Double? {
    guard device < field.numbers.count, !field.numbers[device].isEmpty else { return nil }
    return field.numbers[device].reduce(0) { $0 + abs($1) } / Double(field.numbers[device].count)
  }

  private func power(_ field: FieldSummary, _ quantity: Vocabulary.Quantity) -> (unit: Unit, reason: String)? {
    guard let watt = try? UnitCatalogue.unit("W") else { return nil }
    var found: Unit?
    for device in field.numbers.indices {
      guard let apparent = apparent(device, index: field.meaning.index), apparent > 1, let value = mean(field, device),
        value > 0
      else { continue }
      // The power factor is between 0.2 and 1; with line voltages there is up to the root of 3 more.
      let fitting = quantity.units.map(\.unit).filter { unit in
        guard let conversion = try? UnitConversion(from: unit, to: watt) else { return false }
        return (0.2...1.8).contains(conversion.apply(value) / apparent)
      }
      guard fitting.count == 1, found == nil || found == fitting[0] else { return nil }
      found = fitting[0]
    }
    return found.map { ($0, "\($0.symbol) agrees with voltage × current") }
  }

  /// The unit of a current that agrees with a power whose unit is written down.
  private func current(_ field: FieldSummary, _ quantity: Vocabulary.Quantity) -> (unit: Unit, reason: String)? {
    let powers = fields(of: .power, .gauge).filter { $0.meaning.index == nil }
    let phases = Double(max(1, fields(of: .current, .gauge).count))
    guard powers.count == 1, let power = powers.first, let voltage = fields(of: .voltage, .gauge).first,
      let written = power.givenUnit.flatMap({ NameReader.unit([$0], .power) }) ?? power.meaning.unit,
      let watt = try? UnitCatalogue.unit("W"), let ampere = try? UnitCatalogue.unit("A"),
      let toWatt = try? UnitConversion(from: written, to: watt)
    else { return nil }
    var found: Unit?
    for device in field.numbers.indices {
      guard let volts = volts(voltage, device), let mean = mean(field, device), mean > 0,
        let watts = self.mean(power, device), watts > 0
      else { continue }
      let fitting = quantity.units.map(\.unit).filter { unit in
        guard let conversion = try? UnitConversion(from: unit, to: ampere) else { return false }
        // The power factor, and phases that are not loaded alike.
        return (0.3...8).contains(conversion.apply(mean) * volts * phases / toWatt.apply(watts))
      }
      guard fitting.count == 1, found == nil || found == fitting[0] else { return nil }
      found = fitting[0]
    }
    return found.map { ($0, "\($0.symbol) agrees with power and voltage") }
  }

  private func energy(_ field: FieldSummary, _ quantity: Vocabulary.Quantity) -> (unit: Unit, reason: String)? {
    guard let kilowatt = try? UnitCatalogue.unit("kW"), let kilowattHour = try? UnitCatalogue.unit("kWh") else {
      return nil
    }
    let judge = UnitJudge(vocabulary: vocabulary)
    let powers = fields(of: .power, .gauge).filter { $0.meaning.index == field.meaning.index }
    guard powers.count == 1, let power = powers.first, let powerQuantity = self.quantity(power) else { return nil }
    let known = judge.judge(power, powerQuantity, trusted: nil, physics: self.power(power, powerQuantity))
    guard let unit = known.unit, known.confidence >= vocabulary.threshold,
      let toKilowatt = try? UnitConversion(from: unit, to: kilowatt)
    else { return nil }
    var found: Unit?
    var step = 1.0
    for _ in 0..<field.places { step /= 10 }
    for device in field.numbers.indices {
      guard let first = field.numbers[device].first, let last = field.numbers[device].last,
        device < field.spans.count, field.spans[device].seconds > 1, last - first >= 5 * step,
        let mean = mean(power, device), mean > 0
      else { continue }
      let expected = toKilowatt.apply(mean) * field.spans[device].seconds / 3600
      let fitting = quantity.units.map(\.unit).filter { unit in
        guard let conversion = try? UnitConversion(from: unit, to: kilowattHour) else { return false }
        return (0.4...2.5).contains(conversion.apply(last - first) / expected)
      }
      guard fitting.count == 1, found == nil || found == fitting[0] else { return nil }
      found = fitting[0]
    }
    return found.map { ($0, "its growth in \($0.symbol) agrees with power × time") }
  }
}
