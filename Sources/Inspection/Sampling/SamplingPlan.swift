import Templates

/// How a lot is judged by a sample of it.
public struct SamplingPlan: Hashable, Sendable {
  /// By the lot's size and the level.
  public var codeLetter: String
  /// Whose plan is used, after the arrows.
  public var planLetter: String
  public var size: Int
  public var accept: Int
  public var reject: Int
  /// The sample would be the whole lot or more: every piece is inspected.
  public var isWhole: Bool

  /// Whether the lot is accepted.
  public func accepts(defectives: Int) -> Bool { defectives <= accept }
}

extension SamplingTable {
  public enum Refusal: Error, Hashable, CustomStringConvertible {
    case noLot(Int, smallest: Int)
    case noLimit(String, known: [String])
    case noPlan(String)
    case noTable(SamplingTable.Severity)

    public var description: String {
      switch self {
      case .noLot(let size, let smallest):
        "a lot of \(size) pieces has no plan: the smallest has \(smallest). Inspect every piece"
      case .noLimit(let limit, let known): "there is no column \(limit): write one of \(known.joined(separator: ", "))"
      case .noPlan(let limit): "the arrows of column \(limit) lead out of the table. Inspect every piece"
      case .noTable(let severity): "the table has no plans for \(severity) inspection"
      }
    }
  }

  /// The code letter of a lot; nil for one that is smaller than any of the table.
  public func letter(lot: Int, level: Level) -> String? {
    guard let place = Level.allCases.firstIndex(of: level) else { return nil }
    return lots.first { $0.from <= lot && lot <= $0.to ?? .max }?.letters[place]
  }

  private func column(_ limit: String) -> Int? {
    limits.firstIndex { $0 == limit || Double($0) == Double(limit) }
  }

  /// The limit one step tighter; nil for the tightest.
  func tighter(than limit: String) -> String? {
    column(limit).flatMap { $0 > 0 ? limits[$0 - 1] : nil }
  }

  /// Single sampling. After an arrow the sample size is that of the plan that was found.
  ///
  /// - Parameter limit: the acceptance quality limit as the table writes it; `1` means `1.0`.
  public func plan(
    lot: Int, limit: String, level: Level = .two, severity: Severity = .normal
  ) throws(Refusal) -> SamplingPlan {
    let letters = letters(severity)
    guard !letters.isEmpty else { throw .noTable(severity) }
    guard let code = letter(lot: lot, level: level), let first = letters.firstIndex(where: { $0.letter == code }) else {
      throw .noLot(lot, smallest: lots.first?.from ?? 0)
    }
    guard let column = column(limit) else { throw .noLimit(limit, known: limits) }
    var place = first
    // An arrow leads to another row each time, and none leads back.
    for _ in letters {
      guard letters.indices.contains(place) else { break }
      switch letters[place].cells[column] {
      case .down: place += 1
      case .up: place -= 1
      case .plan(let accept, let reject):
        let isWhole = letters[place].size >= lot
        return SamplingPlan(
          codeLetter: code, planLetter: letters[place].letter, size: isWhole ? lot : letters[place].size,
          accept: accept, reject: reject, isWhole: isWhole)
      }
    }
    throw .noPlan(limit)
  }
}
