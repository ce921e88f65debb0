import Foundation
import Logging
import NIOConcurrencyHelpers
import Telemetry
import Templates
import TestSupport
import Testing

@testable import Forwarding

@Suite("Webhooks, messages and mails") struct ChannelTests {
  static func record(
    _ kind: RecordKind = .notification, revision: Int = 0, _ body: JSONValue = notice
  ) -> OutboundRecord {
    let id = "gw/\(kind.rawValue)/gw/7/\(revision)"
    let json: JSONValue = ["id": .string(id), "kind": .string(kind.rawValue), "body": body]
    return OutboundRecord(
      sequence: 7, id: id, kind: kind, asset: "notify:duty", key: "gw/7", issued: Timestamp(seconds: 1_780_000_000),
      json: json.canonicalBytes())
  }

  static let notice: JSONValue = [
    "number": 7, "title": "【高】press-1 \"轴承\"", "text": "位置：l1\n步骤：1. 听诊", "priority": "high", "place": "",
    "what": "opened", "lamp": ["colour": "red", "flashing": true, "sound": true],
  ]

  static let order: JSONValue = [
    "number": 12, "state": "open", "title": "Bearing at press-1 is predicted", "title_zh": "press-1 预计发生：轴承磨损",
    "reason": "predicted", "reason_zh": "预测", "asset": "press-1", "place": "cq/hall/l1", "priority": "high",
    "language": "zh", "steps": ["Listen"], "steps_zh": ["听诊"], "parts": ["Bearing"], "parts_zh": ["轴承"],
    "proposed": "2026-06-01T08:00:00+08:00", "stop": "lunch", "skill": "mechanic", "skill_zh": "机修工",
  ]

  static func body(_ shape: Destination.MessageShape, _ record: OutboundRecord) throws -> JSONValue {
    try JSONValue(parsing: MessageShaper(shape: shape).bytes(record))
  }

  @Test("every shape is what the other side reads")
  func shapes() throws {
    let record = Self.record()
    let wecom = try Self.body(.wecom, record)
    #expect(wecom["msgtype"] == "markdown")
    #expect(wecom["markdown"]?["content"]?.stringValue?.hasPrefix("**【高】press-1 \"轴承\"**\n> 位置：l1") ?? false)
    let dingtalk = try Self.body(.dingtalk, record)
    #expect(dingtalk["markdown"]?["title"] == "【高】press-1 \"轴承\"")
    let feishu = try Self.body(.feishu, record)
    #expect(feishu["msg_type"] == "text" && feishu["content"]?["text"]?.stringValue?.contains("听诊") ?? false)
    let lamp = try Self.body(.stackLight, record)
    #expect(lamp["colour"] == "red" && lamp["flashing"] == true && lamp["sound"] == true)
    let ticket = try Self.body(.servicenow, Self.record(.workOrder, Self.order))
    #expect(ticket["short_description"] == "press-1 预计发生：轴承磨损" && ticket["urgency"] == "1")
    #expect(ticket["correlation_id"] == "gw/work-order/gw/7" && ticket["cmdb_ci"] == "press-1")
    #expect(ticket["description"]?.stringValue?.contains("备件：轴承") ?? false)
    #expect(try MessageShaper(shape: .record).bytes(record) == record.json)
    let text = try MessageShaper(shape: .text).bytes(record)
    #expect(String(decoding: text, as: UTF8.self).hasPrefix("【高】press-1"))
  }

