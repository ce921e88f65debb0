import Factors
import RuleBench
import Rules
import Telemetry
import Templates
import Testing

@testable import Production

/// Footprints of suppliers in those of products.
@Suite struct SupplierRuleTests {
  private static let text = LinePlant.text().replacing(
    "footprint: 2.5, source: EPD 7, primary: true, rating: [1, 2, 3]", with: "supplier-product: \"urn:mill:casting\"")

  private func at(_ minutes: Int64) -> Timestamp { LinePlant.at(minutes) }
  private func id(_ number: Int) -> String { "f4b1225a-bd44-4c8e-861d-079e4e1dfd0\(number)" }

  /// 2 kgCO2e by kilogram unless told, of the year 2025, valid until 2028.
  private func pact(
    _ number: Int, by unit: PactFootprint.DeclaredUnit = .kilogram, kilograms: String = "2000", year: Int = 2025,
    preceding: [String] = [], change: (inout PactFootprint) -> Void = { _ in }
  ) throws -> JSONValue {
    let start = try #require(Timestamp(rfc3339: "\(year)-01-01T00:00:00Z"))
    let end = try #require(Timestamp(rfc3339: "\(year + 1)-01-01T00:00:00Z"))
    var footprint = PactFootprint(
      id: id(number), created: end + .days(Int64(number)), companyName: "Mill",
      companyIDs: ["urn:company:example:mill"],
      productDescription: "Casting", productIDs: ["urn:mill:casting"], productName: "Casting", declaredUnit: unit,
      declaredAmount: ExactDecimal(1000), mass: .one, start: start, end: end,
      fossil: try #require(ExactDecimal(kilograms)), characterizationFactors: ["AR5"], standards: ["ISO14067"])
    footprint.precedingIDs = preceding
    footprint.quality = DataQuality(
      primaryShare: ExactDecimal(75), technological: ExactDecimal(2), geographical: .one, temporal: ExactDecimal(3))
    footprint.boundary = "cradle to gate"
    change(&footprint)
    return try footprint.json()
  }

  private func command(_ document: JSONValue, issuer: String? = nil, at entered: Timestamp? = nil) -> SiteCommand {
    var members: [String: JSONValue] = [
      "document": document, "file": "mill.json", "file_hash": .string(String(repeating: "ab", count: 32)),
      "person": "LiNa", "entered": .string((entered ?? at(700)).rfc3339UTC),
    ]
    if let issuer {
      members["issuer"] = .string(issuer)
      members["issuer_key"] = "cd"
    }
    return SiteCommand(name: ImportedFootprint.command, members: members)
  }

  /// Order A of one hour, 4 good pieces and 1 of scrap; `step` is called before each minute.
  private func run(
    _ plant: inout LinePlant, until end: Int64 = 700, _ step: (inout LinePlant, Int64) throws -> Void = { _, _ in }
  ) throws {
    for minute in 480..<end as Range<Int64> where minute <= 545 || minute % 5 == 0 {
      try plant.bench.mark(at(minute))
      try step(&plant, minute)
      guard minute <= 545 else { continue }
      if minute % 5 == 0 { try plant.meter(LinePlant.main, at(minute), (minute - 480) * 20) }
      if minute == 480 { try plant.order("start", "A", at(minute), ["product": "X200"]) }
      if minute == 540 { try plant.order("end", "A", at(minute)) }
      try plant.count(at(minute), good: min((minute - 480) / 15, 4), scrap: minute > 500 ? 1 : 0, state: "running")
    }
  }

  private func footprint(_ plant: LinePlant) throws -> JSONValue {
    try #require(try plant.bodies(.productFootprint)["mes/A"])
  }

  private func material(_ plant: LinePlant) throws -> JSONValue {
    try #require(try footprint(plant)["materials"]?.arrayValue?.first)
  }

  private func footprints(_ plant: LinePlant, after count: Int) -> [RecordDraft] {
    plant.bench.output.records.dropFirst(count).filter { [.supplierFootprint, .productFootprint].contains($0.kind) }
  }

  @Test func withoutADocumentThereIsNoFigure() throws {
    var plant = try LinePlant(Self.text)
    try run(&plant)
    let print = try footprint(plant)
    #expect(print["kgco2e_upstream"] == .null && print["kgco2e_upstream_by_unit"] == .null)
    #expect(print["kgco2e"] == "6" && print["data_quality"] == .null && print["primary_data_share"] == .null)
    let material = try material(plant)
    #expect(material["amount"] == "70" && material["kgco2e"] == .null)
    #expect(material["problem"]?.stringValue?.contains("weir product import") == true)
    let findings = plant.bench.output.findings.filter { $0.rule == "supplier-footprint-missing" }
    #expect(findings.map { $0.closed == nil } == [true])
    #expect(findings.first?.advice.contains("weir product import") == true)
  }

  @Test func anImportRevisesWhatRestsOnIt() throws {
    var plant = try LinePlant(Self.text)
    try run(&plant)
    let before = plant.bench.output.records.count
    try plant.bench.command(command(pact(1), issuer: "Mill"))
    try plant.bench.restart()
    try plant.bench.mark(at(720))
    let new = footprints(plant, after: before)
    #expect(new.map { "\($0.kind.rawValue) \($0.revision)" } == ["supplier-footprint 0", "product-footprint 1"])
    #expect(new.last?.cause?.reason == .entered && new.last?.cause?.signal == id(1))
    let print = try footprint(plant)
    // 70 kg × 2 kgCO2e; the scrap's burden is on the four good ones.
    #expect(print["kgco2e_upstream"] == "140" && print["kgco2e_upstream_by_unit"] == "35")
    #expect(print["kgco2e"] == "6", "the metered part stands apart")
    // (6 × 100 % + 140 × 75 %) ÷ 146, (6 × 1 + 140 × 2) ÷ 146 …
    #expect(print["primary_data_share"] == "76.03")
    #expect(print["data_quality"] == ["technological": "1.96", "geographical": "1", "temporal": "2.92"])
    let material = try material(plant)
    #expect(material["footprint"] == .string(id(1)) && material["boundary"] == "cradle to gate")
    #expect(material["primary"] == false && material["primary_data_share"] == "75" && material["warnings"] == nil)
    #expect(material["document_sha256"]?.stringValue?.hasPrefix("abab") == true)
    let record = try #require(try plant.bodies(.supplierFootprint).values.first)
    #expect(record["kgco2e_by_unit"] == "2" && record["status"] == "in-force" && record["person"] == "LiNa")
    #expect(record["valid_to"] == "2029-01-01T00:00:00+08:00" && record["issuer"]?["name"] == "Mill")
    let findings = plant.bench.output.findings.filter { $0.rule == "supplier-footprint-missing" }
    #expect(findings.map { $0.closed == nil } == [true, false])
  }

  @Test("what a supplier's biomass took up stands apart and reaches the product")
  func biogenicUptake() throws {
    var plant = try LinePlant(Self.text)
    try plant.bench.mark(at(470))
    try plant.bench.command(command(pact(1) { $0.biogenicUptake = ExactDecimal(-500) }))
    try run(&plant)
    let print = try footprint(plant)
    // 70 kg × −500 kg ÷ 1000 kg
    #expect(print["kgco2e_upstream"] == "140" && print["biogenic_uptake_kg"] == "-35")
    #expect(try material(plant)["biogenic_uptake_kg"] == "-35")
    #expect(try plant.bodies(.supplierFootprint).values.first?["biogenic_uptake_kg"] == "-500")
  }

  @Test func aNewerDocumentSupersedes() throws {
    var plant = try LinePlant(Self.text)
    try plant.bench.mark(at(470))
    try plant.bench.command(command(pact(1)))
    try run(&plant)
    #expect(try footprint(plant)["kgco2e_upstream"] == "140")
    try plant.bench.command(command(pact(2, kilograms: "3000", preceding: [id(1)])))
    try plant.bench.mark(at(720))
    #expect(try footprint(plant)["kgco2e_upstream"] == "210")
    let records = try plant.bodies(.supplierFootprint)
    #expect(records.values.map { $0["status"]?.stringValue ?? "" }.sorted() == ["in-force", "superseded"])
    #expect(records["\(id(1))/2025-01-01T00:00:00Z"]?["superseded_by"] == .string(id(2)))
    // Of a later year: what was made before keeps the one of its time.
    let before = plant.bench.output.records.count
    try plant.bench.command(command(pact(3, kilograms: "9000", year: 2027)))
    try plant.bench.mark(at(740))
    #expect(footprints(plant, after: before).map(\.kind) == [.supplierFootprint])
  }

  @Test func whatIsDoubtfulIsSaid() throws {
    var plant = try LinePlant(Self.text + "carbon: { subdivision: CN-CQ, gwp: AR6 }\n")
    try plant.bench.mark(at(470))
    try plant.bench.command(
      command(
        pact(1, year: 2020) {
          $0.quality = nil
          $0.geography = .country("CN")
        }))
    try run(&plant)
    let material = try material(plant)
    let warnings = (material["warnings"]?.arrayValue ?? []).compactMap(\.stringValue).joined(separator: "\n")
    for part in ["validity ended on 2024-01-01", "counted as 0 %", "in AR5", "no signature"] {
      #expect(warnings.contains(part), "\(warnings)")
    }
    #expect(material["kgco2e"] == "140", "it counts, and says what is wrong with it")
    // Six years old, of the country, not measured: 2, 2, 3 beside the 6 kg that were metered.
    #expect(
      try footprint(plant)["data_quality"] == ["technological": "1.96", "geographical": "1.96", "temporal": "2.92"])
    let finding = try #require(plant.bench.output.findings.first { $0.rule == "supplier-footprint-expired" })
    #expect(finding.summary.contains("Mill") && finding.summary.contains("order A"))
  }

