import Telemetry

@testable import Journal

/// A broker, the wire and a gateway that can break at every point between them.
///
/// The broker keeps what is not acknowledged in order under its packet ids and sends it again after a reconnect. The
/// gateway reads, commits what is no redelivery, then acknowledges; the wire may swallow acknowledgements that were
/// already written, and everything may stop between any two steps.
struct BrokerModel {
  struct Plan: Sendable, CustomStringConvertible {
    enum IDs: Sendable {
      /// 1, 2, … and round again, as mosquitto does.
      case inTurn
      /// The lowest one that is free, as others do.
      case lowestFree
    }
    var ids: IDs
    /// How many different payloads there are; 0 = every message has its own.
    var payloads: UInt64
    /// Whether the client sees the DUP flag.
    var showsDuplicate: Bool
    var receiveMaximum: Int

    var description: String { "\(ids), \(payloads) payloads, DUP \(showsDuplicate), window \(receiveMaximum)" }

    /// What identity can tell: with ids in turn everything. Where a freed id is used again at once, only messages that
    /// differ: whether the same payload under the same id was committed, or acknowledged and then sent anew, leaves no
    /// trace.
    static let all = [
      Plan(ids: .inTurn, payloads: 0, showsDuplicate: false, receiveMaximum: 50),
      Plan(ids: .inTurn, payloads: 1, showsDuplicate: false, receiveMaximum: 50),
      Plan(ids: .inTurn, payloads: 3, showsDuplicate: false, receiveMaximum: 5),
      Plan(ids: .lowestFree, payloads: 0, showsDuplicate: false, receiveMaximum: 50),
      Plan(ids: .lowestFree, payloads: 0, showsDuplicate: false, receiveMaximum: 1),
      Plan(ids: .lowestFree, payloads: 0, showsDuplicate: true, receiveMaximum: 3),
      Plan(ids: .inTurn, payloads: 1, showsDuplicate: true, receiveMaximum: 50),
    ]
  }

  private struct Message {
    var packetID: UInt16
    var hash: UInt64
    var duplicate: Bool
  }

  private let plan: Plan
  private var random: SplitMix64
  var usesFilter = true

  // The broker.
  private var queued: [UInt64] = []
  private var inFlight: [Message] = []
  private var lastID: UInt16 = 65_300
  private(set) var published = 0
  private var sessionPresent = false

  // The wire.
  private var toGateway: [Message] = []
  private var toBroker: [UInt16] = []
  private var isConnected = false

  // The gateway: what is in memory, and what is durable.
  private let connection = ConnectionID(1)
  private var filter = RedeliveryFilter(connection: ConnectionID(1))
  private var batch: [MessageIdentity] = []
  private var batchCount = 0
  private var owed: [UInt16] = []
  private var unacknowledged: [UInt16] = []
  private var isFresh = true
  private var journal: [MessageIdentity] = []
  /// Messages that count, as the journal has them.
  private(set) var counted = 0

  init(plan: Plan, seed: UInt64) {
    self.plan = plan
    random = SplitMix64(seed: seed)
  }

  mutating func run(steps: Int) {
    for _ in 0..<steps {
      switch Int.random(in: 0..<100, using: &random) {
      case 0..<30: publish()
      case 30..<40: brokerSends()
      case 40..<65: gatewayReads()
      case 65..<78: gatewayCommits()
      case 78..<88: gatewayAcknowledges()
      case 88..<96: brokerReads()
      case 96..<98: disconnect()
      default: restart()
      }
      if !isConnected, Int.random(in: 0..<4, using: &random) == 0 { connect() }
    }
    // Everything comes to rest.
    while !queued.isEmpty || !inFlight.isEmpty {
      if !isConnected { connect() }
      brokerSends()
      while !toGateway.isEmpty { gatewayReads() }
      gatewayCommits()
      gatewayAcknowledges()
      brokerReads(all: true)
    }
  }

  private mutating func publish() {
    published += 1
    queued.append(plan.payloads == 0 ? UInt64(published) : UInt64(published) % plan.payloads)
  }

  private mutating func brokerSends() {
    guard isConnected else { return }
    while !queued.isEmpty, inFlight.count < plan.receiveMaximum {
      let message = Message(packetID: nextID(), hash: queued.removeFirst(), duplicate: false)
      toGateway.append(message)
      inFlight.append(message)
      inFlight[inFlight.count - 1].duplicate = true
    }
  }

  private mutating func nextID() -> UInt16 {
    switch plan.ids {
    case .inTurn:
      repeat { lastID = lastID == 65_535 ? 1 : lastID + 1 } while inFlight.contains { $0.packetID == lastID }
      return lastID
    case .lowestFree:
      return (1...).first { id in !inFlight.contains { $0.packetID == id } } ?? 0
    }
  }

  private mutating func gatewayReads() {
    guard isConnected, !toGateway.isEmpty else { return }
    for _ in 0..<Int.random(in: 1...toGateway.count, using: &random) {
      let message = toGateway.removeFirst()
      let identity = MessageIdentity(connection: connection, packetID: message.packetID, hash: message.hash)
      owed.append(message.packetID)
      if usesFilter, filter.isRedelivery(identity, duplicate: plan.showsDuplicate ? message.duplicate : nil) {
        continue
      }
      batch.append(identity)
      batchCount += 1
    }
  }

  private mutating func gatewayCommits() {
    guard isConnected else { return }
    journal += batch
    counted += batchCount
    filter.committed(batch)
    batch = []
    batchCount = 0
    unacknowledged += owed
    owed = []
  }

  /// A part of what is durable is acknowledged, in order.
  private mutating func gatewayAcknowledges() {
    guard isConnected, !unacknowledged.isEmpty else { return }
    let count = Int.random(in: 1...unacknowledged.count, using: &random)
    toBroker += unacknowledged.prefix(count)
    unacknowledged.removeFirst(count)
  }

  private mutating func brokerReads(all: Bool = false) {
    guard !toBroker.isEmpty else { return }
    let count = all ? toBroker.count : Int.random(in: 1...toBroker.count, using: &random)
    for id in toBroker.prefix(count) { inFlight.removeAll { $0.packetID == id } }
    toBroker.removeFirst(count)
  }

  /// What is on the wire is lost, what the gateway has not committed is dropped.
  private mutating func disconnect() {
    isConnected = false
    toGateway = []
    toBroker = []
    batch = []
    batchCount = 0
    owed = []
    unacknowledged = []
  }

  /// The gateway is killed: only the journal is left.
  private mutating func restart() {
    disconnect()
    filter = RedeliveryFilter(connection: connection)
    isFresh = true
  }

  private mutating func connect() {
    isConnected = true
    filter.reconnected(sessionPresent: sessionPresent, recent: isFresh ? Array(journal.suffix(65_535)) : [])
    if !sessionPresent { batch.append(.newSession(connection)) }
    isFresh = false
    sessionPresent = true
    toGateway = inFlight
  }
}
