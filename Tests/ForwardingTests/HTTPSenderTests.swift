import Foundation
import Logging
import NIOConcurrencyHelpers
import NIOSSL
import Telemetry
import Templates
import TestSupport
import Testing

@testable import Forwarding

@Suite struct HTTPSenderTests {
  func sender(
    _ url: String, batch: Int = 100, gzip: Bool = false, token: SecretSource? = nil, tls: TLSSettings? = nil,
    timeout: Duration = .seconds(5)
  ) -> HTTPSender {
    let settings = HTTPSender.Settings(url: url, batch: batch, gzip: gzip, token: token, tls: tls, timeout: timeout)
    return HTTPSender(settings: settings, gateway: "gw", logger: Logger(label: "test"), wallClock: { .systemNow })
  }

  /// Numbers of the records in a batch, as the server sees them.
  static func numbers(_ body: [UInt8]) -> [Int] {
    guard case .array(let events)? = try? JSONValue(parsing: body) else { return [] }
    return events.compactMap { event in
      guard case .object(let members) = event, case .object(let data)? = members["data"],
        case .object(let body)? = data["body"], case .integer(let number)? = body["number"]
      else { return nil }
      return Int(number)
    }
  }

  @Test func singleEventHasTheShapeOfCloudEvents() async throws {
    let server = try await ScriptedServer.start { _ in .status(202) }
    let sender = sender(server.url, batch: 1)
    let record = makeRecords(1...1)
    let report = await sender.send(record[...])
    #expect(report.answer == .delivered)
    let request = try #require(server.requests.first)
    #expect(request.method == .POST && request.uri == "/in")
    #expect(request.headers["Content-Type"] == ["application/cloudevents+json"])
    #expect(request.headers["Authorization"] == [] && request.headers["Content-Encoding"] == [])
    #expect(report.bytes == request.body.count && report.wireBytes == request.body.count)
    guard case .object(let members) = try JSONValue(parsing: request.body) else {
      Issue.record("not an object")
      return
    }
    #expect(
      members == [
        "specversion": .string("1.0"), "id": .string(record[0].id), "source": .string("weir/gw"),
        "type": .string("io.weir.energy-interval.v1"), "subject": .string("meter-1"),
        "time": .string(record[0].issued.rfc3339UTC), "datacontenttype": .string("application/json"),
        "data": try JSONValue(parsing: record[0].json),
      ])
    await sender.close()
    try await server.stop()
  }

  @Test func batchIsCompressedAndTheConnectionUsedAgain() async throws {
    let server = try await ScriptedServer.start { _ in .status(204) }
    let folder = try TemporaryDirectory()
    try folder.write("tok-abc\n", to: "token")
    let sender = sender(server.url, gzip: true, token: SecretSource(.file(folder.path + "/token")))
    let records = makeRecords(1...100)
    for _ in 0..<5 {
      let report = await sender.send(records[...])
      #expect(report.answer == .delivered && report.wireBytes < report.bytes / 4)
    }
    #expect(server.requests.count == 5 && server.connections == 1)
    let request = try #require(server.requests.last)
    #expect(request.headers["Content-Type"] == ["application/cloudevents-batch+json"])
    #expect(request.headers["Content-Encoding"] == ["gzip"])
    #expect(request.headers["Authorization"] == ["Bearer tok-abc"])
    #expect(Self.numbers(try gunzip(request.body)) == Array(1...100))
    await sender.close()
    try await server.stop()
  }

  @Test(arguments: [
    (200, "delivered"), (204, "delivered"), (301, "hold"), (302, "hold"), (307, "hold"), (308, "hold"),
    (400, "refused"), (401, "hold"), (402, "hold"), (403, "hold"), (404, "hold"), (405, "hold"), (407, "hold"),
    (408, "retry"), (409, "hold"), (413, "refused"), (422, "refused"), (425, "retry"), (429, "retry"),
    (500, "retry"), (501, "retry"), (502, "retry"), (503, "retry"), (504, "retry"),
  ])
  func answers(status: Int, meaning: String) async throws {
    let server = try await ScriptedServer.start { _ in
      .status(status, [("Retry-After", "17"), ("Location", "http://127.0.0.1:1/elsewhere?token=x")], body: "because")
    }
    let sender = sender(server.url)
    switch await sender.send(makeRecords(1...3)[...]).answer {
    case .delivered: #expect(meaning == "delivered")
    case .refusedBatch(let refusal):
      #expect(meaning == "refused" && refusal.reason == "http-\(status)")
      #expect(refusal.detail.hasSuffix(": because"))
    case .retry(let trouble):
      #expect(meaning == "retry" && trouble.reason == "http-\(status)" && trouble.after == .seconds(17))
    case .hold(let trouble):
      #expect(meaning == "hold" && trouble.reason == "http-\(status)" && !trouble.detail.contains("token"))
      if status < 400 { #expect(trouble.detail.hasSuffix("to http://127.0.0.1:1/elsewhere")) }
    }
    #expect(server.requests.count == 1, "neither redirected nor repeated")
    await sender.close()
    try await server.stop()
  }

  @Test func retryAfterAsADate() async throws {
    let server = try await ScriptedServer.start { _ in
      .status(
        503, [("Retry-After", "Sun, 06 Nov 1994 08:51:37 GMT"), ("Date", "Sun, 06 Nov 1994 08:49:37 GMT")])
    }
    let sender = sender(server.url)
    let answer = await sender.send(makeRecords(1...1)[...]).answer
    await sender.close()
    try await server.stop()
    guard case .retry(let trouble) = answer else {
      Issue.record("expected a retry, not \(answer)")
      return
    }
    #expect(trouble.after == .seconds(120))
  }

  @Test func silenceRefusalAndCutConnectionsAreRetried() async throws {
    let server = try await ScriptedServer.start { _ in ScriptedServer.Reply(status: 200, never: true) }
    let sender = sender(server.url, timeout: .seconds(1))
    func reason() async -> String {
      let answer = await sender.send(makeRecords(1...1)[...]).answer
      if case .retry(let trouble) = answer { return trouble.reason }
      return "\(answer)"
    }
    #expect(await reason() == "timeout")
    server.answer { _ in ScriptedServer.Reply(status: 200, cut: true) }
    #expect(await reason() == "connection")
    try await server.stop()
    #expect(await reason() == "connection")
    await sender.close()
  }

  @Test func unusableAddressAndMissingTokenHold() async throws {
    let folder = try TemporaryDirectory()
    let cases = [
      (sender("nonsense"), "url"), (sender("ftp://host/"), "url"), (sender("http://"), "url"),
      (sender("http://127.0.0.1:1/", token: SecretSource(.file(folder.path + "/none"))), "secret"),
    ]
    for (sender, reason) in cases {
      let answer = await sender.send(makeRecords(1...1)[...]).answer
      await sender.close()
      guard case .hold(let trouble) = answer else {
        Issue.record("expected a hold for \(reason), not \(answer)")
        continue
      }
      #expect(trouble.reason == reason && !trouble.advice.isEmpty)
    }
  }

  @Test func threeBadRecordsOfAHundredAreRefusedAndTheOthersDelivered() async throws {
    let bad: Set<Int> = [1, 42, 100]
    let accepted = NIOLockedValueBox<[Int]>([])
    let server = try await ScriptedServer.start { request in
      let numbers = Self.numbers(request.body)
      if numbers.contains(where: bad.contains) { return .status(422, body: "bad record") }
      accepted.withLockedValue { $0 += numbers }
      return .ok
    }
    let outbox = MemoryOutbox(makeRecords(1...100))
    let forwarder = makeForwarder([("up", sender(server.url))], outbox)
    forwarder.start()
    #expect(try await soon { try await outbox.backlog(of: "up") == 0 })
    let status = try #require(try await forwarder.status().first)
    await forwarder.stop()
    let reason = ("http-422", "HTTP 422 Unprocessable Entity: bad record")
    #expect(
      outbox.refused("up")
        == bad.sorted().map { Settlement.Refusal(sequence: Int64($0), reason: reason.0, detail: reason.1) })
    #expect(accepted.withLockedValue { $0 } == (1...100).filter { !bad.contains($0) }, "once each, in order")
    #expect(outbox.contents.withLockedValue { $0.violations } == [])
    #expect(server.requests.count < 45)
    #expect(status.refusedRecords == 3 && status.lastError?.hasSuffix("bad record") == true)
    try await server.stop()
  }

  @Test func expiredTokenRefusesNothingAndLosesNothing() async throws {
    let folder = try TemporaryDirectory()
    try folder.write("old-token", to: "token")
    let accepted = NIOLockedValueBox<[Int]>([])
    let server = try await ScriptedServer.start { request in
      let authorization = request.headers.first(name: "Authorization") ?? ""
      guard authorization == "Bearer new-token" else { return .status(401, body: "expired: \(authorization)") }
      accepted.withLockedValue { $0 += Self.numbers(request.body) }
      return .ok
    }
    let outbox = MemoryOutbox(makeRecords(1...250))
    let recorded = Recorded()
    let token = SecretSource(.file(folder.path + "/token"))
    let forwarder = makeForwarder([("up", sender(server.url, token: token))], outbox, recorded)
    forwarder.start()
    #expect(try await soon { server.requests.count >= 4 })
    let held = try #require(try await forwarder.status().first)
    #expect(held.state == .held && held.backlog == 250 && held.deliveredRecords == 0)
    #expect(try await soon { try await forwarder.status().first?.nextAttempt != nil })
    #expect(recorded.openFindings.map(\.key) == ["destination-held/up"])
    try folder.write("new-token", to: "token")
    #expect(try await soon { outbox.delivered("up").count == 250 })
    await forwarder.stop()
    #expect(outbox.refused("up") == [] && accepted.withLockedValue { $0 } == Array(1...250))
    #expect(recorded.openFindings == [] && recorded.findings.withLockedValue { $0.count } == 2)
    let said = "\(held) \(recorded.findings.withLockedValue { $0 }) \(recorded.log.withLockedValue { $0 })"
    #expect(said.contains("expired: Bearer <redacted>") && !said.contains("old-token") && !said.contains("new-token"))
    try await server.stop()
  }

  @Test func renewedTokenIsUsedWithinTheSameAttempt() async throws {
    let folder = try TemporaryDirectory()
    try folder.write("first", to: "token")
    let server = try await ScriptedServer.start { request in
      request.headers.first(name: "Authorization") == "Bearer second" ? .ok : .status(401)
    }
    let sender = sender(server.url, token: SecretSource(.file(folder.path + "/token")))
    let first = await sender.send(makeRecords(1...1)[...]).answer
    if case .hold = first {} else { Issue.record("expected a hold, not \(first)") }
    try folder.write("second", to: "token")
    #expect(await sender.send(makeRecords(1...1)[...]).answer == .delivered)
    await sender.close()
    try await server.stop()
  }

  @Test func mutualTLS() async throws {
    let folder = try TemporaryDirectory()
    try makeCertificates(in: folder.path)
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: try NIOSSLCertificate.fromPEMFile(folder.path + "/server.pem").map { .certificate($0) },
      privateKey: .privateKey(try NIOSSLPrivateKey(file: folder.path + "/server.key", format: .pem)))
    configuration.certificateVerification = .noHostnameVerification
    configuration.trustRoots = .file(folder.path + "/ca.pem")
    let server = try await ScriptedServer.start(tls: try NIOSSLContext(configuration: configuration)) { _ in .ok }
    let url = "https://127.0.0.1:\(server.port)/in"
    func answer(_ tls: TLSSettings?) async -> SendReport.Answer {
      let sender = sender(url, tls: tls)
      let answer = await sender.send(makeRecords(1...1)[...]).answer
      await sender.close()
      return answer
    }
    let files = ["ca.pem", "client.pem", "client.key"].map { folder.path + "/" + $0 }
    let whole = TLSSettings(caFile: files[0], certificateFile: files[1], keyFile: files[2])
    #expect(await answer(whole) == .delivered)
    guard case .hold(let untrusted) = await answer(nil) else {
      Issue.record("an unknown authority must hold")
      return
    }
    #expect(untrusted.reason == "tls")
    #expect(await answer(TLSSettings(caFile: files[0], certificateFile: nil, keyFile: nil)) != .delivered)
    guard case .hold(let missing) = await answer(TLSSettings(caFile: "/missing", certificateFile: nil, keyFile: nil))
    else {
      Issue.record("a missing file must hold")
      return
    }
    #expect(missing.reason == "tls")
    try await server.stop()
  }

  @Test func serverGoneAndBack() async throws {
    let seen = NIOLockedValueBox<[Int]>([])
    let script: ScriptedServer.Script = { request in
      seen.withLockedValue { $0 += Self.numbers(request.body) }
      return .ok
    }
    // Below the range of ports that the system gives out by itself, so that nobody takes it in between.
    let port = Int.random(in: 20000..<30000)
    var server = try await ScriptedServer.start(port: port, script)
    let outbox = MemoryOutbox(makeRecords(1...50))
    let recorded = Recorded()
    let forwarder = makeForwarder([("up", sender(server.url, batch: 10))], outbox, recorded)
    forwarder.start()
    #expect(try await soon { outbox.delivered("up").count == 50 })
    try await server.stop()
    outbox.add(makeRecords(51...120))
    forwarder.notify()
    #expect(try await soon { try await forwarder.status().first?.state == .retrying })
    #expect(try await forwarder.status().first?.backlog == 70)
    server = try await ScriptedServer.start(port: port, script)
    #expect(try await soon { outbox.delivered("up").count == 120 })
    await forwarder.stop()
    #expect(seen.withLockedValue { $0 } == Array(1...120))
    #expect(recorded.findings.withLockedValue { $0 } == [], "a passing trouble is no finding")
    try await server.stop()
  }

  /// The server takes the records but its answers get lost: they come again, under the same ids, and are counted once.
  @Test func lostAnswersGiveDuplicatesByTheSameIdOnly() async throws {
    let ids = NIOLockedValueBox<[String]>([])
    let server = try await ScriptedServer.start { request in
      guard case .array(let events)? = try? JSONValue(parsing: request.body) else { return .status(400) }
      return ids.withLockedValue { ids in
        for case .object(let event) in events { if case .string(let id)? = event["id"] { ids.append(id) } }
        return ids.count % 3 == 0 ? .ok : ScriptedServer.Reply(status: 0, cut: true)
      }
    }
    let outbox = MemoryOutbox(makeRecords(1...40))
    let forwarder = makeForwarder([("up", sender(server.url, batch: 7))], outbox)
    forwarder.start()
    #expect(try await soon { outbox.delivered("up").count == 40 })
    await forwarder.stop()
    let all = ids.withLockedValue { $0 }
    #expect(all.count > 40)
    #expect(Set(all) == Set(makeRecords(1...40).map(\.id)))
    #expect(outbox.delivered("up") == (1...40).map(Int64.init))
    try await server.stop()
  }

  @Test func deadDestinationDoesNotHoldUpAnother() async throws {
    let silent = try await ScriptedServer.start { _ in ScriptedServer.Reply(status: 200, never: true) }
    let good = try await ScriptedServer.start { _ in .ok }
    let outbox = MemoryOutbox(makeRecords(1...300))
    let forwarder = makeForwarder([("dead", sender(silent.url)), ("good", sender(good.url))], outbox)
    forwarder.start()
    #expect(try await soon { outbox.delivered("good").count == 300 })
    #expect(outbox.delivered("dead") == [])
    let stopping = ContinuousClock.now
    await forwarder.stop()
    #expect(stopping.duration(to: .now) < .seconds(4), "a stop waits for the grace period, not for the time-out")
    try await silent.stop()
    try await good.stop()
  }

  @Test func outboxTroubleIsRetried() async throws {
    let server = try await ScriptedServer.start { _ in .ok }
    let outbox = MemoryOutbox(makeRecords(1...10))
    outbox.contents.withLockedValue { $0.failing = true }
    let forwarder = makeForwarder([("up", sender(server.url))], outbox)
    forwarder.start()
    #expect(try await soon { try await forwarder.status().first?.state == .retrying })
    outbox.contents.withLockedValue { $0.failing = false }
    #expect(try await soon { outbox.delivered("up").count == 10 })
    await forwarder.stop()
    try await server.stop()
  }
}

/// Decompression by another program than the one under test.
func gunzip(_ bytes: [UInt8]) throws -> [UInt8] {
  let folder = try TemporaryDirectory()
  let path = folder.path + "/body.gz"
  try Data(bytes).write(to: URL(fileURLWithPath: path))
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/bin/gzip")
  process.arguments = ["-d", path]
  try process.run()
  process.waitUntilExit()
  #expect(process.terminationStatus == 0)
  return Array(try Data(contentsOf: URL(fileURLWithPath: folder.path + "/body")))
}

/// A certificate authority, a server of 127.0.0.1 and a client, as PEM files.
func makeCertificates(in folder: String) throws {
  let script = """
    set -e
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -subj /CN=ca -days 2
    for name in server client; do
      openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $name.key -out $name.csr -subj /CN=$name
      echo subjectAltName=IP:127.0.0.1 > $name.ext
      openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out $name.pem -days 2 -extfile $name.ext
    done
    """
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/bin/sh")
  process.arguments = ["-c", script]
  process.currentDirectoryURL = URL(fileURLWithPath: folder)
  process.standardError = FileHandle.nullDevice
  process.standardOutput = FileHandle.nullDevice
  try process.run()
  process.waitUntilExit()
  #expect(process.terminationStatus == 0)
}
