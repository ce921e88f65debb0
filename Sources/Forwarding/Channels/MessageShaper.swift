import Crypto
import Foundation
import Telemetry
import Templates

/// Writes a record as the other side wants it.
///
/// Notifications have title and text; a work order's are made of its body, in the language that it carries; of every other
/// record the summary is shown.
struct MessageShaper: Sendable {
  let shape: Destination.MessageShape
  /// Of the shape `template`.
  var template: String?

  /// What a record says to people.
  struct Message {
    var title: String
    var text: String
    var priority: String
    var place: String
    /// Number of an order or incident; of other records 0.
    var number: Int64
    var body: JSONValue
  }

  static func message(_ record: OutboundRecord) throws -> Message {
    let body = try JSONValue(parsing: record.json)["body"] ?? .object([:])
    func text(_ name: String) -> String { body[name]?.stringValue ?? "" }
    var message = Message(
      title: text("title"), text: text("text"), priority: text("priority"), place: text("place"),
      number: body["number"]?.integerValue ?? body["incident"]?.integerValue ?? 0, body: body)
    if record.kind == .workOrder {
      message.title = order(body, "title")
      message.text = orderText(body)
    } else if message.title.isEmpty {
      let summary = text("summary").isEmpty ? "\(record.kind.rawValue) \(record.asset)" : text("summary")
      // An alarm that has returned, an incident that is closed.
      message.title = text("state").isEmpty ? summary : "[\(text("state"))] \(summary)"
      message.text = text("advice")
    }
    return message
  }

  private static func order(_ body: JSONValue, _ name: String) -> String {
    let chinese = body["language"]?.stringValue == "zh" ? body["\(name)_zh"]?.stringValue : nil
    return chinese ?? body[name]?.stringValue ?? ""
  }

  private static func orderText(_ body: JSONValue) -> String {
    let isChinese = body["language"]?.stringValue == "zh"
    func line(_ english: String, _ chinese: String, _ value: String) -> String? {
      value.isEmpty ? nil : (isChinese ? "\(chinese)：" : "\(english): ") + value
    }
    func list(_ name: String) -> [String] {
      (body[isChinese ? "\(name)_zh" : name]?.arrayValue ?? []).compactMap(\.stringValue)
    }
    let steps = list("steps").enumerated().map { "\($0.offset + 1). \($0.element)" }.joined(separator: "\n")
    let lines = [
      line("Order", "工单", "\(body["number"]?.integerValue ?? 0), \(body["state"]?.stringValue ?? "")"),
      line("Where", "位置", [body["asset"], body["place"]].compactMap { $0?.stringValue }.joined(separator: ", ")),
      line("Fault", "故障", body["fault"]?.stringValue ?? ""), line("Why", "原因", order(body, "reason")),
      line("When", "建议时间", "\(body["proposed"]?.stringValue ?? "") \(body["stop"]?.stringValue ?? "")"),
      line("Who", "所需人员", order(body, "skill")),
      line("Parts", "备件", list("parts").joined(separator: isChinese ? "、" : ", ")),
      steps.isEmpty ? nil : steps,
    ]
    return lines.compactMap(\.self).joined(separator: "\n")
  }

  // MARK: - Shapes

  /// - Parameters:
  ///   - signing: secret of a robot that wants signed messages.
  ///   - now: seconds since 1970, for the signature.
  func bytes(_ record: OutboundRecord, signing: SecretValue? = nil, now: Int64 = 0) throws -> [UInt8] {
    if shape == .record { return record.json }
    let message = try Self.message(record)
    switch shape {
    case .record: return record.json
    case .text: return Array((message.title + "\n" + message.text).utf8)
    case .wecom:
      return json(["msgtype": "markdown", "markdown": ["content": .string(markdown(message, limit: 4000))]])
    case .dingtalk:
      return json([
        "msgtype": "markdown",
        "markdown": ["title": .string(message.title), "text": .string(markdown(message, limit: 18_000))],
      ])
    case .feishu:
      var members: [String: JSONValue] = [
        "msg_type": "text", "content": ["text": .string(message.title + "\n" + message.text)],
      ]
      if let signing {
        members["timestamp"] = .string("\(now)")
        members["sign"] = .string(Self.feishuSign(signing, now: now))
      }
      return JSONValue.object(members).canonicalBytes()
    case .servicenow: return serviceNow(message, record)
    case .stackLight: return lamp(message)
    case .template: return Array(Self.fill(template ?? "", message).utf8)
    }
  }

