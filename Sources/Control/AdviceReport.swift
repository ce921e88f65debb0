/// What to do with flexible loads in the time ahead. Figures are exact decimals as text, absent where not known.
public struct AdviceReport: Codable, Hashable, Sendable {
  /// One thing to do. Its figures hold if those before it in the list are done too.
  public struct Proposal: Codable, Hashable, Sendable {
    public var asset: String
    public var name: String
    /// `shift`, `shed` or `storage`.
    public var kind: String
    /// What to do, in one sentence.
    public var action: String
    /// Why it is worth while, the weightiest first.
    public var reasons: [String]
    /// What people lose.
    public var comfort: String
    /// When the load is lower, with the plant's offset.
    public var relievedFrom: String
    public var relievedTo: String
    /// When it is higher instead; absent for a shedding.
    public var loadedFrom: String?
    public var loadedTo: String?
    /// kW
    public var power: String
    /// kWh that are moved, left out or given back.
    public var energy: String
    /// Money; of it by the month's demand charge.
    public var saving: String?
    public var demandSaving: String?
    /// kg less; negative: more.
    public var emissions: String?
    /// kWh less above the demand's limit.
    public var excess: String?

    public init(
      asset: String, name: String, kind: String, action: String, reasons: [String], comfort: String,
      relievedFrom: String, relievedTo: String, loadedFrom: String?, loadedTo: String?, power: String, energy: String,
      saving: String?, demandSaving: String?, emissions: String?, excess: String?
    ) {
      self.asset = asset
      self.name = name
      self.kind = kind
      self.action = action
      self.reasons = reasons
      self.comfort = comfort
      self.relievedFrom = relievedFrom
      self.relievedTo = relievedTo
      self.loadedFrom = loadedFrom
      self.loadedTo = loadedTo
      self.power = power
      self.energy = energy
      self.saving = saving
      self.demandSaving = demandSaving
      self.emissions = emissions
      self.excess = excess
    }
  }

  /// The time that it is about, half-open, with the plant's offset.
  public var start: String
  public var end: String
  public var policy: String
  /// ISO 4217; absent without a tariff.
  public var currency: String?
  /// `CO2` or `CO2e`; absent without factors.
  public var gas: String?
  public var proposals: [Proposal]
  /// Of all proposals together.
  public var saving: String?
  public var emissions: String?
  /// What the figures rest on, and what is not known.
  public var notes: [String]

  public init(
    start: String, end: String, policy: String, currency: String?, gas: String?, proposals: [Proposal],
    saving: String?, emissions: String?, notes: [String]
  ) {
    self.start = start
    self.end = end
    self.policy = policy
    self.currency = currency
    self.gas = gas
    self.proposals = proposals
    self.saving = saving
    self.emissions = emissions
    self.notes = notes
  }
}
