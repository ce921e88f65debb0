import Control
import Factors
import Ledger
import Plant
import Telemetry
import Testing

@testable import Gateway
@testable import weir

/// Footprints for people outside: what is said, what is missing, and what shows that they are genuine.
@Suite struct FootprintDocumentTests {
  private let zone: PlantZone

  init() throws { zone = try PlantZone(identifier: "Asia/Shanghai") }

  private func make(_ bodies: [JSONValue], _ text: String = FootprintPlant.text) throws -> FootprintDocument.Result {
    try FootprintDocument.make(
      bodies.map { FootprintPlant.record($0) }, site: FootprintPlant.site(text), zone: zone)
  }

  @Test func ordersOfAProductMakeAFootprint() throws {
    let later = FootprintPlant.day + .days(9)
    let result = try make([
      FootprintPlant.body("A"), FootprintPlant.body("B", good: "30", gate: "1400", upstream: "1050", start: later),
    ])
    #expect(PactValidator.problems(result.json) == [])
    let pcf = try #require(result.json["pcf"])
    // (1000 + 1400 + 350 + 1050) ÷ 40
    #expect(pcf["pcfExcludingBiogenicUptake"] == "95" && pcf["fossilGhgEmissions"] == "95")
    #expect(result.gate == ExactDecimal(60) && result.upstream == ExactDecimal(35))
    #expect(pcf["declaredUnitOfMeasurement"] == "piece" && pcf["declaredUnitAmount"] == "1")
    #expect(pcf["productMassPerDeclaredUnit"] == "12.5" && pcf["fossilCarbonContent"] == "0.25")
    #expect(pcf["referencePeriodStart"] == "2026-11-20T16:00:00Z")
    #expect(pcf["referencePeriodEnd"] == .string((later + .hours(2)).rfc3339UTC))
    #expect(pcf["geographyCountrySubdivision"] == "CN-CQ" && pcf["exemptedEmissionsPercent"] == "0")
    #expect(pcf["ipccCharacterizationFactors"]?.arrayValue?.count == 1)
    #expect(pcf["primaryDataShare"] == "80" && pcf["dqi"]?["geographicalDQR"] == "2")
    #expect(pcf["secondaryEmissionFactorSources"] == [["name": "公告", "version": "cn-lifecycle-2024"]])
    #expect(pcf["allocationRulesDescription"] == "sub-meter: …; pieces: …")
    for part in ["60 kgCO2e by piece", "35 kgCO2e by piece", "casting", "Not included"] {
      #expect(pcf["boundaryProcessesDescription"]?.stringValue?.contains(part) == true)
    }
    #expect(result.json["companyName"] == "Works" && result.json["productIds"] == ["urn:gtin:04012345678901"])
    // Three years after the day on which the data ends.
    #expect(result.json["validityPeriodEnd"] == "2029-11-29T16:00:00Z")
  }

  @Test func theNameFollowsFromTheFigures() throws {
    let one = try make([FootprintPlant.body("A")])
    var again = FootprintPlant.record(FootprintPlant.body("A"))
    again.issued = again.issued + .days(3)
    let site = try FootprintPlant.site()
    let same = try FootprintDocument.make([again], site: site, zone: zone)
    #expect(one.pact.id == same.pact.id && one.pact.created != same.pact.created)
    #expect(try make([FootprintPlant.body("A", gate: "1000.1")]).pact.id != one.pact.id)
    #expect(PactValidator.problems(one.json) == [] && Array(one.pact.id)[14] == "8")
  }

  @Test func aFootprintByKilogram() throws {
    var body = FootprintPlant.body("A")
    if case .object(var members) = body {
      members["declared_unit"] = "kilogram"
      members["declared_units"] = "125"
      body = .object(members)
    }
    let text = FootprintPlant.text.replacing("mass: 12.5 kg", with: "mass: 12.5 kg\n    declared-unit: kilogram")
    let pcf = try #require(try make([body], text).json["pcf"])
    #expect(pcf["declaredUnitOfMeasurement"] == "kilogram" && pcf["productMassPerDeclaredUnit"] == "1")
    #expect(pcf["pcfExcludingBiogenicUptake"] == "10.8" && pcf["fossilCarbonContent"] == "0.02")
  }

