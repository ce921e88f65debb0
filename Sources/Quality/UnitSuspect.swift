import Templates

/// A way in which the values of a signal can be read wrongly: `wrong = right × factor + offset`.
struct UnitSuspect: Hashable, Sendable {
  var factor: Double
  var offset: Double
  /// `×1000`, or the unit that the device may send now.
  var name: String

  /// Powers of ten (a moved decimal point, a prefix), and the other units of the signal's dimension by their exact
  /// definitions.
  static func all(unit: String) -> [UnitSuspect] {
    var found: [UnitSuspect] = []
    if let own = try? UnitCatalogue.unit(unit) {
      for symbol in UnitCatalogue.symbols(of: own.dimension) where symbol != own.symbol {
        guard let other = try? UnitCatalogue.unit(symbol), let conversion = try? UnitConversion(from: own, to: other)
        else { continue }
        let factor = Double(conversion.numerator) / Double(conversion.denominator)
        if factor == 1, conversion.offset.mantissa == 0 { continue }
        found.append(
          UnitSuspect(factor: factor, offset: conversion.offset.doubleValue, name: "\(symbol) instead of \(own.symbol)")
        )
      }
    }
    for (factor, name) in [
      (1000.0, "×1000"), (0.001, "÷1000"), (100, "×100"), (0.01, "÷100"), (10, "×10"), (0.1, "÷10"),
    ]
    where !found.contains(where: { abs($0.factor / factor - 1) < 1e-9 && $0.offset == 0 }) {
      found.append(UnitSuspect(factor: factor, offset: 0, name: name))
    }
    return found
  }

  func reading(_ right: Double) -> Double { right * factor + offset }
}
