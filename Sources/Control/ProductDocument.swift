/// Which footprint is asked for, and in which form.
public struct ProductDocumentQuery: Codable, Hashable, Sendable {
  public enum Format: String, Codable, Hashable, Sendable, CaseIterable {
    /// A `ProductFootprint` of PACT 3.0, JSON.
    case pact
    /// The same in a verifiable credential (JWT, Ed25519), signed with the key of the ledger.
    case credential
  }

  /// An order, a batch or a product.
  public var name: String
  /// In which its orders began.
  public var period: String
  public var format: Format
  /// The credential holds the proof that each record stands in the ledger.
  public var withProof: Bool

  public init(name: String, period: String, format: Format, withProof: Bool = false) {
    self.name = name
    self.period = period
    self.format = format
    self.withProof = withProof
  }
}

/// A document about a product for people outside.
public struct ProductDocument: Codable, Hashable, Sendable {
  /// `urn:uuid:…`; another one as soon as a figure is another.
  public var id: String
  /// The document itself, as it is to be written to a file.
  public var text: String
  /// For a person: what it says.
  public var summary: [String]
  /// What a person should know of it: what was left out, what is not proven.
  public var notes: [String]
  /// Ids of the records that it rests on.
  public var records: [String]

  public init(id: String, text: String, summary: [String], notes: [String], records: [String]) {
    self.id = id
    self.text = text
    self.summary = summary
    self.notes = notes
    self.records = records
  }
}
