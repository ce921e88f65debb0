import Foundation
import Glibc
import Telemetry
import Templates

/// One record a mail, by SMTP through curl, which knows TLS and the ways of mail servers.
///
/// The message id is made of the record's id, so that a repetition is the same mail. Password and message go through
/// pipes: neither stands in the arguments or in a file.
final class EmailSender: Sender {
  let address: String
  let batch = 1
  let takesAhead = true
  private let email: Destination.Email
  private let gateway: String
  private let password: SecretSource?
  private let wallClock: @Sendable () -> Timestamp
  private let executable: String

  init(
    _ email: Destination.Email, gateway: String, executable: String = "curl",
    wallClock: @escaping @Sendable () -> Timestamp
  ) {
    self.email = email
    self.gateway = gateway
    self.executable = executable
    self.wallClock = wallClock
    password = email.password.map { SecretSource($0) }
    address = "\(email.server) to \(email.to.joined(separator: ", "))"
  }

  func send(_ records: ArraySlice<OutboundRecord>) async -> SendReport {
    let record = records[records.startIndex]
    var secret: SecretValue?
    let mail: [UInt8]
    do {
      secret = try password?.read()
      mail = try self.mail(record)
    } catch let failure as SecretSource.Failure {
      return .hold(
        "secret", failure.description, advice: "Put the password there; it is read again at the next attempt.")
    } catch {
      return SendReport(answer: .refusedBatch(SendReport.Refusal(reason: "shape", detail: "\(error)")))
    }
    var arguments = [
      "--silent", "--show-error", "--max-time", "\(max(1, email.timeout.nanoseconds / 1_000_000_000))", "--config",
      "/dev/fd/3", "--url", email.server, "--mail-from", email.from, "--upload-file", "-", "--write-out",
      "\(Self.mark)%{response_code}\n",
    ]
    for mailbox in email.to { arguments += ["--mail-rcpt", mailbox] }
    if email.server.hasPrefix("smtp:") { arguments.append("--ssl") }
    do {
      let process = PipedProcess(
        executable: executable, arguments: arguments, input: mail, secret: Array(settings(secret).utf8))
      let result = try await blocking { try process.run() }
      return report(result, bytes: mail.count, hiding: secret.map { [$0] } ?? [])
    } catch {
      return .hold("curl", "\(executable) cannot be run: \(error)", advice: "Install curl: apt-get install curl.")
    }
  }

  func close() async {}

  /// What curl reads of its third file: the account.
  private func settings(_ secret: SecretValue?) -> String {
    guard let user = email.username else { return "" }
    func quoted(_ text: String) -> String {
      text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    }
    return "user = \"\(quoted(user)):\(quoted(secret?.reveal() ?? ""))\"\n"
  }

  /// Before the mail server's last answer in what curl says.
  private static let mark = "smtp-answer "

  private func report(_ result: PipedProcess.Result, bytes: Int, hiding secrets: [SecretValue]) -> SendReport {
    let lines = result.output.split(whereSeparator: \.isNewline)
    let said = lines.filter { !$0.hasPrefix(Self.mark) }.joined(separator: " ")
    let answer = lines.first { $0.hasPrefix(Self.mark) }.flatMap { Int($0.dropFirst(Self.mark.count)) } ?? 0
    let detail = Redactor(secrets).line(said.isEmpty ? "curl ends with \(result.code)" : said)
    switch result.code {
    case 0: return SendReport(answer: .delivered, bytes: bytes, wireBytes: bytes)
    // Account refused; certificate; a mistake in the address; no such protocol.
    case 67: return .hold("mail-login", detail, advice: "Check username and password of the mail server.")
    case 58, 60, 77, 83, 91: return .hold("mail-tls", detail, advice: "Check the certificate of the mail server.")
    case 1, 3: return .hold("mail-address", detail, advice: "Check `server` of the destination.")
    default: break
    }
    switch answer {
    case 530, 534, 535, 538:
      return .hold("mail-login", detail, advice: "Check username and password of the mail server.")
    case 500..<600:
      let text = "the mail server answers \(answer): \(detail)"
      // A sender or mailbox that it does not want: a person has to mend that. What it said of the mail itself it will say
      // again.
      return said.contains("RCPT failed") || said.contains("MAIL failed")
        ? .hold(
          "mail-\(answer)", text,
          advice: "Check `from` and `to` of the destination with the mail server's administrator.")
        : SendReport(answer: .refusedBatch(SendReport.Refusal(reason: "mail-\(answer)", detail: text)))
    case 400..<500: return .retry("mail-\(answer)", "the mail server answers \(answer): \(detail)")
    default: return .retry("mail", detail)
    }
  }

  // MARK: - The mail

  /// RFC 5322 with CRLF; header and body in UTF-8 and base64.
  func mail(_ record: OutboundRecord) throws -> [UInt8] {
    let message = try MessageShaper.message(record)
    let id = String(record.id.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") ? $0 : "." })
    let domain = email.from.split(separator: "@").last.map(String.init) ?? "weir"
    var lines = [
      "From: Weir \(gateway) <\(email.from)>", "To: \(email.to.joined(separator: ", "))",
      "Subject: \(Self.word(message.title))", "Date: \(Self.date(wallClock()))", "Message-ID: <\(id)@\(domain)>",
      "X-Idempotency-Key: \(record.id)", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
      "Content-Transfer-Encoding: base64",
    ]
    if ["safety", "high"].contains(message.priority) { lines.append("X-Priority: 1") }
    lines.append("")
    let text = Data((message.title + "\n\n" + message.text + "\n").utf8)
    lines += Self.wrapped(text.base64EncodedString())
    return Array((lines.joined(separator: "\r\n") + "\r\n").utf8)
  }

  /// Encoded words of RFC 2047, none longer than 75 characters and none with half a character in it.
  private static func word(_ text: String) -> String {
    guard !text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) else { return text }
    var words: [String] = []
    var part = ""
    for character in text where !character.isNewline {
      if part.utf8.count + character.utf8.count > 42 {
        words.append(part)
        part = ""
      }
      part.append(character)
    }
    words.append(part)
    return words.map { "=?utf-8?B?\(Data($0.utf8).base64EncodedString())?=" }.joined(separator: "\r\n ")
  }

  private static func wrapped(_ text: String) -> [String] {
    stride(from: 0, to: text.utf8.count, by: 76).map { start in
      let from = text.utf8.index(text.utf8.startIndex, offsetBy: start)
      let to = text.utf8.index(from, offsetBy: 76, limitedBy: text.utf8.endIndex) ?? text.utf8.endIndex
      return String(text[from..<to])
    }
  }

  private static func date(_ time: Timestamp) -> String {
    var seconds = time_t(time.nanoseconds / 1_000_000_000)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(days[Int(parts.tm_wday)]), \(parts.tm_mday) \(months[Int(parts.tm_mon)]) \(parts.tm_year + 1900) "
      + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) +0000"
  }
}