  @Test func anotherUnitGivesNoFigure() throws {
    var plant = try LinePlant(Self.text)
    try plant.bench.mark(at(470))
    try plant.bench.command(command(pact(1, by: .piece)))
    try run(&plant)
    #expect(try footprint(plant)["kgco2e_upstream"] == .null)
    #expect(try material(plant)["problem"]?.stringValue?.contains("declares it by piece") == true)
  }

  @Test func figuresDoNotDependOnWhenItCame() throws {
    let documents = [try pact(1), try pact(2, kilograms: "3000", preceding: [id(1)]), try pact(3, year: 2024)]
    var bodies: Set<JSONValue> = []
    for times in [[470, 471, 472], [500, 490, 550], [690, 600, 480], [690, 695, 685]] as [[Int64]] {
      var plant = try LinePlant(Self.text)
      try plant.bench.mark(at(469))
      for (place, time) in times.enumerated() where time < 480 {
        try plant.bench.command(command(documents[place], at: at(1)))
      }
      try run(&plant) { plant, minute in
        for (place, time) in times.enumerated() where time == minute {
          try plant.bench.command(command(documents[place], at: at(1)))
          try plant.bench.restart()
        }
      }
      try plant.bench.mark(at(760))
      bodies.insert(try footprint(plant))
    }
    #expect(bodies.count == 1 && bodies.first?["kgco2e_upstream"] == "210")
  }