  /// What is taken out of the configuration, which member of PACT is missing then, and the key that says it.
  @Test(
    arguments: [
      ("  company: Works\n", "", "companyName", "company:"),
      ("  company-ids: [\"urn:company:example:works\"]\n", "", "companyIds", "company-ids:"),
      ("  standards: [ISO14067]\n", "", "crossSectoralStandards", "standards:"),
      ("    gtin: \"04012345678901\"\n", "", "productIds", "gtin:"),
      ("    mass: 12.5 kg\n", "", "productMassPerDeclaredUnit", "mass:"),
      ("    fossil-carbon: 0.25 kg\n", "", "fossilCarbonContent", "fossil-carbon:"),
      ("id: X200", "id: Y", "productNameCompany", "- id: X200"),
      ("carbon: { subdivision: CN-CQ }\n", "", "ipccCharacterizationFactors", "carbon:"),
      (
        "    materials:\n      - { name: casting, amount: 14 kg, footprint: 2.5, source: EPD 7, primary: true, rating: [1, 2, 3] }\n",
        "", "exemptedEmissionsPercent", "exempted:"
      ),
    ])
  func whatIsMissingIsNamed(_ old: String, _ new: String, _ member: String, _ key: String) throws {
    try #require(FootprintPlant.text.contains(old))
    let refusal = #expect(throws: ControlRefusal.self) {
      _ = try make([FootprintPlant.body("A")], FootprintPlant.text.replacing(old, with: new))
    }
    #expect(refusal?.description.contains("\(member): ") == true, "\(refusal?.description ?? "")")
    #expect(refusal?.description.contains(key) == true, "\(refusal?.description ?? "")")
  }

  @Test func everythingMissingIsToldAtOnce() throws {
    let bare = FootprintPlant.text.replacing("  company: Works\n", with: "").replacing("    mass: 12.5 kg\n", with: "")
    let refusal = #expect(throws: ControlRefusal.self) {
      _ = try make([FootprintPlant.body("A", gate: .null), FootprintPlant.body("B", upstream: .null)], bare)
    }
    for part in [
      "companyName", "productMassPerDeclaredUnit", "order A has no figure", "no factor", "order B", "no footprint",
    ] {
      #expect(refusal?.description.contains(part) == true, "\(refusal?.description ?? "")")
    }
    let none = #expect(throws: ControlRefusal.self) { _ = try make([FootprintPlant.body("A", good: "0")]) }
    #expect(none?.description.contains("no good output") == true)
    let several = #expect(throws: ControlRefusal.self) {
      _ = try make([FootprintPlant.body("A"), FootprintPlant.body("B", product: "Y")])
    }
    #expect(several?.description.contains("several products (X200, Y)") == true)
  }

  @Test func whatIsLeftOutOnPurposeIsSaid() throws {
    let text = FootprintPlant.text.replacing(
      "    fossil-carbon", with: "    exempted: { percent: 1.5, reason: screws }\n    fossil-carbon")
    let pcf = try #require(try make([FootprintPlant.body("A")], text).json["pcf"])
    #expect(pcf["exemptedEmissionsPercent"] == "1.5" && pcf["exemptedEmissionsDescription"] == "screws")
  }

  // MARK: Credentials

  private let now = FootprintPlant.day + .days(2)

  private func credential(
    _ plant: FootprintPlant, withProof: Bool = true, handovers: [String] = [],
    change: (inout JSONValue) -> Void = { _ in }
  ) throws -> String {
    let bodies = [FootprintPlant.body("A"), FootprintPlant.body("B", good: "30")]
    var document = try make(bodies).json
    change(&document)
    let sources = try bodies.map { body in
      let record = FootprintPlant.record(body)
      return FootprintCredential.Source(
        id: record.id, hash: record.hash,
        proof: withProof ? try plant.file.proof(of: record.id, withBody: false) : nil)
    }
    return try FootprintCredential.sign(document, sources: sources, gateway: "cq1", handovers: handovers, by: plant.key)
  }

  @Test func aCredentialHoldsByThePublicKeyAlone() throws {
    let plant = try FootprintPlant([FootprintPlant.body("A"), FootprintPlant.body("B", good: "30")])
    let text = try credential(plant)
    let report = try FootprintCredential.verify(text, by: [plant.key.publicKey], at: now)
    #expect(report.records == 2 && report.proven.map(\.hasBody) == [false, false] && report.gateway == "cq1")
    #expect(report.fingerprint == plant.key.publicKey.fingerprint)
    // Nothing of the records is in it.
    let payload = try JWS(text: text).payload.canonicalText
    #expect(!payload.contains("\"1731\"") && !payload.contains("running_seconds"))
    let bare = try FootprintCredential.verify(
      credential(plant, withProof: false), by: [plant.key.publicKey], at: now)
    #expect(bare.proven.isEmpty && bare.records == 2)
    let check = try FootprintCheck(text, keys: [plant.key.publicKey], at: now)
    #expect(check.verdict == .holds && check.page.contains("2 proven") && check.json["holds"] == true)
  }

  @Test func whatDoesNotHoldIsSaid() throws {
    let plant = try FootprintPlant([FootprintPlant.body("A"), FootprintPlant.body("B", good: "30")])
    let text = try credential(plant)
    func reason(_ text: String, _ keys: [PublicKey]? = nil, at time: Timestamp? = nil) throws -> String {
      let check = try FootprintCheck(text, keys: keys ?? [plant.key.publicKey], at: time ?? now)
      #expect(check.verdict == .broken)
      return check.page
    }
    let stranger = try SigningKey()
    #expect(try reason(text, [stranger.publicKey]).contains("not signed by the given key"))
    #expect(try reason(text, at: now + .days(1200)).contains("was valid until"))
    #expect(try reason(text, at: FootprintPlant.day).contains("valid only from"))
    #expect(throws: LedgerError.self) { try FootprintCheck(text, keys: nil, at: now) }
    #expect(
      try reason(credential(plant) { $0 = ["pcf": [:], "created": "2026-11-20T00:00:00Z"] }).contains("breaks the PACT")
    )
    var random = SplitMix64(seed: 3)
    let bytes = Array(text.utf8)
    for _ in 0..<200 {
      var changed = bytes
      let place = Int.random(in: bytes.indices, using: &random)
      changed[place] = UInt8.random(in: 45...122, using: &random)
      guard changed != bytes else { continue }
      let holds: Bool
      do {
        _ = try FootprintCredential.verify(String(decoding: changed, as: UTF8.self), by: [plant.key.publicKey], at: now)
        holds = true
      } catch {
        holds = false
      }
      #expect(!holds, "byte \(place)")
    }
    // The proof of another record.
    let document = try make([FootprintPlant.body("A")]).json
    let record = FootprintPlant.record(FootprintPlant.body("A"))
    let other = FootprintPlant.record(FootprintPlant.body("B", good: "30"))
    let mixed = try FootprintCredential.sign(
      document,
      sources: [.init(id: record.id, hash: record.hash, proof: plant.file.proof(of: other.id, withBody: false))],
      gateway: "cq1", handovers: [], by: plant.key)
    #expect(try reason(mixed).contains("another record"))
  }

  @Test func anOlderKeyIsEnoughAfterARotation() throws {
    let plant = try FootprintPlant([FootprintPlant.body("A"), FootprintPlant.body("B", good: "30")])
    let old = try SigningKey()
    let handover = try KeyHandover(
      from: old, to: plant.key, gateway: "cq1", issued: now, leaf: 0, chain: LedgerHash.genesis)
    let text = try credential(plant, withProof: false, handovers: [handover.text])
    #expect(try FootprintCredential.verify(text, by: [old.publicKey], at: now).proven.isEmpty)
  }

  @Test func aPlainFootprintIsUnsigned() throws {
    let text = try make([FootprintPlant.body("A")]).json.canonicalText
    #expect(try FootprintCheck(text, keys: nil, at: now).verdict == .unsigned)
    let late = try FootprintCheck(text, keys: nil, at: now + .days(1200))
    #expect(late.page.contains("its validity ended"))
    #expect(try FootprintCheck("{}", keys: nil, at: now).verdict == .broken)
    #expect(throws: LedgerError.self) { try FootprintCheck("none", keys: nil, at: now) }
  }

  @Test func recordsWithoutHeadHaveNoProof() throws {
    let plant = try FootprintPlant([FootprintPlant.body("A")], sealed: false)
    let id = FootprintPlant.record(FootprintPlant.body("A")).id
    #expect(throws: LedgerError.self) { try plant.file.proof(of: id, withBody: false) }
  }

  @Test func productsAndCommandsAreToldApart() {
    #expect(Weir.unknownCommand(["product", "X200"]) == nil)
    #expect(Weir.unknownCommand(["product", "export", "X200"]) == nil)
    #expect(Weir.unknownCommand(["carbon", "explian"]) != nil)
  }
}
