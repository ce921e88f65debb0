import Telemetry
import Testing

@testable import Energy

@Suite struct PowerFactorTests {
  @Test(.enabled(if: ReferenceData.exists("rules/vectors/energy.json"), "no reference data"))
  func monthsOfTheSteelPlant() throws {
    let vectors = try ReferenceData.vectors()
    let energy = try #require(vectors["steel-monthly-energy"]?["expected"]?["months"]?.arrayValue)
    let factors = try #require(vectors["steel-power-factor-monthly"]?["expected"]?["months"]?.arrayValue)
    #expect(energy.count == 12 && factors.count == 12)
    for (month, expected) in zip(energy, factors) {
      let values = try ["kwh", "kvarh_lag", "kvarh_lead"].map { name in
        try decimal(month[name])
      }
      let lagging = try #require(PowerFactor.value(active: values[0], reactive: values[1]))
      let sum = try #require(values[1].adding(values[2]))
      let both = try #require(PowerFactor.value(active: values[0], reactive: sum))
      #expect(lagging.doubleValue == expected["pf_lag"]?.doubleValue)
      #expect(both.doubleValue == expected["pf_abs"]?.doubleValue)
    }
  }

  @Test(arguments: [
    ("3", "4", "0.600000"), ("3.17", "2.95", "0.732053"), ("0", "5", "0.000000"), ("5", "0", "1.000000"),
    ("5.00", "-0.0", "1.000000"), ("1", "1000000", "0.000001"), ("1", "2000000", "0.000000"),
    ("1", "1", "0.707107"), ("92233720368547758", "92233720368547758", "0.707107"),
  ])
  func known(_ active: String, _ reactive: String, _ expected: String) throws {
    let value = PowerFactor.value(
      active: try decimal(.string(active)), reactive: try decimal(.string(reactive)))
    #expect(value?.description == expected)
  }

  @Test func undefinedWithoutEnergy() {
    #expect(PowerFactor.value(active: .zero, reactive: ScaledInteger(0, exponent: -2)) == nil)
  }

  @Test func agreesWithDoubles() throws {
    var random = SplitMix64(seed: 3)
    for _ in 0..<2000 {
      let p = Int64.random(in: 0...1_000_000_000, using: &random)
      let q = Int64.random(in: -1_000_000_000...1_000_000_000, using: &random)
      guard p != 0 || q != 0 else { continue }
      let value = try #require(
        PowerFactor.value(active: ScaledInteger(p, exponent: -2), reactive: ScaledInteger(q, exponent: -2)))
      let double = Double(p) / (Double(p) * Double(p) + Double(q) * Double(q)).squareRoot()
      #expect(abs(value.doubleValue - double) <= 0.5e-6 + 1e-12)
    }
  }
}
