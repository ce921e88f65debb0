import Ledger
import Telemetry
import Testing

@testable import Gateway
@testable import weir

/// Proofs that show figures and hide what stands behind them.
@Suite struct ExtractTests {
  private let body = FootprintPlant.body("A")

  private func proof(
    _ plant: FootprintPlant, more: [String] = [], statement: JSONValue? = nil, by key: SigningKey? = nil
  ) throws -> LedgerProof {
    let id = FootprintPlant.record(body).id
    let whole = try plant.file.proof(of: id)
    let leaf = try #require(try EnvelopeReader(json: whole.record).leaf)
    let selection = try ExtractSelection(kind: "product-footprint", more: more)
    var counter: UInt8 = 0
    var proof = try plant.file.proof(of: id, withBody: false)
    proof.extract = try LedgerExtract.sign(
      body: #require(whole.record["body"]), leaf: leaf, statement: statement, shows: selection.shows,
      salt: {
        counter += 1
        return Array(repeating: counter, count: 16)
      }, by: key ?? plant.key)
    return proof
  }

  @Test func figuresAreShownAndSourcesAreNot() throws {
    let plant = try FootprintPlant([body])
    let text = try proof(plant, statement: ["unit": "SN1", "kgco2e": "100"]).json.canonicalText
    let statement = try LedgerProof(json: JSONValue(parsing: text)).verified(by: plant.key.publicKey)
    let extract = try #require(statement.extract)
    #expect(!statement.hasBody)
    #expect(extract.shown["/kgco2e"] == "1000" && extract.shown["/boundary"] == nil)
    #expect(extract.shown["/allocation/1"] == "pieces: …" && extract.shown["/data_quality/temporal"] == "1")
    #expect(extract.shown.keys.allSatisfy { !$0.hasPrefix("/energy") && !$0.hasPrefix("/materials") })
    #expect(extract.statement?["unit"] == "SN1")
    #expect(extract.hidden == LedgerExtract.members(of: body).count - extract.shown.count && extract.hidden > 5)
    // Nothing hidden stands in the document, not even as it would be encoded.
    let decoded = try JWS(text: String(#require(try proof(plant).extract).prefix { $0 != "~" }))
    for secret in ["cn-lifecycle-2024", "1731", "casting"] {
      #expect(!text.contains(secret) && !decoded.payload.canonicalText.contains(secret))
    }
    let page = LedgerText.page(statement)
    #expect(page.contains("/kgco2e_by_unit") == (extract.shown["/kgco2e_by_unit"] != nil))
    #expect(page.contains("not shown; SHA-256") && page.contains("/kgco2e  1000") && page.contains("unit  SN1"))
    #expect(LedgerText.json(statement)["shown"]?["/kgco2e"] == "1000")
  }

  @Test func moreIsShownOnRequest() throws {
    let plant = try FootprintPlant([body])
    func shown(_ more: [String]) throws -> [String: JSONValue] {
      try #require(try proof(plant, more: more).verified(by: plant.key.publicKey).extract).shown
    }
    #expect(try shown(["/energy/0/factor"])["/energy/0/factor"] == "cn-lifecycle-2024/CN/lifecycle")
    #expect(try shown(["/energy/*/carrier"]).keys.filter { $0.hasPrefix("/energy") } == ["/energy/0/carrier"])
    #expect(try shown(["all"]).count == LedgerExtract.members(of: body).count)
    #expect(throws: LedgerError.self) { try ExtractSelection(kind: "energy-day", more: ["energy"]) }
    let carbon = try ExtractSelection(kind: "carbon-month")
    #expect(carbon.shows("/methods/ghgp_location/total_kg") && !carbon.shows("/methods/ghgp_location/lines/0/amount"))
    #expect(try ExtractSelection(kind: "energy-day").shows("/energy_kwh"))
  }

  @Test func everyChangeShows() throws {
    let plant = try FootprintPlant([body])
    let good = try proof(plant, statement: ["unit": "SN1"])
    let extract = try #require(good.extract)
    var random = SplitMix64(seed: 11)
    let bytes = Array(extract.utf8)
    for _ in 0..<300 {
      var changed = bytes
      let place = Int.random(in: bytes.indices, using: &random)
      changed[place] = UInt8.random(in: 45...122, using: &random)
      guard changed != bytes else { continue }
      var forged = good
      forged.extract = String(decoding: changed, as: UTF8.self)
      #expect(throws: LedgerError.self, "byte \(place)") { try forged.verified(by: plant.key.publicKey) }
    }
    // A disclosure less shows less; a foreign one, or one twice, shows nothing.
    var parts = extract.split(separator: "~").map(String.init)
    var fewer = good
    fewer.extract = parts.dropLast().map { $0 + "~" }.joined()
    #expect(try fewer.verified(by: plant.key.publicKey).extract?.shown.count == parts.count - 2)
    parts.append(parts[1])
    fewer.extract = parts.map { $0 + "~" }.joined()
    #expect(throws: LedgerError.self) { try fewer.verified(by: plant.key.publicKey) }
    #expect(throws: LedgerError.self) { try LedgerExtract("", by: [plant.key.publicKey]) }
    // Signed by somebody else, and of another record.
    let stranger = try proof(plant, by: SigningKey())
    #expect(throws: LedgerError.self) { try stranger.verified(by: plant.key.publicKey) }
    let other = try FootprintPlant([FootprintPlant.body("Z"), body])
    var mixed = try other.file.proof(of: FootprintPlant.record(body).id, withBody: false)
    mixed.extract = try proof(plant, by: other.key).extract
    #expect(throws: LedgerError.self) { try mixed.verified(by: other.key.publicKey) }
  }

  @Test func onlyTheBodyOfTheLeafIsSigned() throws {
    let plant = try FootprintPlant([body])
    let whole = try plant.file.proof(of: FootprintPlant.record(body).id)
    let leaf = try #require(try EnvelopeReader(json: whole.record).leaf)
    #expect(throws: LedgerError.self) {
      try LedgerExtract.sign(
        body: FootprintPlant.body("A", gate: "1"), leaf: leaf, shows: { _ in true }, salt: { [] }, by: plant.key)
    }
  }

  @Test func pointersNameEveryMember() {
    let members = LedgerExtract.members(of: ["a/b": ["~": 1], "list": [["x": "1"], []], "n": nil, "o": [:]])
    #expect(members.map(\.pointer) == ["/a~1b/~0", "/list/0/x", "/list/1", "/n", "/o"])
  }
}
