import Glibc
import Telemetry
import TestSupport
import Testing

@testable import Waveform

@Suite("Features of waveforms")
struct FeatureTests {
  /// The answers of the reference vectors; nil where there are none.
  private func vector(_ name: String) throws -> JSONValue {
    let document = try JSONValue(parsing: ReferenceData.bytes("rules/vectors/maintenance.json"))
    return try #require(document["vectors"]?.arrayValue?.first { $0["name"]?.stringValue == name })
  }

  private static func sine(
    _ frequency: Double, amplitude: Double = 1, rate: Double, count: Int, phase: Double = 0.3
  ) -> [Double] {
    (0..<count).map { amplitude * sin(2 * Double.pi * frequency * Double($0) / rate + phase) }
  }

  @Test("acceleration to velocity", .enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)"))
  func velocity() throws {
    let vector = try vector("acceleration-to-velocity")
    let inputs = try #require(vector["inputs"])
    let expected = try #require(vector["expected"]?["v_rms_mm_s"]?.doubleValue)
    let tolerance = try #require(vector["tolerance"]?.doubleValue)
    let frequency = try #require(inputs["frequency_hz"]?.doubleValue)
    let amplitude = try #require(inputs["g0"]?.doubleValue) * 2.0.squareRoot()
    let points = Self.sine(frequency, amplitude: amplitude, rate: 512, count: 65536)
    let spectrum = PowerSpectrum(try Waveform(points: points, sampleRate: 512), using: FourierTransform())
    #expect(abs(try spectrum.integratedRMS(10...256) * 1000 - expected) < tolerance)
    // What lies outside the band does not count.
    #expect(try spectrum.integratedRMS(60...256) * 1000 < expected * 1e-3)
  }

