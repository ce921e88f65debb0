import Foundation
import Telemetry
import Templates
import TestSupport
import Testing

@testable import Forwarding

/// Mails through the real curl to a mail server on loopback.
@Suite struct MailTests {
  private func sender(_ port: Int) -> EmailSender {
    let email = Destination.Email(
      server: "smtp://127.0.0.1:\(port)", from: "weir@example.com", to: ["duty@example.com", "boss@example.com"],
      username: nil, password: nil, timeout: .seconds(20))
    return EmailSender(email, gateway: "gw") { Timestamp(seconds: 1_780_000_000) }
  }

  /// The text of encoded words, RFC 2047.
  private func decoded(_ header: String) throws -> String {
    try header.components(separatedBy: "=?utf-8?B?").dropFirst().map { word in
      let base64 = try #require(word.components(separatedBy: "?=").first)
      return String(decoding: try #require(Data(base64Encoded: base64)), as: UTF8.self)
    }.joined()
  }

  @Test("subject, body and Chinese arrive as they were meant, at every mailbox, the same at a repetition")
  func arrives() async throws {
    let server = try await SMTPServer.start()
    let sender = sender(server.port)
    for _ in 0..<2 {
      let report = await sender.send([ChannelTests.record()])
      #expect(report.answer == .delivered, "\(report)")
    }
    #expect(server.mails.count == 2 && server.mails[0].data == server.mails[1].data)
    let mail = try #require(server.mails.first)
    #expect(mail.from == "weir@example.com" && mail.to == ["duty@example.com", "boss@example.com"])
    let parts = mail.data.components(separatedBy: "\r\n\r\n")
    let unfolded = parts[0].replacing("\r\n ", with: " ").components(separatedBy: "\r\n")
    let subject = try #require(unfolded.first { $0.hasPrefix("Subject: ") })
    #expect(try decoded(subject) == "【高】press-1 \"轴承\"")
    #expect(unfolded.contains("X-Idempotency-Key: gw/notification/gw/7/0"))
    #expect(unfolded.contains("Message-ID: <gw.notification.gw.7.0@example.com>"))
    let base64 = parts[1].replacing("\r\n", with: "")
    let body = String(decoding: try #require(Data(base64Encoded: base64)), as: UTF8.self)
    #expect(body == "【高】press-1 \"轴承\"\n\n位置：l1\n步骤：1. 听诊\n")
    try await server.stop()
  }

  @Test(
    "what passes by itself is tried again; what a person must mend is said; a mail that is not wanted is refused",
    arguments: [
      (["MAIL": "451 busy, try later"], "retry", "451"), (["RCPT": "450 mailbox busy"], "retry", "450"),
      ([".": "452 no room"], "retry", "452"), (["RCPT": "550 no such mailbox"], "hold", "550"),
      (["MAIL": "553 sender not allowed"], "hold", "553"), ([".": "554 looks like spam"], "refused", "554"),
    ])
  func failures(_ answers: [String: String], _ wanted: String, _ code: String) async throws {
    let server = try await SMTPServer.start()
    server.answer(answers)
    let sender = sender(server.port)
    let report = await sender.send([ChannelTests.record()])
    switch report.answer {
    case .retry(let trouble): #expect(wanted == "retry" && trouble.detail.contains(code), "\(trouble)")
    case .hold(let trouble): #expect(wanted == "hold" && trouble.detail.contains(code), "\(trouble)")
    case .refusedBatch(let refusal): #expect(wanted == "refused" && refusal.reason == "mail-\(code)", "\(refusal)")
    case .delivered: Issue.record("delivered although the server said \(answers)")
    }
    #expect(server.mails.isEmpty)
    server.answer([:])
    let again = await sender.send([ChannelTests.record()])
    #expect(again.answer == .delivered && server.mails.count == 1)
    try await server.stop()
  }

  @Test("a mail server that is away is tried again")
  func away() async throws {
    let server = try await SMTPServer.start()
    let port = server.port
    try await server.stop()
    guard case .retry = await sender(port).send([ChannelTests.record()]).answer else {
      Issue.record("a passing trouble is no reason to give up")
      return
    }
  }
}
