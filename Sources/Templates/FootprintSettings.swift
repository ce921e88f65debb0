import Telemetry

/// What footprints of products say of their maker, and whose footprints are believed: `footprint:` of the configuration.
public struct FootprintSettings: Hashable, Sendable {
  /// A supplier whose signed footprints are taken.
  public struct Issuer: Hashable, Sendable {
    public var name: String
    /// Ed25519 public key: 64 hexadecimal digits, or the member `x` of its JSON Web Key.
    public var key: String
    public init(name: String, key: String) {
      self.name = name
      self.key = key
    }
  }

  /// Name of the company that declares the footprints; nil = not said.
  public var company: String?
  /// URNs of the company.
  public var companyIDs: [String] = []
  /// Standards that the company's footprints follow (`ISO14067`): its claim, so nothing is assumed.
  public var standards: [String] = []
  /// Years after the end of its data in which a footprint is valid, its own as well as one that does not say it itself.
  /// PACT Methodology 3.0 §3.2.3 and its technical specification have three years.
  public var validYears = 3
  public var issuers: [Issuer] = []
  public var ratings = FootprintRatings()

  public init() {}

  func write(to writer: inout CanonicalWriter) {
    writer.object("footprint") { writer in
      writer.field("company", company)
      if !companyIDs.isEmpty { writer.list("company-ids", companyIDs) }
      if !standards.isEmpty { writer.list("standards", standards) }
      writer.field("valid-years", validYears)
      if !issuers.isEmpty {
        writer.list("trusted-issuers") { writer in
          for issuer in issuers {
            writer.object { writer in
              writer.field("name", issuer.name)
              writer.field("key", issuer.key)
            }
          }
        }
      }
      ratings.write(to: &writer)
    }
  }
}
