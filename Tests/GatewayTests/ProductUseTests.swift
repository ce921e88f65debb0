import Production
import Store
import Telemetry
import Testing

@testable import Gateway

/// What products took, from the days of the lines.
@Suite struct ProductUseTests {
  @Test func sharesOfOrdersAreThoseOfTheirProducts() throws {
    func day(_ orders: JSONValue, unallocated: JSONValue) -> JSONValue {
      [
        "carriers": [
          "active-energy-import": ["orders": orders, "unallocated": unallocated],
          "gas-volume-normal/natural_gas": ["orders": ["mes-2019/o1": "2.5"], "unallocated": "0"],
        ]
      ]
    }
    let days = [
      day(["mes/o1": "100", "mes/o2": "40"], unallocated: "3"), day(["mes/o3": "60", "mes/o4": "1"], unallocated: "0"),
    ]
    var use = ProductUse(names: AssetNames([("mes", ["mes-2019"])]))
    for day in days { try use.add(day: day, products: ["mes/o1": "X", "mes/o2": "Y", "mes/o3": "X"]) }
    #expect(use.products == ["X", "Y", ProductUse.unknownProduct, ProductUse.noOrder])
    let electricity = Carrier(.activeEnergyImport)
    #expect(use.rows["X"]?[electricity] == ExactDecimal(160) && use.rows["Y"]?[electricity] == ExactDecimal(40))
    #expect(use.rows["X"]?[Carrier(.gasVolumeNormal, fuel: "natural_gas")] == ExactDecimal(5))
    #expect(use.rows[ProductUse.noOrder]?[electricity] == ExactDecimal(3))
    #expect(use.total[electricity] == ExactDecimal(204))
  }
}