  var contentType: String { shape == .text ? "text/plain; charset=utf-8" : "application/json; charset=utf-8" }

  private func json(_ value: JSONValue) -> [UInt8] { value.canonicalBytes() }

  /// A robot refuses what is too long.
  private func markdown(_ message: Message, limit: Int) -> String {
    let text =
      "**\(message.title)**\n" + message.text.split(separator: "\n").map { "> \($0)" }.joined(separator: "\n\n")
    guard text.utf8.count > limit else { return text }
    var short = ""
    var count = 0
    for character in text {
      count += character.utf8.count
      guard count <= limit - 3 else { break }
      short.append(character)
    }
    return short + "…"
  }

  /// Members of an incident of ServiceNow: 1 = high … 3 = low.
  private func serviceNow(_ message: Message, _ record: OutboundRecord) -> [UInt8] {
    let urgency = ["safety": "1", "high": "1", "medium": "2"][message.priority] ?? "3"
    var members: [String: JSONValue] = [
      "short_description": .string(message.title), "description": .string(message.text), "urgency": .string(urgency),
      "impact": .string(urgency), "location": .string(message.place),
      "correlation_id": .string(Self.identity(record).base),
      "correlation_display": "weir",
    ]
    if let asset = message.body["asset"]?.stringValue { members["cmdb_ci"] = .string(asset) }
    if let due = message.body["proposed"]?.stringValue { members["due_date"] = .string(due) }
    if let state = message.body["state"]?.stringValue { members["u_state"] = .string(state) }
    members["u_revision"] = .string(Self.identity(record).revision)
    return JSONValue.object(members).canonicalBytes()
  }

  private func lamp(_ message: Message) -> [UInt8] {
    var members: [String: JSONValue] = ["priority": .string(message.priority), "text": .string(message.title)]
    if case .object(let lamp)? = message.body["lamp"] { members.merge(lamp) { $1 } }
    if message.body["what"] == "test" { members["test"] = true }
    return JSONValue.object(members).canonicalBytes()
  }

  /// The template with its placeholders filled in, escaped as parts of JSON texts.
  static func fill(_ template: String, _ message: Message) -> String {
    var values = [
      "title": message.title, "text": message.text, "priority": message.priority, "place": message.place,
      "number": "\(message.number)",
    ]
    if case .object(let body) = message.body {
      for (name, value) in body where values[name] == nil {
        if let text = value.stringValue {
          values[name] = text
        } else if let number = value.integerValue {
          values[name] = "\(number)"
        }
      }
    }
    var out = ""
    var rest = Substring(template)
    while let open = rest.firstIndex(of: "{") {
      out += rest[..<open]
      let tail = rest[rest.index(after: open)...]
      if let end = tail.firstIndex(of: "}"), let value = values[String(tail[..<end])] {
        let escaped = String(decoding: JSONValue.string(value).canonicalBytes(), as: UTF8.self)
        out += escaped.dropFirst().dropLast()
        rest = tail[tail.index(after: end)...]
      } else {
        out += "{"
        rest = tail
      }
    }
    return out + rest
  }

  // MARK: - Identity and signatures

  /// What is the same for all revisions of a record, and which of them it is.
  static func identity(_ record: OutboundRecord) -> (base: String, revision: String) {
    let cut = record.id.lastIndex(of: "/") ?? record.id.startIndex
    return (String(record.id[..<cut]), String(record.id[cut...].drop { $0 == "/" }))
  }

  /// Revision 0 makes something new at the other side, later ones change it.
  static func isFirst(_ record: OutboundRecord) -> Bool { record.id.hasSuffix("/0") }

  /// DingTalk: base64 of HMAC-SHA256, keyed by the secret, over milliseconds, a line feed and the secret.
  static func dingTalkSign(_ secret: SecretValue, milliseconds: Int64) -> String {
    let text = "\(milliseconds)\n\(secret.reveal())"
    let code = HMAC<SHA256>.authenticationCode(
      for: Data(text.utf8), using: SymmetricKey(data: Data(secret.reveal().utf8)))
    return Data(code).base64EncodedString()
  }

  /// Feishu: base64 of HMAC-SHA256 over nothing, keyed by seconds, a line feed and the secret.
  static func feishuSign(_ secret: SecretValue, now: Int64) -> String {
    let key = SymmetricKey(data: Data("\(now)\n\(secret.reveal())".utf8))
    return Data(HMAC<SHA256>.authenticationCode(for: Data(), using: key)).base64EncodedString()
  }
}
