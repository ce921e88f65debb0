import Factors
import Foundation
import Telemetry
import Templates
import TestSupport
import Testing

@testable import weir

/// What `weir factors` prints, with the shipped tables.
@Suite struct FactorTextTests {
  private func library() throws -> FactorLibrary {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path
    return try FactorFolder.load(folder: "\(root)/Config/factors")
  }

  private func shown(_ id: String) throws -> [String] {
    let entry = try #require(try library().entries().first { $0.factor.id == id })
    return FactorText.lines(entry)
  }

  @Test func aFactorWithItsOrigin() throws {
    #expect(
      try shown("cn-grid-2023/CN-CQ/average") == [
        "factor       cn-grid-2023/CN-CQ/average", "name         Chongqing 重庆", "value        0.5581 kgCO2/kWh",
        "gas          CO2", "geography    CN-CQ", "data year    2023", "published    2025-12-31",
        "status       verified2", "source       公告2025年第47号",
        "url          https://www.mee.gov.cn/xxgk2018/xxgk/xxgk01/202512/W020251231726284332528.pdf",
        "file sha256  d43b60a3eaad9f3fe59ca37c204d3d0e1b6ea52742a092f0d856971a3f018e5a",
        "note         values transcribed in public factor catalogues that cite the announcement; attach the official PDF",
      ])
    let diesel = try shown("gbt32151-2024/diesel")
    #expect(diesel.contains("value   3.09591 tCO2/t"))
    #expect(diesel.contains("from    gbt32151-2024/diesel/ncv = 42.652 GJ/t, verified2"))
    #expect(try shown("cn-heat/regional_heat_southwest").contains { $0.hasSuffix("disputed, for information only") })
  }

  @Test func aChoice() throws {
    let request = FactorRequest(
      method: .gbt32150, subdivision: "CN-CQ", date: try #require(CivilDate("2026-01-31")))
    let lines = FactorText.choice(.gbt32150, try library().electricity(request))
    #expect(
      lines == [
        "  gbt32150: 0.5306 kgCO2/kWh   cn-grid-2023/CN/average",
        "    公告2025年第47号, data year 2023, published 2025-12-31, verified2",
        "    other: 0.5581 kgCO2/kWh cn-grid-2023/CN-CQ/average",
      ])
  }

  @Test(
    arguments: [
      ["factors"], ["factors", "list", "CN-CQ"], ["factors", "show", "AR5/R-410A"],
      ["factors", "select", "--date", "2026-01-31", "--subdivision", "CN-CQ"],
      ["factors", "select", "--config", "plant.yaml", "--data-year", "2023"],
    ])
  func understood(_ words: [String]) { #expect(throws: Never.self) { try Weir.parseAsRoot(words) } }

  @Test func refused() {
    #expect(throws: (any Error).self) { try Weir.parseAsRoot(["factors", "list", "--config", "a", "--file", "b"]) }
  }
}
