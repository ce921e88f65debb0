import Telemetry
import Templates

// Units that a message names, against the unit of the mapping.
extension DecoderCore {
  /// The unit that a text is; nil for any other text.
  static func unit(_ text: Span<UInt8>, _ range: Range<Int>) -> String? {
    guard range.count <= 40 else { return nil }
    let word = text.extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    return symbol(word)
  }

  static func symbol(_ word: String) -> String? {
    do throws(UnitError) { return try UnitCatalogue.unit(word).symbol } catch { return nil }
  }

  /// Why a value in this unit cannot be the field's; nil if it can. Another unit is never converted silently: the
  /// mapping would then say one thing and the figures another.
  func unitFailure(_ number: Int, _ unit: String, _ place: Place) -> DecodeFailure? {
    let expected = plan.fieldUnits[number]
    if expected.isEmpty || expected == unit { return nil }
    return DecodeFailure(
      .wrongUnit,
      "field \"\(plan.fieldPaths[number])\": the message says \(unit), the mapping \(expected) "
        + "(asset \(plan.assets[place.asset])); if the message is right, write `unit: \(unit)` at the asset's signal")
  }
}
