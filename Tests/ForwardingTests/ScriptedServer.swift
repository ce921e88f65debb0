import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// A real HTTP/1.1 server on a loopback port that answers as a test says and keeps what it was asked.
final class ScriptedServer: Sendable {
  struct Request: Sendable {
    var method: HTTPMethod
    var uri: String
    var headers: HTTPHeaders
    var body: [UInt8]
    /// Counts the connections of the server, from 1.
    var connection: Int
  }

  struct Reply: Sendable {
    var status: Int
    var headers: [(String, String)] = []
    var body = ""
    /// The request stays unanswered.
    var never = false
    /// The connection is cut instead of an answer.
    var cut = false

    static let ok = Reply(status: 200)
    static func status(_ status: Int, _ headers: [(String, String)] = [], body: String = "") -> Reply {
      Reply(status: status, headers: headers, body: body)
    }
  }

  typealias Script = @Sendable (Request) -> Reply

  private struct State {
    var requests: [Request] = []
    var connections = 0
    var script: Script
  }

  private let state: NIOLockedValueBox<State>
  private let channel: any Channel
  private let children: NIOLockedValueBox<[any Channel]>
  let port: Int

  var url: String { "http://127.0.0.1:\(port)/in" }
  var requests: [Request] { state.withLockedValue { $0.requests } }
  var connections: Int { state.withLockedValue { $0.connections } }
  func answer(_ script: @escaping Script) { state.withLockedValue { $0.script = script } }

  static func start(port: Int = 0, tls: NIOSSLContext? = nil, _ script: @escaping Script) async throws -> ScriptedServer
  {
    let state = NIOLockedValueBox(State(script: script))
    let children = NIOLockedValueBox<[any Channel]>([])
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        children.withLockedValue { $0.append(channel) }
        let number = state.withLockedValue { state in
          state.connections += 1
          return state.connections
        }
        return channel.eventLoop.makeCompletedFuture {
          if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandler(
            Handler(connection: number) { request in
              let script = state.withLockedValue { state in
                state.requests.append(request)
                return state.script
              }
              return script(request)
            })
        }
      }
      .bind(host: "127.0.0.1", port: port).get()
    return ScriptedServer(state: state, channel: channel, children: children)
  }

  private init(state: NIOLockedValueBox<State>, channel: any Channel, children: NIOLockedValueBox<[any Channel]>) {
    self.state = state
    self.channel = channel
    self.children = children
    port = channel.localAddress?.port ?? 0
  }

  func stop() async throws {
    try await channel.close()
    for child in children.withLockedValue({ $0 }) where child.isActive {
      // Its other end may have closed it meanwhile, which is as good.
      try? await child.close()
    }
  }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let connection: Int
    private let answer: (Request) -> Reply
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []

    init(connection: Int, answer: @escaping (Request) -> Reply) {
      self.connection = connection
      self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head(let head):
        self.head = head
        body = []
      case .body(let part): body.append(contentsOf: part.readableBytesView)
      case .end:
        guard let head else { return }
        let request = Request(
          method: head.method, uri: head.uri, headers: head.headers, body: body, connection: connection)
        let reply = answer(request)
        if reply.never { return }
        if reply.cut {
          context.close(promise: nil)
          return
        }
        var headers = HTTPHeaders(reply.headers)
        headers.replaceOrAdd(name: "Content-Length", value: "\(reply.body.utf8.count)")
        let status = HTTPResponseStatus(statusCode: reply.status)
        let responseHead = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        context.write(wrapOutboundOut(.head(responseHead)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: reply.body)))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
      }
    }
  }
}
