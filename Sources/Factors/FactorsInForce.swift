import Synchronization
import Telemetry

/// The calculators of a site: the configuration's, and those of the times that people had counted again. Shared by all
/// rules, so that each set of factors is in memory once.
public final class FactorsInForce: Sendable {
  /// What counts at a time.
  public struct Choice: Sendable {
    public var calculator: EmissionCalculator
    /// Not nil: it decides, and not the configuration.
    public var recalculation: Recalculation?
    /// Not nil: what was chosen does not fit the tables of the configuration any more; there is no figure then.
    public var problem: FactorProblem?

    public init(
      calculator: EmissionCalculator, recalculation: Recalculation? = nil, problem: FactorProblem? = nil
    ) {
      self.calculator = calculator
      self.recalculation = recalculation
      self.problem = problem
    }

    /// As `EmissionCalculator.emissions`.
    public func emissions(
      of activity: Activity, lastDay: CivilDate, certificates: [CertificateShare] = [], hourly: HourlySums? = nil
    ) -> [MethodEmissions] {
      guard let problem else {
        return calculator.emissions(of: activity, lastDay: lastDay, certificates: certificates, hourly: hourly)
      }
      return calculator.settings.methods.map { MethodEmissions(method: $0, lines: [], problem: problem) }
    }
  }

  private struct Known {
    var bytes: [UInt8]
    var choices: [Choice]
  }

  /// The configuration's.
  public let configured: EmissionCalculator
  private let known = Mutex<Known?>(nil)

  /// - Throws: for an override that fits no value of the tables.
  public init(_ settings: CarbonSettings) throws(FactorProblem) { configured = try EmissionCalculator(settings) }

  /// - Parameters:
  ///   - start: of the record, or of the month that it belongs to.
  ///   - saved: what the inventory's rule keeps under `Recalculation.stateKey`.
  public func choice(at start: Timestamp, saved: [UInt8]?) throws -> Choice {
    guard let saved else { return Choice(calculator: configured) }
    let choices = try known.withLock { known in
      if let known, known.bytes == saved { return known.choices }
      let choices = try Recalculation.decode(saved).map { recalculation in
        do throws(FactorProblem) {
          let calculator =
            recalculation.change.isEmpty
            ? configured : try EmissionCalculator(configured.settings.applying(recalculation.change))
          return Choice(calculator: calculator, recalculation: recalculation)
        } catch {
          return Choice(
            calculator: configured, recalculation: recalculation,
            problem: FactorProblem(
              "recalculation \(recalculation.id) chose what the tables do not have: \(error.message)",
              remedy: "add the table again, or `weir carbon recompute` with other factors"))
        }
      }
      known = Known(bytes: saved, choices: choices)
      return choices
    }
    return choices.last { $0.recalculation?.covers(start) ?? false } ?? Choice(calculator: configured)
  }
}