  @Test func whatCannotBeUsedIsToldAndLeft() throws {
    var plant = try LinePlant(Self.text)
    try plant.bench.mark(at(470))
    let good = command(try pact(1))
    try plant.bench.command(good)
    // Twice is once.
    try plant.bench.command(good)
    #expect(plant.bench.output.findings.isEmpty)
    try plant.bench.command(command(try pact(1, kilograms: "1")))
    try plant.bench.command(command(["id": 7]))
    var nameless = good
    nameless.members["person"] = nil
    try plant.bench.command(nameless)
    let reasons = plant.bench.output.findings.map(\.summary)
    #expect(plant.bench.output.findings.allSatisfy { $0.rule == "supplier-footprint-refused" } && reasons.count == 3)
    #expect(reasons[0].contains("another document") && reasons[1].contains("no product footprint"))
    #expect(reasons[2].contains("\"person\" is missing"))
    #expect(plant.bench.output.records.map(\.kind) == [.supplierFootprint])
  }

  @Test func theChoiceIsTheSameInEveryOrder() throws {
    let footprints = try [
      pact(1, year: 2023), pact(2, year: 2024), pact(3, year: 2024, preceding: [id(2)]), pact(4, year: 2027),
      pact(5, year: 2024) { $0.productIDs = ["urn:mill:other"] },
    ].map { try SupplierFootprint($0) }
    var random = SplitMix64(seed: 7)
    for _ in 0..<30 {
      var index = SupplierIndex()
      for footprint in footprints.shuffled(using: &random) { index.add(SupplierIndex.Entry(footprint)) }
      let times = ["2022-05-01", "2023-05-01", "2024-05-01", "2026-05-01", "2027-05-01"]
      let chosen = try times.map { day in
        index.choice("urn:mill:casting", at: try #require(Timestamp(rfc3339: "\(day)T00:00:00Z")))
      }
      #expect(chosen == [id(1), id(1), id(3), id(3), id(4)])
      #expect(index.choice("urn:mill:none", at: .distantFuture) == nil)
      var writer = ByteWriter()
      index.encode(into: &writer)
      var reader = ByteReader(writer.bytes)
      #expect(try SupplierIndex(from: &reader) == index)
    }
  }
}

/// Ratings from the facts of factors.
@Suite struct FactorRatingTests {
  private let rating = FactorRating(ratings: FootprintRatings(), subdivision: "CN-CQ")

