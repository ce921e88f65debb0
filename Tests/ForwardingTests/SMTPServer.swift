import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// A mail server of a test on a loopback port: enough of RFC 5321 for a client that sends one mail a connection.
final class SMTPServer: Sendable {
  struct Mail: Sendable {
    var from = ""
    var to: [String] = []
    /// As it came, without the dot at its end.
    var data = ""
  }

  private struct State {
    var mails: [Mail] = []
    /// Answers that are not the usual ones, by the word of the command; `.` is the end of the mail.
    var answers: [String: String] = [:]
  }

  private let state: NIOLockedValueBox<State>
  private let channel: any Channel
  let port: Int

  var mails: [Mail] { state.withLockedValue { $0.mails } }
  func answer(_ answers: [String: String]) { state.withLockedValue { $0.answers = answers } }

  static func start() async throws -> SMTPServer {
    let state = NIOLockedValueBox(State())
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Session(state))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    return SMTPServer(state: state, channel: channel)
  }

  private init(state: NIOLockedValueBox<State>, channel: any Channel) {
    self.state = state
    self.channel = channel
    port = channel.localAddress?.port ?? 0
  }

  func stop() async throws { try await channel.close() }

  private final class Session: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let state: NIOLockedValueBox<State>
    private var text = ""
    private var mail = Mail()
    private var isData = false

    init(_ state: NIOLockedValueBox<State>) { self.state = state }

    func channelActive(context: ChannelHandlerContext) { say("220 test", context) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      text += String(buffer: unwrapInboundIn(data))
      while let line = nextLine() { take(line, context) }
    }

    /// A line ends with CRLF, which is one character.
    private func nextLine() -> String? {
      guard let end = text.firstIndex(of: "\r\n") else { return nil }
      defer { text = String(text[text.index(after: end)...]) }
      return String(text[..<end])
    }

    private func take(_ line: String, _ context: ChannelHandlerContext) {
      if isData {
        guard line == "." else {
          mail.data += (line.hasPrefix(".") ? String(line.dropFirst()) : line) + "\r\n"
          return
        }
        isData = false
        let special = state.withLockedValue { $0.answers["."] }
        if special == nil { state.withLockedValue { $0.mails.append(mail) } }
        mail = Mail()
        return say(special ?? "250 taken", context)
      }
      let word = String(line.prefix(4)).uppercased()
      if let special = state.withLockedValue({ $0.answers[word] }) { return say(special, context) }
      switch word {
      case "EHLO": say("250-test\r\n250 8BITMIME", context)
      case "MAIL":
        mail.from = Self.mailbox(line)
        say("250 ok", context)
      case "RCPT":
        mail.to.append(Self.mailbox(line))
        say("250 ok", context)
      case "DATA":
        isData = true
        say("354 go on", context)
      case "QUIT":
        say("221 bye", context)
        context.close(promise: nil)
      default: say("502 unknown", context)
      }
    }

    private static func mailbox(_ line: String) -> String {
      String(line.drop { $0 != "<" }.dropFirst().prefix { $0 != ">" })
    }

    private func say(_ text: String, _ context: ChannelHandlerContext) {
      context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text + "\r\n")), promise: nil)
    }
  }
}
