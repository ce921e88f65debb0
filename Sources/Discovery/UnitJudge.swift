import Templates

/// The unit of a payload's number, and how sure that is.
struct UnitGuess: Hashable, Sendable {
  var unit: Unit?
  var confidence: Double
  var reason: String
  /// Units that are as likely.
  var alternatives: [Unit] = []
}

/// Decides units: what the payload or the name says, else magnitude, else physics (power = voltage × current, energy =
/// power × time). What remains open is said to be open.
struct UnitJudge {
  let vocabulary: Vocabulary

  /// - Parameters:
  ///   - trusted: the unit of a template whose field names are found exactly as they stand there.
  ///   - physics: a unit that follows from other fields, with the explanation.
  func judge(
    _ field: FieldSummary, _ quantity: Vocabulary.Quantity, trusted: Unit?, physics: (unit: Unit, reason: String)?
  ) -> UnitGuess {
    guard let dimension = quantity.units.first?.unit.dimension else {
      return UnitGuess(confidence: 0.95, reason: "a state has no unit")
    }
    if field.givenUnits.count > 1 {
      let list = field.givenUnits.sorted().joined(separator: ", ")
      return UnitGuess(confidence: 0.2, reason: "the payload gives different units (\(list))")
    }
    if let text = field.givenUnit {
      guard let unit = NameReader.unit([text], dimension) else {
        return UnitGuess(
          confidence: 0.2, reason: "the payload gives the unit \"\(text)\", which is none of \(quantity.name)")
      }
      return checked(field, quantity, unit, 0.98, "the payload gives the unit \(unit.symbol)")
    }
    if let unit = field.meaning.unit {
      return checked(field, quantity, unit, 0.95, "the name says \(unit.symbol)")
    }
    if let physics { return UnitGuess(unit: physics.unit, confidence: 0.9, reason: physics.reason) }
    if quantity.kind == .register {
      if let trusted {
        return UnitGuess(
          unit: trusted, confidence: 0.85, reason: "\(trusted.symbol) as in the template, whose names it has")
      }
      if quantity.units.count == 1, let only = quantity.units.first?.unit {
        return UnitGuess(unit: only, confidence: 0.85, reason: "it counts in \(only.symbol)")
      }
      return UnitGuess(
        confidence: 0.4, reason: "nothing tells the unit of the counter", alternatives: quantity.units.map(\.unit))
    }
    return byMagnitude(field, quantity, trusted)
  }

  private func byMagnitude(_ field: FieldSummary, _ quantity: Vocabulary.Quantity, _ trusted: Unit?) -> UnitGuess {
    let values = field.numbers.joined().map(abs).filter { $0 > 0 }
    let fitting = quantity.units.filter { band in values.allSatisfy { $0 >= band.low && $0 <= band.high } }
    if let trusted, values.isEmpty || fitting.contains(where: { $0.unit == trusted }) {
      return UnitGuess(
        unit: trusted, confidence: 0.88, reason: "\(trusted.symbol) as in the template, whose names it has")
    }
    if quantity.units.count == 1, let only = quantity.units.first {
      return fitting.isEmpty
        ? UnitGuess(
          confidence: 0.4, reason: "\(field.rangeText) is unusual in \(only.unit.symbol)", alternatives: [only.unit])
        : UnitGuess(unit: only.unit, confidence: 0.85, reason: "no unit is given; \(only.unit.symbol) is the usual one")
    }
    if values.isEmpty {
      return UnitGuess(
        confidence: 0.4, reason: "all values are 0, nothing tells the unit", alternatives: quantity.units.map(\.unit))
    }
    if fitting.count == 1, let only = fitting.first {
      return UnitGuess(
        unit: only.unit, confidence: 0.8,
        reason: "no unit is given; of the usual units only \(only.unit.symbol) fits \(field.rangeText)")
    }
    return UnitGuess(
      confidence: 0.4,
      reason: fitting.isEmpty
        ? "\(field.rangeText) is unusual in every unit"
        : "could be \(fitting.map(\.unit.symbol).joined(separator: " or ")): \(field.rangeText) is usual in each",
      alternatives: (fitting.isEmpty ? quantity.units : fitting).map(\.unit))
  }

  /// A unit that is written down is believed unless the numbers would be absurd in it.
  private func checked(
    _ field: FieldSummary, _ quantity: Vocabulary.Quantity, _ unit: Unit, _ confidence: Double, _ reason: String
  ) -> UnitGuess {
    guard quantity.kind == .gauge, let band = quantity.units.first(where: { $0.unit == unit }),
      let highest = field.numbers.joined().map(abs).max(), highest > band.high * 10
    else { return UnitGuess(unit: unit, confidence: confidence, reason: reason) }
    return UnitGuess(
      confidence: 0.4, reason: "\(reason), but \(FieldSummary.text(highest)) \(unit.symbol) is far beyond the usual",
      alternatives: quantity.units.map(\.unit))
  }
}