  private func factor(
    area: String?, year: Int?, status: FactorStatus = .verified, label: String? = nil, set: String = "s"
  ) -> EmissionFactor {
    EmissionFactor(
      id: "\(set)/x", set: set, value: .one, unit: "kgCO2e/kWh", gas: .co2e, area: area, dataYear: year,
      provenance: Provenance(source: "s"), status: status, label: label)
  }

  @Test(
    arguments: [
      ("CN-CQ", 2026, FactorStatus.verified, nil, [2, 1, 1]), ("CN", 2024, .verified, nil, [2, 2, 2]),
      ("CN/southwest", 2023, .spec, nil, [2, 2, 2]), ("EU", 2020, .verified, nil, [2, 3, 3]),
      (nil, nil, .verified, nil, [2, 3, 3]), ("CN", 2016, .site, nil, [1, 2, 4]),
      ("CN", 2010, .memoryHigh, nil, [4, 2, 5]), ("CN", 2026, .verified, "proxy", [4, 2, 1]),
    ] as [(String?, Int?, FactorStatus, String?, [Int])])
  func factsAreRated(_ area: String?, _ year: Int?, _ status: FactorStatus, _ label: String?, _ expected: [Int]) {
    let rated = rating.rate(factor(area: area, year: year, status: status, label: label), year: 2026)
    #expect(
      rated
        == DataQuality.Ratings(technological: expected[0], geographical: expected[1], temporal: expected[2]))
  }

  @Test func linesAreWeightedByTheirEmissions() throws {
    func line(_ kilograms: Int, _ factor: EmissionFactor?) -> EmissionLine {
      EmissionLine(
        method: .footprint, scope: 2, category: .electricity, amount: .one, unit: "kWh",
        kilograms: ExactDecimal(kilograms), gas: .co2e, gwp: nil, factor: factor, formula: "")
    }
    let lines = [line(3, factor(area: "CN-CQ", year: 2026)), line(1, factor(area: "EU", year: 2010))]
    let mean = try rating.of(lines, year: 2026)
    #expect(mean.technological == ExactDecimal(2) && mean.geographical == ExactDecimal("1.5"))
    #expect(mean.temporal == ExactDecimal(2))
    // Metered and proven to be without emissions: the supply's own.
    #expect(
      try rating.of([line(0, nil)], year: 2026)
        == DataQuality.Ratings(technological: 1, geographical: 1, temporal: 1))
    #expect(try rating.of([], year: 2026) == .unrated)
  }
}
