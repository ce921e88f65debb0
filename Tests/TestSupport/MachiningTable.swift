import Testing

/// The AI4I 2020 data set (UCI 601): one spindle, 10,000 parts, with what failed.
public enum MachiningTable {
  public struct Row: Sendable {
    /// `L`, `M` or `H`.
    public var product: String
    /// As printed: air and process temperature (K), speed (rpm), torque (Nm), tool wear (min).
    public var measured: [String]
    /// By the names of the columns: Machine failure, TWF, HDF, PWF, OSF, RNF.
    public var labels: [String: Bool]
  }

  public static func rows() throws -> [Row] {
    let text = try #require(String(validating: ReferenceData.bytes("data/ai4i2020.csv"), as: UTF8.self))
    let lines = text.split(whereSeparator: \.isNewline)
    let separator: Character = lines[0].contains("\t") ? "\t" : ","
    let header = lines[0].split(separator: separator).map(String.init)
    func column(_ name: String) throws -> Int { try #require(header.firstIndex { $0.hasPrefix(name) }, "\(name)") }
    let product = try column("Type")
    let measured = try ["Air", "Process", "Rotational", "Torque", "Tool"].map(column)
    let labels = try ["Machine failure", "TWF", "HDF", "PWF", "OSF", "RNF"].map { ($0, try column($0)) }
    return lines.dropFirst().map { line in
      let fields = line.split(separator: separator, omittingEmptySubsequences: false).map(String.init)
      return Row(
        product: fields[product], measured: measured.map { fields[$0] },
        labels: Dictionary(uniqueKeysWithValues: labels.map { ($0.0, fields[$0.1] == "1") }))
    }
  }
}

/// Hits, false alarms and misses of a yes-or-no judgement.
public struct DetectionScore: Hashable, Sendable {
  public private(set) var hits = 0
  public private(set) var wrong = 0
  public private(set) var missed = 0

  public init() {}

  public mutating func add(_ predicted: Bool, _ truth: Bool) {
    if predicted, truth { hits += 1 }
    if predicted, !truth { wrong += 1 }
    if !predicted, truth { missed += 1 }
  }

  public var recall: Double { Double(hits) / Double(hits + missed) }
  public var precision: Double { Double(hits) / Double(hits + wrong) }
  public var f1: Double { 2 * precision * recall / (precision + recall) }
}
