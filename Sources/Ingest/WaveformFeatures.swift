import Telemetry
import Templates
import Waveform

/// Computes the features of waveforms. The record and its spectra are kept while one reading is decoded, so that several
/// features of one record cost one transform.
final class WaveformFeatures {
  private let limit: Int
  private let transform = FourierTransform()
  private var record: (key: Key, waveform: Waveform)?
  private var spectrum: PowerSpectrum?
  private var envelope: (band: ClosedRange<Double>, spectrum: PowerSpectrum)?

  private struct Key: Hashable {
    var start: Int32
    var end: Int32
    var encoding: WaveformMapping.Encoding
    var scale: Double
    var rate: Double
    var removesMean: Bool
    var message: Int
  }

  init(limit: Int) { self.limit = limit }

  /// Another reading of the same message begins: its bytes may stand where those of the last one stood.
  func forget() {
    record = nil
    (spectrum, envelope) = (nil, nil)
  }

  /// The figure in the feature's unit, of the message with this number; nil if the record has none (crest and kurtosis of a constant,
  /// a line that it is too short for).
  /// - Throws: what is wrong with the record, for the quarantine.
  func value(
    _ mapping: WaveformMapping, rate: Double, _ capture: Capture, _ payload: Span<UInt8>, message: Int
  ) throws(DecodeFailure) -> Double? {
    do throws(WaveformError) {
      return try feature(mapping, try load(mapping, rate, capture, payload, message))
    } catch {
      throw DecodeFailure(.malformed, "the waveform says nothing about its \(mapping.feature.rawValue): \(error)")
    }
  }

  private func load(
    _ mapping: WaveformMapping, _ rate: Double, _ capture: Capture, _ payload: Span<UInt8>, _ message: Int
  ) throws(WaveformError) -> Waveform {
    let key = Key(
      start: capture.start, end: capture.end, encoding: mapping.encoding, scale: mapping.scale.doubleValue, rate: rate,
      removesMean: mapping.removesMean, message: message)
    if let record, record.key == key { return record.waveform }
    forget()
    let points = WaveformPoints(capture, mapping.encoding, payload, limit: limit)
    guard let numbers = points.numbers else { throw .unreadable(points.problem) }
    var waveform = try Waveform(points: numbers.map { $0 * key.scale }, sampleRate: rate)
    if mapping.removesMean { waveform = waveform.withoutMean() }
    record = (key, waveform)
    return waveform
  }

  private func feature(_ mapping: WaveformMapping, _ waveform: Waveform) throws(WaveformError) -> Double? {
    switch mapping.feature {
    case .rms:
      guard let band = Self.band(mapping) else { return waveform.rms }
      return try spectrum(waveform).rms(band)
    case .rmsVelocity:
      guard let band = Self.band(mapping) else { return nil }
      let base = Self.base(mapping)
      // An acceleration in m/s² gives a velocity in m/s.
      return base.isAcceleration
        ? try spectrum(waveform).integratedRMS(band) * base.factor * 1000
        : try spectrum(waveform).rms(band) * base.factor
    case .peak: return waveform.peak
    case .crest: return waveform.crest
    case .kurtosis: return waveform.kurtosis
    case .envelopeLine:
      guard let band = Self.band(mapping), let line = mapping.line else { return nil }
      if envelope?.band != band {
        let found = try waveform.envelope(band, using: transform)
        envelope = (band, PowerSpectrum(found, using: transform))
      }
      // A record too short or too slow for one line (a cage turns slowly) still says the others.
      do throws(WaveformError) {
        return try envelope?.spectrum.amplitude(near: line.doubleValue, tolerance: mapping.tolerance.doubleValue)
      } catch .tooShort, .aboveNyquist {
        return nil
      }
    }
  }

  private func spectrum(_ waveform: Waveform) -> PowerSpectrum {
    if let spectrum { return spectrum }
    let found = PowerSpectrum(waveform, using: transform)
    spectrum = found
    return found
  }

  private static func band(_ mapping: WaveformMapping) -> ClosedRange<Double>? {
    guard let lowest = mapping.lowest, let highest = mapping.highest, lowest <= highest else { return nil }
    return lowest.doubleValue...highest.doubleValue
  }

  /// The waveform's unit in m/s² or mm/s.
  private static func base(_ mapping: WaveformMapping) -> (factor: Double, isAcceleration: Bool) {
    do throws(UnitError) {
      let unit = try UnitCatalogue.unit(mapping.unit)
      let isAcceleration = unit.dimension == .acceleration
      let conversion = try UnitConversion(from: unit, to: try UnitCatalogue.unit(isAcceleration ? "m/s²" : "mm/s"))
      return (conversion.apply(1), isAcceleration)
    } catch {
      // The configuration accepts no other units.
      return (.nan, false)
    }
  }
}