  @Test("a template's values cannot leave their text")
  func template() throws {
    let shaper = MessageShaper(
      shape: .template, template: #"{"m": "{title}", "n": {number}, "x": "{unknown}", "p": "{priority}"}"#)
    let value = try JSONValue(parsing: try shaper.bytes(Self.record()))
    #expect(value["m"] == "【高】press-1 \"轴承\"" && value["n"] == 7 && value["x"] == "{unknown}" && value["p"] == "high")
  }

  @Test("a message that a robot would refuse is cut, never within a character")
  func long() throws {
    var body = Self.notice
    if case .object(var members) = body {
      members["text"] = .string(String(repeating: "轴承", count: 3000))
      body = .object(members)
    }
    let value = try Self.body(.wecom, Self.record(.notification, body))
    let content = try #require(value["markdown"]?["content"]?.stringValue)
    #expect(content.utf8.count <= 4000 && content.hasSuffix("…"))
  }

  /// Computed with `printf '1599360473000\nsecret' | openssl dgst -sha256 -hmac secret -binary | base64`, and
  /// `printf '' | openssl dgst -sha256 -hmac "$(printf '1599360473\nsecret')" -binary | base64`.
  @Test func signatures() {
    let secret = SecretValue("secret")
    #expect(
      MessageShaper.dingTalkSign(secret, milliseconds: 1_599_360_473_000)
        == "h/3f4uEADBeKkVuXX2NS1pXSEqARbYb1RV0kmXPBfn0=")
    #expect(MessageShaper.feishuSign(secret, now: 1_599_360_473) == "q4jswNiMy51J5JuQV566yJat0/lQ/c+22kINzUgKsGU=")
  }

  private func webhook(
    _ url: String, shape: Destination.MessageShape = .record, update: String? = nil, token: Secret? = nil,
    signing: Secret? = nil
  ) -> WebhookSender {
    WebhookSender(
      Destination.Webhook(
        address: .plain(url), shape: shape, template: nil, update: update, token: token, signing: signing, tls: nil,
        timeout: .seconds(5)), logger: Logger(label: "test"), wallClock: { Timestamp(seconds: 1_780_000_000) })
  }

