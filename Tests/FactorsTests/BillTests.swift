import Factors
import Telemetry
import TestSupport
import Testing

@Suite("Bills are exact")
struct BillTests {
  private static func decimal(_ text: String) -> ExactDecimal { ExactDecimal(text) ?? .zero }

  @Test(
    "basic charge by demand and by capacity", .enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)"))
  func basic() throws {
    let (inputs, expected) = try EnergyVectors.named("basic-charge")
    let demand = try EnergyVectors.decimal(inputs["maximum_demand_kw"])
    let byDemand = TariffBasicCharge(basis: .demand, price: try EnergyVectors.decimal(inputs["demand_price"]))
    let byCapacity = TariffBasicCharge(
      basis: .capacity, price: try EnergyVectors.decimal(inputs["capacity_price"]),
      capacity: try EnergyVectors.decimal(inputs["capacity_kva"]))
    #expect(
      try byDemand.charge(maximumDemand: demand, contract: nil) == EnergyVectors.decimal(expected["by_demand"]))
    #expect(
      try byCapacity.charge(maximumDemand: nil, contract: nil) == EnergyVectors.decimal(expected["by_capacity"]))
    #expect(try byDemand.charge(maximumDemand: nil, contract: nil) == nil)
  }

  @Test(
    "what exceeds the contract",
    arguments: [
      ("demand", "600", "24000"), ("demand", "630", "25200"), ("demand", "640", "26000"),
      ("contract-demand", "500", "24000"), ("contract-demand", "630", "24000"), ("contract-demand", "640", "24800"),
    ])
  func excess(basis: String, demand: String, charge: String) throws {
    let basic = TariffBasicCharge(
      basis: try #require(TariffBasicCharge.Basis(rawValue: basis)), price: Self.decimal("40"),
      excess: TariffBasicCharge.Excess(above: Self.decimal("1.05"), factor: Self.decimal("2")))
    #expect(
      try basic.charge(maximumDemand: Self.decimal(demand), contract: Self.decimal("600")) == Self.decimal(charge))
  }

  /// A table with the first rows of the one that ships; the whole one is tested where it is read.
  private static let table = PowerFactorTable(
    standard: "0.90", appliesTo: nil, status: .verified,
    percentByKey: [100: "-0.75", 90: "0.00", 87: "1.50", 86: "2.00"].mapValues(decimal), belowLast: decimal("2.00"))

  @Test(
    "the adjustment leaves government funds out", .enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)")
  )
  func adjustment() throws {
    let (inputs, expected) = try EnergyVectors.named("power-factor-adjustment-amount")
    let found = try #require(
      try Self.table.adjustment(
        key: (try EnergyVectors.integer(inputs["key"])),
        energyCharge: try EnergyVectors.decimal(inputs["energy_charge"]),
        basicCharge: try EnergyVectors.decimal(inputs["basic_charge"]),
        governmentFunds: try EnergyVectors.decimal(inputs["government_funds"])))
    #expect(.string(found.percent.text(places: 2)) == expected["percent"])
    #expect(.string(found.base.text(places: 2)) == expected["adjusted_base"])
    #expect(.string(found.amount.text(places: 2)) == expected["adjustment"])
  }

  @Test("below the lowest key the last step goes on; outside 0 … 100 there is nothing")
  func belowTheTable() throws {
    #expect(try Self.table.percent(key: 85) == Self.decimal("4"))
    #expect(try Self.table.percent(key: 0) == Self.decimal("174"))
    #expect(try Self.table.percent(key: 95) == nil)
    #expect(try Self.table.percent(key: 101) == nil)
    #expect(try Self.table.percent(key: -1) == nil)
  }

  @Test("a whole bill adds up")
  func bill() throws {
    var settings = TariffSettings(tariff: Tariff(currency: "CNY", periods: []))
    settings.basic = TariffBasicCharge(basis: .demand, price: Self.decimal("40"))
    settings.contractDemand = Self.decimal("500")
    settings.powerFactor = Self.table
    settings.governmentFunds = Self.decimal("0.025")
    let bill = try ElectricityBill(
      settings, energy: Self.decimal("100000"), energyCharge: Self.decimal("60000"),
      maximumDemand: Self.decimal("525"), powerFactorKey: 87)
    #expect(bill.governmentFunds == Self.decimal("2500"))
    #expect(bill.basicCharge == Self.decimal("21000"))
    #expect(bill.exceeded == Self.decimal("25"))
    #expect(bill.adjustedBase == Self.decimal("78500"))
    #expect(bill.adjustment == Self.decimal("1177.5"))
    #expect(bill.total == Self.decimal("82177.5"))
    let unknown = try ElectricityBill(
      settings, energy: Self.decimal("1"), energyCharge: Self.decimal("1"), maximumDemand: nil, powerFactorKey: nil)
    #expect(unknown.basicCharge == nil && unknown.exceeded == nil && unknown.adjustment == nil)
    #expect(unknown.total == Self.decimal("1"))
  }
}
