import Factors
import Rules
import Telemetry

/// A supplier's footprint that a person imported: the document with its hash, who entered it and when, and whose
/// signature it had. Never changed, only superseded by another.
public struct ImportedFootprint: Hashable, Sendable {
  /// The command of the journal.
  public static let command = "supplier-footprint"

  /// Whose signature was checked when it was entered.
  public struct Issuer: Hashable, Sendable {
    /// As the configuration names it.
    public var name: String
    /// Fingerprint of the key.
    public var key: String
    public init(name: String, key: String) {
      self.name = name
      self.key = key
    }
  }

  /// What is wrong with an import, and what would be right.
  public struct Mistake: Error, Hashable, CustomStringConvertible {
    public var description: String
    public init(_ description: String) { self.description = description }
  }

  public var footprint: SupplierFootprint
  /// PACT 3.0.
  public var document: JSONValue
  /// Name and SHA-256 of the file that was handed in.
  public var file: String
  public var fileHash: String
  public var person: String
  public var entered: Timestamp
  /// Nil: it came without a signature.
  public var issuer: Issuer?

  private static let required = ["document", "file", "file_hash", "person", "entered"]
  private static let optional = ["issuer", "issuer_key"]

  public init(_ command: SiteCommand) throws(Mistake) {
    for name in command.members.keys.sorted() where !(Self.required + Self.optional).contains(name) {
      throw Mistake("an import has no \"\(name)\"")
    }
    func text(_ name: String) throws(Mistake) -> String {
      guard let text = command.members[name]?.stringValue, !text.isEmpty else {
        throw Mistake("\"\(name)\" is missing")
      }
      return text
    }
    guard let document = command.members["document"] else { throw Mistake("\"document\" is missing") }
    do {
      footprint = try SupplierFootprint(document)
    } catch { throw Mistake("\(error.message). \(error.remedy)") }
    self.document = document
    file = try text("file")
    fileHash = try text("file_hash")
    guard fileHash.utf8.count == 64,
      fileHash.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
    else { throw Mistake("the file's hash is not a SHA-256 in 64 hexadecimal digits") }
    person = try text("person")
    guard let entered = Timestamp(rfc3339: try text("entered")) else {
      throw Mistake("\"entered\" is no time with offset")
    }
    self.entered = entered
    if command.members["issuer"] != nil || command.members["issuer_key"] != nil {
      issuer = Issuer(name: try text("issuer"), key: try text("issuer_key"))
    }
  }

  /// The command that makes this import again.
  public var journaled: SiteCommand {
    var members: [String: JSONValue] = [
      "document": document, "file": .string(file), "file_hash": .string(fileHash), "person": .string(person),
      "entered": .string(entered.rfc3339UTC),
    ]
    if let issuer {
      members["issuer"] = .string(issuer.name)
      members["issuer_key"] = .string(issuer.key)
    }
    return SiteCommand(name: Self.command, members: members)
  }

  /// For a person: where the figure of a material comes from.
  var source: String { "\(footprint.company), \(footprint.product), PACT \(footprint.id)" }
}
