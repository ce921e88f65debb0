import Glibc
import TestSupport

@testable import MQTT

/// A server that speaks as much MQTT as a test needs, so that a test sees the packets themselves.
final class FakeBroker: @unchecked Sendable {
  struct Packet: Hashable {
    /// First byte: type and flags.
    var header: UInt8
    var body: [UInt8]
    var type: UInt8 { header >> 4 }
  }
  /// Answers to a packet; the connection closes after an empty answer that is not nil.
  typealias Answer = @Sendable (_ packet: Packet, _ connection: Int) -> [UInt8]?

  let port: Int
  private let listener: Int32
  private let state = TestLock((packets: [(connection: Int, packet: Packet)](), descriptor: Int32(-1)))
  private let answer: Answer

  init(_ answer: @escaping Answer) throws {
    self.answer = answer
    port = try LoopbackPort.free()
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var one: Int32 = 1
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, 4)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    address.sin_port = UInt16(port).bigEndian
    let isBound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard isBound == 0, listen(listener, 8) == 0 else { throw TestSupportError("no listener: error \(errno)") }
    try NetworkThread(name: "fake-broker") { [self] in serve() }.detach()
  }

  func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

  /// Sends bytes on the present connection.
  func send(_ bytes: [UInt8]) {
    let descriptor = state.with { $0.descriptor }
    _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }

  func packets(ofType type: UInt8, connection: Int? = nil) -> [Packet] {
    state.with { state in
      state.packets.filter { $0.packet.type == type && (connection ?? $0.connection) == $0.connection }.map(\.packet)
    }
  }

  private func serve() {
    var connection = 0
    while true {
      let descriptor = accept(listener, nil, nil)
      guard descriptor >= 0 else { return }
      connection += 1
      state.with { $0.descriptor = descriptor }
      while let packet = readPacket(descriptor) {
        state.with { $0.packets.append((connection, packet)) }
        guard let answer = answer(packet, connection) else { continue }
        if answer.isEmpty { break }
        send(answer)
      }
      close(descriptor)
    }
  }

  private func readPacket(_ descriptor: Int32) -> Packet? {
    guard let header = readBytes(descriptor, 1)?.first else { return nil }
    var length = 0
    var shift = 0
    while let byte = readBytes(descriptor, 1)?.first {
      length |= Int(byte & 127) << shift
      shift += 7
      if byte & 128 == 0 {
        return readBytes(descriptor, length).map { Packet(header: header, body: $0) }
      }
    }
    return nil
  }

  private func readBytes(_ descriptor: Int32, _ count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var offset = 0
    while offset < count {
      let got = bytes[offset...].withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
      guard got > 0 else { return nil }
      offset += got
    }
    return bytes
  }

  // MARK: Packets

  static let connect: UInt8 = 1
  static let publish: UInt8 = 3
  static let acknowledgement: UInt8 = 4
  static let subscribe: UInt8 = 8
  static let ping: UInt8 = 12
  static let disconnect: UInt8 = 14

  /// A QoS 1 PUBLISH of MQTT 5 without properties.
  static func message(_ topic: String, _ payload: String, packetID: UInt16) -> [UInt8] {
    let body =
      [0, UInt8(topic.utf8.count)] + Array(topic.utf8) + [UInt8(packetID >> 8), UInt8(packetID & 255), 0]
      + Array(payload.utf8)
    return [0x32, UInt8(body.count)] + body
  }

  /// What a friendly MQTT 5 broker answers; markers come back as they should.
  static func friendly(_ packet: Packet) -> [UInt8]? {
    switch packet.type {
    case connect: return [0x20, 3, 0, 0, 0]
    case subscribe:
      // Packet id, no properties, one code for each filter.
      var filters = 0
      var index = 3
      while index + 2 <= packet.body.count {
        index += 2 + Int(packet.body[index]) << 8 + Int(packet.body[index + 1]) + 1
        filters += 1
      }
      return [0x90, UInt8(3 + filters), packet.body[0], packet.body[1], 0] + Array(repeating: 1, count: filters)
    case publish:
      let length = Int(packet.body[0]) << 8 + Int(packet.body[1])
      let acknowledgement = [0x40, 2] + packet.body[(2 + length)..<(4 + length)]
      let topic = String(decoding: packet.body[2..<(2 + length)], as: UTF8.self)
      guard topic.contains("/drain/") else { return acknowledgement }
      let payload = String(decoding: packet.body[(5 + length)...], as: UTF8.self)
      return acknowledgement + message(topic, payload, packetID: 9999)
    case ping: return [0xD0, 0]
    default: return nil
    }
  }
}
