/// The first identity layer: recognises messages that the broker sends again although they are durable here, because
/// it never saw their acknowledgement.
///
/// A broker keeps a QoS 1 message under its packet id until the acknowledgement arrives, and after a reconnect sends
/// what is left again: first, in the old order, under the old ids. Acknowledgements go out in order and after the
/// commit. So what comes again is a *suffix* of the committed messages, then what was never committed, then news:
/// * Of several committed messages with one packet id only the latest can come again; an id that is used anew proves
///   that its earlier message, and everything before that, was acknowledged.
/// * After the first match only later committed messages can match. (Not only the very next one: a broker may drop an
///   expired message.)
/// * The first message that does not match ends it until the next reconnect.
///
/// What it cannot tell: where a broker uses a freed id at once for the very same topic and payload, a message that was
/// sent but never committed looks like the committed one before it. Dated messages and brokers that use ids in turn
/// (mosquitto) never come to this; `confirmed(through:)` narrows it for the others.
///
/// So one entry for each packet id is all that is needed: 1 MB for a connection, never more. One filter serves one
/// connection; only the thread of that connection uses it.
public struct RedeliveryFilter: Sendable {
  /// Ids used in turn come round after 65,535 messages. Without the DUP flag, a message with the payload of the one
  /// that had its id a round before would look like that one; so the memory ends a little before a round.
  private static let window: Int64 = 65_535 - 1024

  private struct Entry {
    var number: Int64 = 0
    var hash: UInt64 = 0
  }

  private let connection: ConnectionID
  /// By packet id; numbers of commitment from 1, 0 = none.
  private var entries: [Entry] = []
  /// The number of the latest committed message.
  private var latest: Int64 = 0
  /// Messages up to this number are known to be acknowledged.
  private var acknowledged: Int64 = 0
  /// While redeliveries may come: the number of the last one that matched.
  private var cursor: Int64?

  public init(connection: ConnectionID) { self.connection = connection }

  /// To be called after each CONNACK, before the first message.
  ///
  /// - Parameters:
  ///   - sessionPresent: as the broker says. If not, it has forgotten everything and nothing is a redelivery. (Put
  ///     `MessageIdentity.newSession` into the next batch, so that a restart knows it too.)
  ///   - recent: after the start of the process, `Journal.recentIdentities`; empty later: the filter remembers.
  public mutating func reconnected(sessionPresent: Bool, recent: [MessageIdentity] = []) {
    if !sessionPresent {
      acknowledged = latest
      cursor = nil
      return
    }
    if !recent.isEmpty {
      acknowledged = latest
      committed(recent)
    }
    cursor = acknowledged
  }

  /// Whether the message is durable already and must only be acknowledged. To be asked once for each received QoS 1
  /// message, in order. Identities of redeliveries belong neither into a batch nor into `committed`; all others belong
  /// into both, also those of messages that carry no data: one that is asked for but never recorded would end the
  /// search when it comes again.
  ///
  /// - Parameter duplicate: the DUP flag if it is known. A message without it is sent for the first time and never a
  ///   redelivery. nil = not known: identity alone decides. Pass nil, not false, when the library hides the flag.
  public mutating func isRedelivery(_ message: MessageIdentity, duplicate: Bool? = nil) -> Bool {
    guard let position = cursor, message.connection == connection, message.packetID != 0 else { return false }
    if duplicate != false, !entries.isEmpty {
      let entry = entries[Int(message.packetID)]
      let oldest = duplicate == nil ? latest - Self.window : 0
      if entry.hash == message.hash, entry.number > max(position, acknowledged, oldest) {
        cursor = entry.number
        return true
      }
    }
    cursor = nil
    return false
  }

  /// New messages became durable, in the order of their arrival. Messages of other connections and of QoS 0 (packet
  /// id 0) are passed over.
  public mutating func committed(_ messages: [MessageIdentity]) {
    for message in messages where message.connection == connection {
      if message.packetID == 0 {
        if message.hash == 0 { acknowledged = latest }
        continue
      }
      if entries.isEmpty { entries = [Entry](repeating: Entry(), count: 65_536) }
      latest += 1
      let index = Int(message.packetID)
      acknowledged = max(acknowledged, entries[index].number)
      entries[index] = Entry(number: latest, hash: message.hash)
    }
  }

  /// A mark for `confirmed(through:)`: everything that is committed now.
  public var mark: Int64 { latest }

  /// The broker has seen the acknowledgements of everything up to `mark`: it has answered something that was sent
  /// after them (a ping, a publication). Optional; it narrows what can be taken for a redelivery.
  public mutating func confirmed(through mark: Int64) {
    acknowledged = max(acknowledged, min(mark, latest))
  }
}
