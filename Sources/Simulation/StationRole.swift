/// What a simulated station of an engine line looks at, by the words of its id: how often it finds something, and what.
enum StationRole: String, CaseIterable, Sendable {
  /// Reads the number that is marked on the block.
  case marking
  /// Main-bearing shells are chosen by classes that are marked on block and crankshaft.
  case shell
  /// Seals of the cylinder liners.
  case seal
  /// The bead of glue before two parts are joined.
  case glue
  case torque
  /// At the end of the line.
  case test
  /// Any other part that must be there.
  case fit

  private static let words: [(String, StationRole)] = [
    ("mark", .marking), ("ocr", .marking), ("shell", .shell), ("bearing", .shell), ("seal", .seal), ("liner", .seal),
    ("glue", .glue), ("torque", .torque), ("screw", .torque), ("eol", .test), ("test", .test),
  ]

  /// - Parameter station: its id.
  init(_ station: String) {
    self = Self.words.first { station.contains($0.0) }?.1 ?? .fit
  }

  /// The first one is the most frequent.
  var defects: [String] {
    switch self {
    case .marking: ["ocr-unreadable", "wrong-marking"]
    case .shell: ["wrong-class", "shell-missing", "shell-turned"]
    case .seal: ["seal-missing", "seal-twisted"]
    case .glue: ["glue-gap", "glue-thin", "glue-overflow"]
    case .torque: ["torque-low", "angle-high"]
    case .test: ["leak", "noise", "friction"]
    case .fit: ["part-missing", "scratch"]
    }
  }

  /// Share of the units that it rejects.
  var rate: Double {
    switch self {
    case .glue: 0.01
    case .test: 0.005
    case .seal: 0.004
    case .marking: 0.003
    case .shell: 0.002
    case .torque: 0.0005
    case .fit: 0.0002
    }
  }

  var model: String { self == .marking ? "ocr-2.0" : "\(rawValue)-3.2" }

  var modality: String {
    switch self {
    case .marking: "OCR"
    case .glue: "3D"
    case .seal: "structured light"
    default: "2D"
    }
  }

  /// What a unit gets here: a serial number of its own, or a lot of so many units.
  func part(unit number: Int64) -> String? {
    switch self {
    case .marking: "BLOCK-\(number)"
    case .shell: "SHELL-LOT-\(number / 200)"
    case .seal: "SEAL-LOT-\(number / 500)"
    default: nil
    }
  }
}