  @Test("every delivery carries its idempotency key; later revisions are put where they belong, or nowhere")
  func idempotency() async throws {
    let server = try await ScriptedServer.start { _ in .status(201) }
    let sender = webhook(server.url, update: "http://127.0.0.1:\(server.port)/orders/{number}")
    for revision in [0, 0, 1] {
      let report = await sender.send([Self.record(.workOrder, revision: revision, Self.order)])
      #expect(report.answer == .delivered)
    }
    #expect(server.requests.map(\.method) == [.POST, .POST, .PUT])
    #expect(server.requests.map(\.uri) == ["/in", "/in", "/orders/12"])
    #expect(
      server.requests.flatMap { $0.headers["Idempotency-Key"] }
        == ["gw/work-order/gw/7/0", "gw/work-order/gw/7/0", "gw/work-order/gw/7/1"])
    await sender.close()
    try await server.stop()
  }

  @Test(
    "without an address for updates later revisions go where the first went, with their state; or nowhere, if wanted")
  func updates() async throws {
    let server = try await ScriptedServer.start { _ in .status(201) }
    let sender = webhook(server.url, shape: .servicenow)
    for (revision, state) in [(0, "unacknowledged"), (2, "normal")] {
      let body: JSONValue = ["summary": "press-1 is too hot", "advice": "Stop it", "state": .string(state)]
      let report = await sender.send([Self.record(.alarm, revision: revision, body)])
      #expect(report.answer == .delivered)
    }
    #expect(server.requests.map(\.method) == [.POST, .POST] && server.requests.map(\.uri) == ["/in", "/in"])
    #expect(server.requests.flatMap { $0.headers["Idempotency-Key"] } == ["gw/alarm/gw/7/0", "gw/alarm/gw/7/2"])
    #expect(server.requests.flatMap { $0.headers["Weir-Record"] } == ["gw/alarm/gw/7", "gw/alarm/gw/7"])
    #expect(server.requests.flatMap { $0.headers["Weir-Revision"] } == ["0", "2"])
    let told = try server.requests.map { try JSONValue(parsing: $0.body) }
    #expect(told.map { $0["correlation_id"] } == ["gw/alarm/gw/7", "gw/alarm/gw/7"])
    #expect(told[1]["u_state"] == "normal" && told[1]["u_revision"] == "2")
    #expect(told[1]["short_description"] == "[normal] press-1 is too hot")
    let silent = webhook(server.url, update: Destination.Webhook.noUpdate)
    let report = await silent.send([Self.record(.workOrder, revision: 1, Self.order)])
    #expect(report.answer == .delivered && server.requests.count == 2)
    await sender.close()
    await silent.close()
    try await server.stop()
  }

  @Test(
    "what a robot says in its body counts",
    arguments: [
      (#"{"errcode":0,"errmsg":"ok"}"#, "delivered"), (#"{"errcode":45009,"errmsg":"freq"}"#, "retry"),
      (#"{"errcode":93000,"errmsg":"invalid key"}"#, "hold"), ("", "delivered"),
    ])
  func robots(_ answer: String, _ wanted: String) async throws {
    let server = try await ScriptedServer.start { _ in .status(200, body: answer) }
    let folder = try TemporaryDirectory()
    try folder.write("secret", to: "sign")
    let sender = webhook(server.url + "?access_token=k", shape: .dingtalk, signing: .file(folder.appending("sign")))
    let report = await sender.send([Self.record()])
    switch report.answer {
    case .delivered: #expect(wanted == "delivered")
    case .retry: #expect(wanted == "retry")
    case .hold: #expect(wanted == "hold")
    case .refusedBatch: Issue.record("refused")
    }
    let uri = try #require(server.requests.first?.uri)
    #expect(uri.hasPrefix("/in?access_token=k&timestamp=1780000000000&sign=") && !uri.contains("+"))
    #expect(!sender.address.contains("access_token"))
    await sender.close()
    try await server.stop()
  }

  @Test("a mail goes through curl: neither password nor message in its arguments, the id always the same")
  func mail() async throws {
    let folder = try TemporaryDirectory()
    try folder.write("geheim\"x\n", to: "password")
    // Stands for curl: keeps what it was given, and ends as the test says.
    let script = folder.appending("curl")
    try folder.write(
      """
      #!/bin/sh
      printf '%s\\n' "$@" > \(folder.path)/arguments
      cat > \(folder.path)/mail
      cat /dev/fd/3 > \(folder.path)/settings
      exit $(cat \(folder.path)/code)

      """, to: "curl")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
    let email = Destination.Email(
      server: "smtps://mail.example.com:465", from: "weir@example.com", to: ["a@example.com", "b@example.com"],
      username: "weir", password: .file(folder.appending("password")), timeout: .seconds(5))
    let sender = EmailSender(email, gateway: "gw", executable: script) { Timestamp(seconds: 1_780_000_000) }
    for (code, wanted) in [(0, "delivered"), (67, "hold"), (7, "retry"), (0, "delivered")] {
      try folder.write("\(code)", to: "code")
      let report = await sender.send([Self.record()])
      switch report.answer {
      case .delivered: #expect(wanted == "delivered")
      case .retry: #expect(wanted == "retry")
      case .hold: #expect(wanted == "hold")
      case .refusedBatch: Issue.record("refused")
      }
    }
    func file(_ name: String) throws -> String { try String(contentsOfFile: folder.appending(name), encoding: .utf8) }
    #expect(try file("settings") == "user = \"weir:geheim\\\"x\"\n")
    let arguments = try file("arguments")
    #expect(arguments.contains("b@example.com") && !arguments.contains("geheim") && !arguments.contains("轴承"))
    let mail = try file("mail")
    #expect(mail.contains("Message-ID: <gw.notification.gw.7.0@example.com>\r\n"))
    #expect(mail.contains("X-Priority: 1\r\n") && mail.contains("Subject: =?utf-8?B?"))
    #expect(mail.contains("Date: Thu, 28 May 2026 20:26:40 +0000"))
    let lines = mail.components(separatedBy: "\r\n")
    #expect(lines.allSatisfy { $0.utf8.count <= 78 }, "\(lines)")
    let encoded = lines.drop { !$0.isEmpty }.joined()
    let text = String(decoding: try #require(Data(base64Encoded: encoded)), as: UTF8.self)
    #expect(text.hasPrefix("【高】press-1") && text.contains("听诊"))
  }

  @Test("without curl a person is asked to install it")
  func noCurl() async throws {
    let email = Destination.Email(
      server: "smtp://127.0.0.1:1", from: "a@b", to: ["c@d"], username: nil, password: nil, timeout: .seconds(1))
    let sender = EmailSender(email, gateway: "gw", executable: "/nowhere/curl") { .distantPast }
    let report = await sender.send([Self.record()])
    guard case .hold(let trouble) = report.answer else {
      Issue.record("\(report)")
      return
    }
    #expect(trouble.advice.contains("apt-get install curl"))
  }
}
