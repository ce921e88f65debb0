import Foundation
import Plant
import Simulation
import Telemetry
import TestSupport
import Testing

/// From an order, a meter and a tester on MQTT to what a customer checks with the public key alone.
@Suite struct ProductTests {
  private let start = Timestamp(rfc3339: "2026-01-05T08:00:00+08:00") ?? .distantPast

  private func message(_ asset: String, minute: Int64, _ members: String) -> SimulatedMessage {
    let time = start + .minutes(minute)
    return SimulatedMessage(
      time: time, topic: "m/\(asset)", payload: Array("{\"ts\":\(time.nanoseconds / 1_000_000),\(members)}".utf8))
  }

  /// Order A-1: 100 kWh in an hour, four good pieces with 30, 30, 30 and 60 s of machine time and one of scrap.
  private var order: [SimulatedMessage] {
    var messages = [
      message("mes", minute: 0, #""id":"1","order":"A-1","product":"X200","batch":"B-1","event":"start""#)
    ]
    for quarter in 0...8 as ClosedRange<Int64> {
      messages.append(message("main", minute: quarter * 15, "\"kwh\":\"\(min(quarter, 4) * 25).00\""))
    }
    for (place, seconds) in ["30", "30", "30", "60"].enumerated() {
      messages.append(
        message(
          "eol", minute: 10 + Int64(place) * 10,
          #""id":"u\#(place)","unit":"SN\#(place + 1)","step":"eol","attempt":1,"verdict":"OK","duration":\#(seconds)"#)
      )
    }
    messages.append(
      message("eol", minute: 52, #""id":"u9","unit":"SN9","step":"eol","attempt":1,"verdict":"NG","duration":30"#))
    messages.append(message("mes", minute: 60, #""id":"2","order":"A-1","event":"end""#))
    return messages.sorted { $0.time < $1.time }
  }

  /// 2 kgCO2e by kilogram.
  private static let mill = """
    {"id":"f4b1225a-bd44-4c8e-861d-079e4e1dfd01","specVersion":"3.0.0","created":"2026-01-02T00:00:00Z","status":"Active",
     "companyName":"Mill","companyIds":["urn:company:example:mill"],"productDescription":"Casting",
     "productIds":["urn:mill:casting"],"productNameCompany":"Casting","pcf":{"declaredUnitOfMeasurement":"kilogram",
     "declaredUnitAmount":"1000","productMassPerDeclaredUnit":"1","referencePeriodStart":"2025-01-01T00:00:00Z",
     "referencePeriodEnd":"2026-01-01T00:00:00Z","pcfExcludingBiogenicUptake":"2000","pcfIncludingBiogenicUptake":"2000",
     "fossilGhgEmissions":"2000","fossilCarbonContent":"0","ipccCharacterizationFactors":["AR5"],
     "crossSectoralStandards":["ISO14067"],"exemptedEmissionsPercent":"0","primaryDataShare":"50",
     "boundaryProcessesDescription":"cradle to gate"}}
    """

  private func run(_ weir: WeirProcess, _ arguments: String...) throws -> (output: String, code: Int32) {
    try WeirProcess.command(arguments, directory: weir.directory)
  }

  /// The plant buys its own pump, as it were: a credential counts once its key is trusted.
  private func importsASignedFootprint(_ weir: WeirProcess, _ credential: String, key: String) throws {
    let data = weir.directory.appending("data")
    let stranger = try run(weir, "product", "import", credential, "--by", "LiNa", "--data", data)
    #expect(stranger.code == 1 && stranger.output.contains("trusted-issuers"), "\(stranger.output)")
    let keys = try JSONValue(parsing: String(contentsOfFile: key, encoding: .utf8)).arrayValue
    let x = try #require(keys?.last?["key"]?["x"]?.stringValue)
    let text = try String(contentsOfFile: weir.configuration, encoding: .utf8)
      .replacing(
        "standards: [ISO14067] }", with: "standards: [ISO14067], trusted-issuers: [{ name: Works, key: \"\(x)\" }] }")
    let product = """

        - id: Y200
          materials: [{ name: pump, amount: 1 pcs, supplier-product: "urn:gtin:04012345678901" }]
      """
    try (text + product).write(toFile: weir.configuration, atomically: true, encoding: .utf8)
    let reloaded = try run(weir, "reload", "--data", data)
    #expect(reloaded.code == 0, "\(reloaded.output)")
    let taken = try run(weir, "product", "import", credential, "--by", "LiNa", "--data", data)
    #expect(taken.code == 0 && taken.output.contains("signed by Works"), "\(taken.output)")
    #expect(taken.output.contains("for pump of Y200") && taken.output.contains("39.4425 kgCO2e by piece"))
  }

  private func provesACarbonRecord(_ weir: WeirProcess, key: String) throws {
    let proof = weir.directory.appending("carbon.json")
    let id = "works/carbon-interval/main/\(start.rfc3339UTC)/0"
    let made = try run(
      weir, "carbon", "prove", id, "--data", weir.directory.appending("data"), "--output", proof)
    #expect(made.code == 0, "\(made.output)")
    let checked = try run(weir, "verify", proof, "--key", key)
    // 25 kWh × 0.5581, without the amount and the factor.
    #expect(
      checked.code == 0 && checked.output.contains("/methods/ghgp_location/total_kg  13.9525"), "\(checked.output)")
    #expect(!checked.output.contains("factor") && !checked.output.contains("lines/0"))
  }

  @Test(.timeLimit(.minutes(5)))
  func aCustomerChecksAFootprintAndAPiece() async throws {
    let broker = try TestBroker()
    let weir = try WeirProcess(
      """
      gateway: { id: works, data: $DIR/data }
      zone: Asia/Shanghai
      clock: messages
      broker: { host: 127.0.0.1, port: \(broker.port) }
      carbon: { subdivision: CN-CQ, methods: [ghgp_location], gwp: AR5 }
      footprint: { company: Works, company-ids: ["urn:company:example:works"], standards: [ISO14067] }
      destinations:
        - { name: upstream, file: { path: $DIR/upstream.jsonl }, records: all, assets: ["*"] }
      assets:
        - { id: mes, place: cq/works/line-1, template: order-feed, topic: m/mes }
        - { id: main, place: cq/works/line-1/meter, template: three-phase-meter-active, topic: m/main,
            rated-power: 700 kW, expected-interval: 15 min }
        - { id: eol, place: cq/works/line-1/eol, template: end-of-line-tester, topic: m/eol, counts-pieces: yes }
      products:
        - id: X200
          mass: 12.5 kg
          gtin: "04012345678901"
          fossil-carbon: 0 kg
          materials: [{ name: casting, amount: 10 kg, supplier-product: "urn:mill:casting" }]
      """, directory: TemporaryDirectory())
    let data = weir.directory.appending("data")
    try weir.start()
    try await weir.waitFor("the connection") { $0.connections.first?.state == "connected" }
    let site = try Plants.site(weir)
    let messages = order
    try await Plants.publish(messages, site: site)
    try await weir.waitFor("everything delivered") { status in
      status.messages.received >= messages.count && status.isSettled && (status.records["product-footprint"] ?? 0) > 0
    }

    // Without the supplier's document there is no footprint to hand out, and the way to one is named.
    let footprint = weir.directory.appending("x200.json")
    let missing = try run(weir, "product", "export", "A-1", "--period", "2026-01", "--data", data, "--out", footprint)
    #expect(missing.code != 0 && missing.output.contains("weir product import"), "\(missing.output)")
    let document = try weir.directory.write(Self.mill, to: "mill.json")
    let imported = try run(weir, "product", "import", document, "--by", "LiNa", "--data", data)
    #expect(imported.code == 0 && imported.output.contains("casting of X200"), "\(imported.output)")
    let twice = try run(weir, "product", "import", document, "--by", "LiNa", "--data", data)
    // The clock goes on, and the order's footprint is issued again.
    try await Plants.publish([message("main", minute: 200, "\"kwh\":\"100.00\"")], site: site)
    try await weir.waitFor("the revision") { ($0.records["product-footprint"] ?? 0) > 1 }
    #expect(try run(weir, "product", "import", document, "--by", "LiNa", "--data", data).code != 0, "\(twice.output)")
    let suppliers = try run(weir, "product", "suppliers", "--data", data)
    #expect(suppliers.code == 0 && suppliers.output.contains("for casting of X200"), "\(suppliers.output)")

    // What the stations told is stored with the checkpoint of a stop.
    try weir.stop()
    try weir.start()
    try await weir.waitFor("the connection again") { $0.connections.first?.state == "connected" }

    let exported = try run(weir, "product", "export", "A-1", "--period", "2026-01", "--data", data, "--out", footprint)
    #expect(exported.code == 0, "\(exported.output)")
    let pcf = try #require(try JSONValue(parsing: String(contentsOfFile: footprint, encoding: .utf8))["pcf"])
    // (100 kWh × 0.5777 + 50 kg × 2) ÷ 4
    #expect(pcf["pcfExcludingBiogenicUptake"] == "39.4425" && pcf["declaredUnitOfMeasurement"] == "piece")
    #expect(try run(weir, "product", "verify", footprint).code == 2, "it has no signature")

    let key = weir.directory.appending("key.json")
    try run(weir, "keys", "show", "--json", "--data", data).output.write(toFile: key, atomically: true, encoding: .utf8)
    #expect(try run(weir, "ledger", "seal", "--data", data).code == 0)
    let credential = weir.directory.appending("x200.jwt")
    let signed = try run(
      weir, "product", "export", "X200", "--period", "2026-01", "--format", "credential", "--with-proof", "--data",
      data,
      "--out", credential)
    #expect(signed.code == 0 && signed.output.contains("1 of 1 records with their proof"), "\(signed.output)")
    let holds = try run(weir, "product", "verify", credential, "--key", key)
    #expect(holds.code == 0 && holds.output.contains("39.4425 kgCO2e by 1 piece"), "\(holds.output)")
    let other = String(repeating: "58", count: 32)
    #expect(try run(weir, "product", "verify", credential, "--key", other).code == 1)

    let unit = try run(weir, "product", "unit", "SN4", "--period", "2026-01", "--data", data)
    // 60 of 150 s: 0.4 of 57.77 and of 100.
    #expect(unit.code == 0 && unit.output.contains("23.108 kgCO2e gate to gate, 40 kgCO2e"), "\(unit.output)")
    let scrap = try run(weir, "product", "unit", "SN9", "--period", "2026-01", "--data", data)
    #expect(scrap.output.contains("NOT GOOD"), "\(scrap.output)")
    try importsASignedFootprint(weir, credential, key: key)
    try provesACarbonRecord(weir, key: key)
    let proof = weir.directory.appending("proof.json")
    let proven = try run(weir, "carbon", "prove", "SN4", "--period", "2026-01", "--data", data, "--output", proof)
    #expect(proven.code == 0, "\(proven.output)")
    try weir.stop()

    // Outside: no gateway, no data, the public key alone.
    let checked = try run(weir, "verify", proof, "--key", key)
    #expect(checked.code == 0 && checked.output.contains("kgco2e  23.108"), "\(checked.output)")
    let text = try String(contentsOfFile: proof, encoding: .utf8)
    for secret in ["cn-lifecycle", "mill.json", "running_seconds", "kwh"] { #expect(!text.contains(secret)) }
    try text.replacing("\"extract\":\"eyJ", with: "\"extract\":\"eyK").write(
      toFile: proof, atomically: true, encoding: .utf8)
    #expect(try run(weir, "verify", proof, "--key", key).code == 1)
    #expect(try run(weir, "verify", data).code == 0)
    let upstream = try Upstream(file: weir.directory.appending("upstream.jsonl"))
    #expect(upstream.schemaViolations == [] && upstream.latest("supplier-footprint").count == 2)
    #expect(upstream.latest("product-footprint").first?.cause?["reason"] == "entered")
  }
}