  @Test("shape of a sine", .enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)"))
  func sineShape() throws {
    let vector = try vector("shape-sine")
    let count = Int(try #require(vector["inputs"]?["samples"]?.integerValue))
    let wave = try Waveform(points: Self.sine(1, rate: Double(count), count: count, phase: 0), sampleRate: 100)
    let tolerance = try #require(vector["tolerance"]?.doubleValue)
    #expect(abs(try #require(wave.crest) - (vector["expected"]?["crest"]?.doubleValue ?? 0)) < tolerance)
    #expect(abs(try #require(wave.kurtosis) - (vector["expected"]?["kurtosis"]?.doubleValue ?? 0)) < tolerance)
  }

  @Test("shape of an impulse", .enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)"))
  func impulseShape() throws {
    let vector = try vector("shape-single-impulse")
    let zeros = Int(try #require(vector["inputs"]?["zeros"]?.integerValue))
    let last = try #require(vector["inputs"]?["last"]?.doubleValue)
    let wave = try Waveform(points: Array(repeating: 0, count: zeros) + [last], sampleRate: 100)
    let tolerance = try #require(vector["tolerance"]?.doubleValue)
    #expect(abs(wave.rms - (vector["expected"]?["rms"]?.doubleValue ?? 0)) < tolerance)
    #expect(abs(try #require(wave.crest) - (vector["expected"]?["crest"]?.doubleValue ?? 0)) < tolerance)
    #expect(abs(try #require(wave.kurtosis) - (vector["expected"]?["kurtosis"]?.doubleValue ?? 0)) < tolerance)
  }

  @Test("the spectrum has the mean square of the record, wherever its lines stand", arguments: [50.0, 50.37, 123.456])
  func parseval(_ frequency: Double) throws {
    let wave = try Waveform(
      points: Self.sine(frequency, amplitude: 3, rate: 2000, count: 4000).map { $0 + 9.81 }, sampleRate: 2000)
    let spectrum = PowerSpectrum(wave, using: FourierTransform())
    #expect(abs(try spectrum.rms(5...1000) - 3 / 2.0.squareRoot()) < 1e-3)
    #expect(abs(wave.withoutMean().rms - 3 / 2.0.squareRoot()) < 0.05)
    // Two lines add as squares, and a band takes one of them.
    let two = try Waveform(
      points: zip(wave.points, Self.sine(400, amplitude: 4, rate: 2000, count: 4000)).map { $0 + $1 }, sampleRate: 2000)
    let both = PowerSpectrum(two, using: FourierTransform())
    #expect(abs(try both.rms(5...1000) - 5 / 2.0.squareRoot()) < 1e-3)
    #expect(abs(try both.rms(300...500) - 4 / 2.0.squareRoot()) < 1e-3)
  }

  @Test("a bearing's impulses show as a line of the envelope, and nowhere else")
  func envelope() throws {
    // A carrier of 3 kHz, 40 % modulated at the outer-race frequency of a 6205 at 1797 r/min.
    let rate = 25_600.0
    let points = (0..<25_600).map { index in
      let time = Double(index) / rate
      return (1 + 0.4 * sin(2 * Double.pi * 107.364 * time)) * 2 * sin(2 * Double.pi * 3000 * time)
        + 5 * sin(2 * Double.pi * 30 * time)
    }
    let transform = FourierTransform()
    let envelope = try Waveform(points: points, sampleRate: rate).envelope(2000...4000, using: transform)
    let spectrum = PowerSpectrum(envelope, using: transform)
    #expect(abs(try spectrum.amplitude(near: 107, tolerance: 0.02) - 0.8) < 0.02)
    #expect(try spectrum.amplitude(near: 162.2, tolerance: 0.02) < 0.02)
    #expect(try spectrum.amplitude(near: 30, tolerance: 0.02) < 0.02)
  }

  @Test("what a record cannot tell is refused with the reason")
  func refusals() throws {
    let transform = FourierTransform()
    let wave = try Waveform(points: Self.sine(50, rate: 1000, count: 100), sampleRate: 1000)
    let spectrum = PowerSpectrum(wave, using: transform)
    #expect(throws: WaveformError.aboveNyquist(highest: 600, nyquist: 500)) { try spectrum.rms(10...600) }
    #expect(throws: WaveformError.tooShort(lowest: 5, duration: 0.1, needed: 0.2)) { try spectrum.rms(5...100) }
    #expect(throws: WaveformError.self) { try spectrum.amplitude(near: 20, tolerance: 0.02) }
    #expect(throws: WaveformError.self) { try wave.envelope(2...100, using: transform) }
    #expect(throws: WaveformError.tooFewPoints(15)) {
      try Waveform(points: Array(repeating: 1, count: 15), sampleRate: 1)
    }
    #expect(throws: WaveformError.sampleRate(0)) { try Waveform(points: Array(repeating: 1, count: 16), sampleRate: 0) }
    let still = try Waveform(points: Array(repeating: 0.1, count: 1000), sampleRate: 1000)
    #expect(still.kurtosis == nil && abs((still.crest ?? 0) - 1) < 1e-9)
    #expect(try PowerSpectrum(still, using: transform).rms(10...500) < 1e-12)
    #expect(try Waveform(points: Array(repeating: 0, count: 16), sampleRate: 1).crest == nil)
  }

  @Test("lengths are even and smooth, never longer and not much shorter")
  func lengths() {
    for count in 2...5000 {
      let length = FourierTransform.length(within: count)
      var rest = length
      for factor in [2, 3, 5] { while rest % factor == 0 { rest /= factor } }
      #expect(rest == 1 && length % 2 == 0 && length <= count)
      if count > 100 { #expect(Double(length) > Double(count) * 0.85) }
    }
    #expect(FourierTransform.length(within: 65521) == 64800)
  }

  @Test("a prime number of points is no trap, and tiny or huge units keep their digits")
  func extremes() throws {
    let transform = FourierTransform()
    for scale in [1e-30, 1.0, 1e30] {
      let wave = try Waveform(
        points: Self.sine(100, amplitude: scale, rate: 1000, count: 65_521), sampleRate: 1000)
      let rms = try PowerSpectrum(wave, using: transform).rms(10...500)
      #expect(abs(rms / scale - 0.5.squareRoot()) < 1e-5)
    }
  }
}
